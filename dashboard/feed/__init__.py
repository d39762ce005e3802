"""The one feed: a thread that reads the exchange and reports events of the domain to a callback."""
