"""The paths that an operator's probes ask: liveness, readiness, metrics and version."""
