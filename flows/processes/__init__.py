"""Processes that a run starts beside itself, and that end with it: Prefect's server, simulated models, real ones."""

# Beside the warehouse: what these processes keep, and their logs.
STATE_FOLDER = ".aligntax"
