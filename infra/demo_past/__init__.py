"""The demo's invented past: two weeks of readers and contributions, lived through by the service and the sandbox.

Both run in this process with the same clock, which the past sets from act to act. Nothing is written to the database or
to the sandbox except by the service and the sandbox themselves, so that ledger, counts and exports agree.
"""
