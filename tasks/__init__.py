"""WHAT is done: the domain as plain typed functions. Knows neither Prefect nor DuckDB.

``steps`` holds what a run does, in order; every other module is what the steps are built from. ``domain`` has the
words, ``errors`` what can go wrong, ``settings`` what a user configures.
"""
