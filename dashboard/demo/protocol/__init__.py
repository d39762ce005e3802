"""Bitget's v2 protocol: REST paths, websocket channels, signatures and injected faults."""
