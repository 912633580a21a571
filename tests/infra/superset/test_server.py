"""Superset as `make bi` serves it: every chart shows data, no other host is asked, SQL reaches no file."""

from __future__ import annotations

import socket
import stat
import subprocess
from urllib.parse import urlsplit

import pytest

from infra.superset.__main__ import main
from infra.superset.dashboards import DASHBOARDS
from tests.conftest import ROOT, absent
from tests.support.postgres_server import postgres_server
from tests.support.runs import DEFAULTS, command, environment
from tests.support.superset import WINDOW, Reader, has_data, served
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

NIGHTS = ("2026-01-01", "2026-01-02")
CONFIG = (
    DEFAULTS
    + """\
  concurrency: 32
models:
  - {{id: harbor-base, model: harbor-base, api: completions, family: harbor}}
  - {{id: harbor-dpo-050, model: harbor-dpo-050, base: harbor-base, method: dpo, knob: {{name: strength, value: 0.5}}}}
  - {{id: harbor-dpo-100, model: harbor-dpo-100, base: harbor-base, method: dpo, knob: {{name: strength, value: 1.0}}}}
benchmarks:
  - {{id: arithmetic, sample_size: 40}}
  - {{id: knowledge, sample_size: 40}}
  - {{id: borderline, sample_size: 40}}
  - {{id: harmful, sample_size: 40}}
"""
)


@pytest.fixture(scope="module")
def superset():
    """Superset in its environment, as `make bi` installs it."""
    made = subprocess.run(["make", ".venv-superset/.installed"], cwd=ROOT, capture_output=True, text=True, check=False)
    if made.returncode:
        absent(f"Superset's packages cannot be installed: {made.stderr.strip().splitlines()[-1]}")


