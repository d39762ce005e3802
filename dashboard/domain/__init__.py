"""Arithmetic and rules of leveraged positions: pure, in Decimal, without a socket or a clock.

Instants and ages are integers in milliseconds of a monotonic clock that the caller reads.
"""
