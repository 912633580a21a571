"""Processes that a run starts beside itself, and that end with it: the Prefect server and the simulated models."""
