"""WHEN things happen: order, fan-out, schedules and the command line. The only package that knows Prefect."""
