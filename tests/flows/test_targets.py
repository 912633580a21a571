"""Every target holds the same rows, whatever tool reads it; one that fails leaves the others published."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import duckdb
import pandas as pd
import polars as pl
import pytest
import sqlalchemy
from pyarrow.fs import S3FileSystem

from tasks.importers.every_eval_ever import read_every_eval_ever
from tests.support.postgres_server import postgres_server
from tests.support.runs import command, environment, write_config
from tests.support.s3_server import s3_server

pytestmark = pytest.mark.accept

KEYS = {"AWS_ACCESS_KEY_ID": "somebody", "AWS_SECRET_ACCESS_KEY": "hunter2hunter2"}
TARGETS = """
publish:
  folder: publish
  text: full
  postgres: {{url: "{postgres}"}}
  bucket: {{url: s3://lab, endpoint: "{s3}", region: us-east-1}}
  csv: true
  excel: true
  every_eval_ever: {{organization: Example Lab}}
"""


@pytest.fixture(scope="module")
def servers():
    with postgres_server() as postgres, s3_server() as s3, pytest.MonkeyPatch.context() as patched:
        for name, value in KEYS.items():
            patched.setenv(name, value)
        options = {"endpoint_override": s3, "region": "us-east-1", "allow_bucket_creation": True}
        S3FileSystem(**options).create_dir("lab")
        yield {"postgres": postgres, "s3": s3}


@pytest.fixture(scope="module")
def project(tmp_path_factory, simulator, aligntax, servers):
    """A project whose one run was published to every target."""
    folder = tmp_path_factory.mktemp("targets")
    path = write_config(folder, simulator)
    aligntax(folder, "run", "--as-of", "2026-03-15")
    path.write_text(path.read_text() + TARGETS.format(**servers))
    assert publish(folder).returncode == 0
    return folder


def publish(folder):
    return subprocess.run(
        command("publish"), cwd=folder, env=environment() | KEYS, capture_output=True, text=True, check=False
    )


def manifest(folder):
    return json.loads((folder / "publish" / "manifest.json").read_text())["targets"]


def added_up(frame):
    """Number of rows, and the sum of each column of numbers, of a frame of polars or pandas."""
    found = pl.from_pandas(frame) if isinstance(frame, pd.DataFrame) else frame
    numbers = found.select(pl.col(name) for name, kind in found.schema.items() if kind.is_numeric())
    return [found.height, *(numbers.sum().row(0) if numbers.width else ())]


def test_every_tool_reads_the_same_rows_from_every_target(project, servers):
    targets = manifest(project)
    assert len({target["publication_id"] for target in targets.values()}) == 1
    parquet = project / "publish" / targets["parquet"]["path"]
    options = {"aws_endpoint_url": servers["s3"], "aws_region": "us-east-1", "aws_allow_http": "true"}
    options |= {name.lower(): value for name, value in KEYS.items()}
    snapshot = duckdb.connect(str(project / "publish" / "aligntax.duckdb"), read_only=True)
    with snapshot, connected(servers["postgres"]) as connection:
        for table, held in targets["database"]["tables"].items():
            right = snapshot.sql(f"from {table}").pl()
            columns = [name for name, kind in right.schema.items() if kind.is_numeric()]
            expected = added_up(right)
            assert expected[0] == held["rows"]
            sums = ", ".join(["count(*)", *(f"sum({name})" for name in columns)])
            query = f"select {sums} from {table}"
            file = f"{table.replace('.', '/')}.parquet"
            found = {
                "polars, Parquet": added_up(pl.read_parquet(parquet / file)),
                "pandas, Parquet": added_up(pd.read_parquet(parquet / file, dtype_backend="pyarrow")),
                "DuckDB, Parquet": list(duckdb.sql(query.replace(table, f"'{parquet / file}'")).fetchone()),
                "polars, S3": added_up(pl.read_parquet(f"{targets['bucket']['path']}/{file}", storage_options=options)),
                "SQLAlchemy, PostgreSQL": list(connection.execute(sqlalchemy.text(query)).one()),
                "psql, PostgreSQL": psql(servers["postgres"], query),
            }
            for tool, values in found.items():
                assert [float(value or 0) for value in values] == pytest.approx(list(map(float, expected))), (
                    tool,
                    table,
                )


def connected(url):
    """A connection of SQLAlchemy that is closed at its end."""
    address = url.replace("postgresql:", "postgresql+psycopg:")
    return sqlalchemy.create_engine(address, poolclass=sqlalchemy.NullPool).connect()


def psql(url, query):
    """The row that psql prints; what SQLAlchemy reads, where psql is not installed."""
    program = shutil.which("psql")
    if program is None:
        with connected(url) as connection:
            return list(connection.execute(sqlalchemy.text(query)).one())
    asked = [program, url, "--no-psqlrc", "-Atc", query]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip().split("|")


def test_reports_have_the_same_rows_as_csv_and_as_sheets(project):
    targets = manifest(project)
    folder = project / "publish" / targets["csv"]["path"]
    tables = {name: held for name, held in targets["csv"]["tables"].items() if name.startswith("reports.")}
    assert {path.stem for path in folder.iterdir()} == {name.removeprefix("reports.") for name in tables}
    for name, held in tables.items():
        assert len(pd.read_csv(folder / f"{name.removeprefix('reports.')}.csv")) == held["rows"]
    assert (project / "publish" / targets["excel"]["path"]).stat().st_size > 10_000


def test_our_own_importer_reads_what_every_eval_ever_gets(project):
    folder = project / "publish" / manifest(project)["every_eval_ever"]["path"]
    aggregates = sorted(folder.rglob("*.json"))
    assert len(aggregates) == 6
    for path in aggregates:
        document = json.loads(path.read_text())
        (result,) = document["evaluation_results"]
        log = read_every_eval_ever(path)
        samples = list(log.samples())
        assert len(samples) == document["detailed_evaluation_results"]["total_rows"] == 30
        assert {(sample.model, sample.task) for sample in samples} == {
            (document["model_info"]["id"], result["evaluation_name"])
        }
        assert sum(sample.scores[0].value for sample in samples) / 30 == pytest.approx(
            result["score_details"]["score"], abs=1e-9
        )
        assert all(sample.question and sample.response is not None for sample in samples)
        assert log.skipped == {}


def test_a_target_that_fails_is_named_and_the_next_publication_mends_it(project, servers, tmp_path):
    folder = shutil.copytree(project, tmp_path / "copy")
    config = folder / "aligntax.yaml"
    whole = config.read_text()
    config.write_text(whole.replace(servers["postgres"], "postgresql://postgres@127.0.0.1:1/postgres"))
    before = manifest(folder)
    failed = publish(folder)
    assert failed.returncode == 1
    last = failed.stderr.strip().splitlines()[-1]
    assert "not published: postgres: " in last
    assert "The other targets are published." in last
    assert os.environ["AWS_SECRET_ACCESS_KEY"] not in failed.stdout + failed.stderr
    after = manifest(folder)
    assert after["postgres"] == before["postgres"]
    assert {name for name in after if after[name]["publication_id"] != before[name]["publication_id"]} == {
        name for name in after if name != "postgres"
    }
    config.write_text(whole)
    assert publish(folder).returncode == 0
    assert len({target["publication_id"] for target in manifest(folder).values()}) == 1
