"""What an operator's probes ask: is it alive, can it decide, what does it count, which version is it."""
