"""The job queue: how it is built from the jobs of the rooms, how a worker runs it, and when a worker was last alive."""
