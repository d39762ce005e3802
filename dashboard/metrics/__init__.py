"""Metrics and health of the dashboard itself, for Prometheus and for supervisors; none of its figures."""
