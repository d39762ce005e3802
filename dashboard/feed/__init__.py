"""The feed: a thread that reads the exchange and reports domain events to a callback."""
