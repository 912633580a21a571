"""A target that fails in a run or a night leaves all others published: a line, the exit code and one notice say so."""

from __future__ import annotations

import json

import pytest

from tests.support.receiver import receiver
from tests.support.runs import write_config
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

MORE = """
publish: {{folder: publish, csv: {csv}}}
notify: [{{kind: json, name: ops, url: "{address}"}}]
"""


def published(folder, day):
    """The targets of the publication of a date, which the tables hold."""
    with Warehouse.read(folder / "publish" / "aligntax.duckdb") as reader:
        assert reader.rows("select max(as_of_date)::varchar from reports.model_scores")[1] == [(day,)]
    targets = json.loads((folder / "publish" / "manifest.json").read_text())["targets"]
    return {name for name, held in targets.items() if held["as_of_date"] == day}


def test_a_run_and_nights_whose_csv_cannot_be_written(tmp_path, simulator, aligntax):
    others = {"database", "parquet", "report", "catalogue", "items"}
    with receiver() as inbox:
        config = write_config(tmp_path, simulator, size=10)
        plain = config.read_text()
        config.write_text(plain + MORE.format(csv="true", address=inbox.address))
        in_the_way = tmp_path / "publish" / "csv"
        in_the_way.parent.mkdir()
        in_the_way.touch()
        for command, day in (("run", "2026-01-29"), ("nightly", "2026-01-30"), ("nightly", "2026-01-31")):
            found = aligntax(tmp_path, command, "--as-of", day, code=1)
            (line,) = (line for line in found.stdout.splitlines() if "not published" in line)
            assert line.startswith("not published: csv: ")
            assert str(in_the_way) in line
            assert line.endswith("The other targets are published. `aligntax publish` writes what is missing.")
            assert published(tmp_path, day) == others
        in_the_way.unlink()
        aligntax(tmp_path, "nightly", "--as-of", "2026-02-01")
    assert published(tmp_path, "2026-02-01") == others | {"csv"}
    told = [notice for _, body in inbox.letters for notice in json.loads(body)["notices"]]
    assert [(one["kind"], one["change"], one["as_of_date"], one["command"]) for one in told] == [
        ("failure", "new", "2026-01-30", "aligntax publish"),
        ("failure", "ended", "2026-02-01", "aligntax publish"),
    ]
    assert "csv" in told[0]["what"]

    config.write_text(plain + MORE.format(csv="false", address=inbox.address))
    left = (
        f"{in_the_way} holds the publication of 2026-02-01: its target is switched off. Delete it when nobody reads it."
    )
    assert left in aligntax(tmp_path, "publish").stdout.splitlines()
    assert list(in_the_way.iterdir())
