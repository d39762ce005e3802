"""The demo exchange's engine: validates and fills orders, liquidates, settles funding, and trades by itself."""