@pytest.fixture(scope="module")
def published(simulator, tmp_path_factory):
    """A configuration with two published nights."""
    folder = tmp_path_factory.mktemp("published")
    (folder / "aligntax.yaml").write_text(CONFIG.format(address=simulator))
    for night in NIGHTS:
        done = subprocess.run(
            command("run", "--as-of", night), cwd=folder, env=environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def bi(superset, published, tmp_path_factory):
    home = tmp_path_factory.mktemp("superset") / "home"
    with served(home, "--config", str(published / "aligntax.yaml")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox"])
        yield browser
        browser.close()


def read_all(browser, bi):
    """Somebody who is logged in and has opened every dashboard."""
    reader = Reader(browser.new_page(viewport=WINDOW), bi.address)
    reader.log_in(bi.password)
    for dashboard in DASHBOARDS:
        reader.open(dashboard.slug, sum(map(len, dashboard.rows)))
    return reader


@pytest.fixture(scope="module")
def reader(bi, browser):
    return read_all(browser, bi)


@pytest.fixture(scope="module")
def in_postgres(published):
    """The configuration that publishes the same nights into PostgreSQL, too, whose reader may log in."""
    import psycopg

    with postgres_server() as url:
        config = published / "postgres.yaml"
        text = (published / "aligntax.yaml").read_text()
        config.write_text(f"{text}publish: {{postgres: {{url: '{url}'}}}}\n")
        done = subprocess.run(
            command("publish", "--config", config.name),
            cwd=published,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        with psycopg.connect(url) as connection:
            connection.execute("alter role aligntax_reader login")
        yield config


@pytest.fixture(scope="module")
def reader_of_postgres(superset, in_postgres, browser, tmp_path_factory):
    home = tmp_path_factory.mktemp("superset-postgres") / "home"
    with served(home, "--postgres", "--config", str(in_postgres)) as running:
        yield read_all(browser, running)


def test_it_says_where_and_who_but_not_the_password(bi):
    said = "\n".join(bi.printed)
    assert f"{bi.address}/dashboard/list/" in said
    assert "User: admin" in said
    assert str(bi.home / "password") in said
    assert bi.password not in said
    assert stat.S_IMODE((bi.home / "password").stat().st_mode) == 0o600


@pytest.mark.parametrize("over", ["reader", "reader_of_postgres"])
def test_every_chart_of_every_dashboard_shows_data(over, request):
    reader = request.getfixturevalue(over)
    titles = reader.titles()
    assert sorted(titles.values()) == sorted(c.title for d in DASHBOARDS for row in d.rows for c in row)
    assert [title for number, title in titles.items() if not has_data(reader.answers.get(number, []))] == []


def test_charts_of_one_night_show_the_newest_and_nothing_of_the_others(reader, published):
    title = "The same with numbers (scores in percent, taxes in points)"
    number = next(number for number, known in reader.titles().items() if known == title)
    shown = {row["candidate_model_id"]: row["tax_absolute_times_100"] for row in reader.answers[number][0]["data"]}
    with Warehouse.read(published / "publish" / "aligntax.duckdb") as database:
        rows = database.rows(
            "select candidate_model_id, 100 * tax_absolute from reports.overall_tax where kind = 'tax' "
            f"and scope = 'all capability' and weighting = 'macro' and as_of_date = '{NIGHTS[-1]}'"
        )[1]
    assert shown == pytest.approx(dict(rows))


def test_the_browser_asks_no_other_host(reader):
    assert reader.hosts == {urlsplit(reader.address).netloc}
    assert any("scarf" in host for host in reader.blocked), "the policy had nothing to stop: is the pixel gone?"


@pytest.mark.parametrize(
    "sql",
    [
        "copy (select 1) to '{folder}/written.csv'",
        "select * from read_csv('/etc/passwd')",
        "attach '{folder}/other.duckdb' as other",
        "set lock_configuration = false",
        "set enable_external_access = true",
        "install httpfs",
        "select * from '/etc/passwd'",
        "export database '{folder}/exported'",
    ],
)
def test_sql_reads_and_writes_no_file_of_the_host(reader, tmp_path, sql):
    said = reader.query(sql.format(folder=tmp_path))
    assert '"errors"' in said
    assert "root:" not in said
    assert list(tmp_path.iterdir()) == []


def test_sql_reads_the_tables_and_changes_none(reader):
    assert '"rows": 1' in reader.query("select count(*) as n from reports.alignment_tax")
    assert '"errors"' in reader.query("delete from reports.alignment_tax")


@pytest.mark.parametrize(
    "sql",
    [
        "copy (select 1) to '/tmp/written.csv'",
        "copy (select 1) to program 'id'",
        "select pg_read_file('/etc/passwd')",
        "select * from aligntax.published_tables",
        "delete from reports.alignment_tax",
        "create table public.mine as select 1",
        "select set_config('default_transaction_read_only', 'off', false), lo_import('/etc/passwd')",
    ],
)
def test_sql_over_postgres_reads_the_published_tables_and_nothing_else(reader_of_postgres, sql):
    said = reader_of_postgres.query(sql)
    assert '"errors"' in said
    assert "root:" not in said


def test_a_user_who_may_write_is_refused(superset, in_postgres, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PGUSER", "postgres")
    arguments = ["--postgres", "--config", str(in_postgres), "--home", str(tmp_path / "home"), "--port", "0"]
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: PostgreSQL: postgres may do more than read the published tables.")
    assert said.count("\n") == 1


def test_a_second_start_sets_nothing_up_and_leaves_no_process(superset, published, bi):
    with served(bi.home, "--config", str(published / "aligntax.yaml")) as again:
        assert not any("Setting Superset up" in line for line in again.printed)
        port = int(again.address.rpartition(":")[2])
    assert again.process.returncode == 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def test_a_busy_port_is_one_line(published, tmp_path, capsys):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        code = main(
            ["--config", str(published / "aligntax.yaml"), "--home", str(tmp_path / "home"), "--port", str(port)]
        )
    assert code == 1
    assert capsys.readouterr().err == (
        f"error: port {port}: Address already in use. Choose another: make bi ARGS='--port {port + 1}'.\n"
    )
    assert not (tmp_path / "home").exists()


def test_a_configuration_that_has_published_nothing_is_one_line(tmp_path, capsys):
    config = tmp_path / "aligntax.yaml"
    config.write_text("models: []\n")
    assert main(["--config", str(config)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"aligntax publish --config {config}" in said


def test_no_configuration_and_no_demo_is_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main([]) == 1
    assert "make demo" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
