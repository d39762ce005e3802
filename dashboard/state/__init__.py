"""The live state of the markets: prices and the health of their feed. It knows nothing of positions."""
