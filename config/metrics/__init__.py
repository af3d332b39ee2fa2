"""Metrics for Prometheus, of all processes of the server together, if `METRICS_PORT` is set."""
