"""The only rooms that know ccxt: what leaves them is of the domain."""
