"""Adapters to ccxt. No other package imports ccxt; all values returned from here are domain values."""
