"""Replication of the live state: the feed process publishes through Redis, web workers mirror it."""
