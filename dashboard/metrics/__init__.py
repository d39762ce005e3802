"""How the dashboard itself is doing, for Prometheus and for whoever restarts it. Never what it shows."""
