"""The demo account: balance, positions, orders, fills and bills."""
