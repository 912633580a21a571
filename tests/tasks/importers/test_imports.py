import subprocess
import sys

from tasks.importers import IMPORTERS, read_aggregates, read_responses, read_scores


def test_the_registry_names_every_reader():
    assert {"aggregates": read_aggregates, "responses": read_responses, "scores": read_scores} == IMPORTERS


def test_importers_load_neither_the_warehouse_nor_the_flows():
    code = "import sys, tasks.importers; print({'duckdb', 'prefect', 'pandas'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "set()"
