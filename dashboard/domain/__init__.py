"""Arithmetic and rules of leveraged positions: pure, in Decimal, without a socket or a clock.

Instants and ages are integers in milliseconds of a monotonic clock that the caller reads. The times
that an exchange reports are milliseconds since 1970 (UTC); their docstrings name the exchange.
"""
