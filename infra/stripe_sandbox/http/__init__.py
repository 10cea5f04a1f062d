"""What every API request has in common: parameters, routing, lists, idempotency keys, faults on demand."""
