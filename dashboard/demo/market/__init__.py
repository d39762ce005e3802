"""The demo exchange's market: instruments, generated prices, quotes and order books."""
