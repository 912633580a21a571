"""The lake: where the workers of several machines land facts, and from where one builder takes them into its file.

A DuckLake on PostgreSQL takes rows from many processes at once, and keeps no keys. So it holds facts only, which are
appended and never changed. The builder's own DuckDB file decides by key what is new.
"""
