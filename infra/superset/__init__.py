"""Dashboards over the published tables, in Apache Superset: ``make bi``.

Superset runs in an environment of its own, because it needs older versions of half of our packages. ``__main__`` sets
it up and serves it on loopback; ``inside/`` is what Superset and its server read and run. ``assets/`` holds the
dashboards as YAML; ``python -m infra.superset.assets`` writes them from ``dashboards.py`` and from the descriptions of
the models.
"""
