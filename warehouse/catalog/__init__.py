"""The catalogue of the tables, from the same descriptions that become COMMENT ON.

``python -m warehouse.catalog`` rewrites what is generated of it: a part of ``warehouse/README.md``, the picture of the
relations in ``warehouse/entities.svg``, and the sources of the dbt example. Tests compare them. The page that is
published beside the report shows the same.
"""
