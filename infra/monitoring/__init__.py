"""What Prometheus and Grafana need: alerts (rules.yml) and a dashboard."""
