"""What the dashboards show: which tables, which charts, in which order.

Tested in tests/infra/superset/test_assets.py.
"""

from infra.superset.dashboards.datasets import DATASETS
from infra.superset.dashboards.safety import FRONTIER, REFUSALS
from infra.superset.dashboards.taxes import BENCHMARK, OVERVIEW
from infra.superset.dashboards.trends import COST, NIGHTS

DASHBOARDS = (OVERVIEW, BENCHMARK, FRONTIER, NIGHTS, REFUSALS, COST)

__all__ = ["DASHBOARDS", "DATASETS"]
