"""The demo exchange's engine: orders, liquidations, funding and an automatic trader."""
