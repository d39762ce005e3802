"""Adapters: one module for each exchange with all that is particular about its accounts."""
