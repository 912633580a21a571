"""Ten readers in a loop during ten publications see no error, and each answer is from one publication."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest

from tasks.steps.publish import TARGETS, publish
from tests.support.scored_dates import DATES, score_dates
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

# Reads until the file `stop` is there; prints each publication with the sum that a reader found in it.
READER = """
import json, os, sys, time
from pathlib import Path
import duckdb

folder, form = Path(sys.argv[1]), sys.argv[2]
seen, config = set(), {"threads": 1}
while not (folder / "stop").exists() or not seen:
    if form == "database":
        tables = duckdb.connect(str(folder / "aligntax.duckdb"), read_only=True, config=config)
        place = "{}"
    else:
        tables = duckdb.connect(config=config)
        manifest = json.loads((folder / "manifest.json").read_text())
        place = f"'{folder / manifest['targets']['parquet']['path']}/{{}}.parquet'"
    name = (lambda table: table) if form == "database" else (lambda table: place.format(table.replace(".", "/")))
    scores, publication = name("marts.fct_scores"), name("reports.publication")
    query = f"select p.run_id, sum(value) from {publication} as p, {scores} group by p.run_id"
    seen |= set(tables.sql(query).fetchall())
    tables.close()
    (folder / f"reading-{os.getpid()}").touch()
    time.sleep(0.2)
print(json.dumps(sorted(seen)))
"""


def test_readers_see_one_publication_each_and_no_error(tmp_path, settings, monkeypatch):
    monkeypatch.setattr("tasks.steps.publish.TARGETS", {name: TARGETS[name] for name in ("database", "parquet")})
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse, ExitStack() as ending:
        warehouse.build()
        _publish(warehouse, settings, 0)
        readers = [ending.enter_context(_reader(settings.folder, form)) for form in ("database", "parquet") * 5]
        while len(list(settings.folder.glob("reading-*"))) < len(readers):
            assert all(reader.poll() is None for reader in readers), [reader.communicate() for reader in readers]
            time.sleep(0.1)
        for value in range(1, 11):
            _publish(warehouse, settings, value)
        (settings.folder / "stop").touch()
        for reader in readers:
            output, errors = reader.communicate()
            assert (reader.returncode, errors) == (0, "")
            assert all(500.0 + 1000.0 * float(run) == total for run, total in json.loads(output))


def _reader(folder, form):
    command = [sys.executable, "-c", READER, str(folder), form]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _publish(warehouse, settings, value):
    score_dates(warehouse, float(value))
    publish(warehouse, settings, DATES[1], str(value))
