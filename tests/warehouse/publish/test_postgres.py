"""A real PostgreSQL holds one publication at any time, is changed only where rows changed, and shows nothing else."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
import threading

import psycopg
import pytest

from tests.support.postgres_server import postgres_server
from tests.support.scored_dates import DATES, score_dates
from warehouse.connection import Warehouse
from warehouse.errors import WarehouseError
from warehouse.publication import Publication
from warehouse.publish import contents, postgres

READER = "aligntax_reader"


@pytest.fixture(scope="module")
def server():
    with postgres_server() as url:
        yield url


@pytest.fixture
def url(server):
    """An empty database of its own."""
    with psycopg.connect(server, autocommit=True) as connection:
        name = f"test_{connection.info.backend_pid}"
        connection.execute(f"create database {name}")
    yield server.removesuffix("/postgres") + f"/{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")
        connection.execute(f"drop role if exists {READER}")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    with Warehouse.open(tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb") as opened:
        opened.build()
        yield opened


@pytest.fixture
def published(warehouse, tmp_path):
    """Write a publication whose scores of the second date have some value; returns its id."""

    def of(url, value, reader=READER):
        score_dates(warehouse, value)
        path = tmp_path / f"tables-{value}.duckdb"
        held = warehouse.snapshot(path, text="none", as_of_date=DATES[1], run_id=f"r{value}")
        with Publication(path, held) as publication:
            publication.postgres(url, reader)
            return publication.identity["publication_id"]

    return of


def asked(url, query, *parameters):
    with psycopg.connect(url) as connection:
        return connection.execute(query, parameters).fetchall()


def done(url, *statements):
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_tables_have_types_comments_and_all_rows(url, published):
    identity = published(url, 1.0)
    assert asked(url, "select publication_id from reports.publication") == [(identity,)]
    assert asked(url, "select as_of_date::text, count(*), sum(value) from marts.fct_scores group by 1 order by 1") == [
        (DATES[0], 1000, 500.0),
        (DATES[1], 1000, 1000.0),
    ]
    assert asked(url, "select distinct answer from marts.fct_scores where value = 0.5") == [("ab\\.\n\\.",)]
    without = """
        select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace
        left join pg_attribute a on attrelid = c.oid and attnum > 0 and not attisdropped
        where nspname in ('marts', 'reports') and relkind = 'r'
          and (obj_description(c.oid) is null or col_description(c.oid, attnum) is null)
    """
    assert asked(url, without) == [(0,)]


def test_only_what_changed_is_written(url, published):
    published(url, 1.0)
    places = (
        "select as_of_date::text, min(xmin::text::bigint), max(xmin::text::bigint) from marts.fct_scores group by 1"
    )
    before = {date: written for date, *written in asked(url, places)}
    assert published(url, 1.0) == published(url, 1.0)
    assert {date: written for date, *written in asked(url, places)} == before
    published(url, 2.0)
    after = {date: written for date, *written in asked(url, places)}
    assert after[DATES[0]] == before[DATES[0]]
    assert after[DATES[1]][0] > before[DATES[1]][1]
    assert asked(url, "select count(*), sum(value) from marts.fct_scores") == [(2000, 2500.0)]


@pytest.mark.accept
def test_the_role_reads_the_tables_and_nothing_else(url, published):
    published(url, 1.0)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table private (a int)")
        connection.execute(f"set role {READER}")
        tables = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema not in ('pg_catalog', 'information_schema')"
        ).fetchall()
        assert {name for (name,) in tables} == {table.name for table in contents.published_tables()}
        for (name,) in tables:
            connection.execute(f"select * from {name} limit 1")
        for refused in (
            "select * from aligntax.published_tables",
            "select * from private",
            "delete from marts.fct_scores",
            "insert into reports.publication values ('x')",
            "create table marts.mine (a int)",
            "create table reports.mine (a int)",
            "drop table reports.trend",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(refused)


@pytest.mark.accept
def test_who_may_make_no_role_is_told_what_an_administrator_runs(url, published):
    name = url.rpartition("/")[2]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create role writer login")
        connection.execute(f"grant create on database {name} to writer")
    own = url.replace("postgres@", "writer@")
    try:
        with pytest.raises(WarehouseError, match=r'the tables are published, .* `create role "aligntax_reader";`'):
            published(own, 1.0)
        with psycopg.connect(url, autocommit=True) as connection:
            assert connection.execute("select count(*) from marts.fct_scores").fetchone() == (2000,)
            connection.execute(f"create role {READER}")
        published(own, 1.0)
        with psycopg.connect(url) as connection:
            connection.execute(f"set role {READER}")
            assert connection.execute("select count(*) from marts.fct_scores").fetchone() == (2000,)
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("drop owned by writer cascade")
            connection.execute("drop role writer")


@pytest.mark.accept
def test_a_table_that_is_not_ours_is_left_alone(url, published):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create schema reports")
        connection.execute("create table reports.trend as select 1 as a")
    with pytest.raises(WarehouseError, match=r"reports\.trend was there already and is not ours"):
        published(url, 1.0)
    assert asked(url, "select * from reports.trend") == [(1,)]
    assert asked(url, "select to_regclass('reports.alerts')") == [(None,)]


@pytest.mark.accept
def test_other_columns_than_before_are_brought_in_without_dropping_a_table(url, published, monkeypatch):
    published(url, 1.0)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create view mine as select item_id, value from marts.fct_scores")
        # As if an older version had published another type, a column more, a column less, and a table more.
        connection.execute("alter table marts.fct_scores alter column repeat type text")
        connection.execute("alter table marts.fct_scores add column former text, drop column subset")
        connection.execute(
            "update aligntax.published_tables set columns = columns - 'subset' || "
            """'{"repeat": "text", "former": "text"}' where table_name = 'marts.fct_scores'"""
        )
        connection.execute("create table reports.former (a int)")
        connection.execute("insert into aligntax.published_tables values ('reports.former', '{}', '{}', '{}')")
    published(url, 1.0)
    assert asked(url, "select count(*), sum(value) from mine") == [(2000, 1500.0)]
    assert asked(url, "select count(*), count(subset) from marts.fct_scores") == [(2000, 0)]
    assert asked(url, "select to_regclass('reports.former')") == [(None,)]
    columns = "select column_name from information_schema.columns where table_name = 'fct_scores'"
    assert "former" not in {name for (name,) in asked(url, columns)}


@pytest.mark.accept
def test_readers_see_one_publication_each_and_no_error(url, published):
    done = threading.Event()
    found = {published(url, 0.0): 0.0}
    seen, errors = [], []
    query = (
        "select publication_id, (select sum(value) from marts.fct_scores where as_of_date = '2026-01-31') "
        "from reports.publication"
    )

    def read():
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                while not done.is_set():
                    seen.append(connection.execute(query).fetchall())
        except psycopg.Error as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(10)]
    for reader in readers:
        reader.start()
    for value in range(1, 11):
        found[published(url, float(value))] = float(value)
    done.set()
    for reader in readers:
        reader.join()
    assert errors == []
    assert seen
    assert all(found[identity] * 1000 == total for ((identity, total),) in seen)


@pytest.mark.accept
def test_a_publication_that_is_killed_leaves_the_one_before(url, published, warehouse, tmp_path):
    identity = published(url, 1.0)
    score_dates(warehouse, 2.0)
    path = tmp_path / "killed.duckdb"
    held = warehouse.snapshot(path, text="none", as_of_date=DATES[1], run_id="killed")
    program = (
        "import pathlib, pickle, sys\n"
        "from warehouse.publish import postgres\n"
        "from warehouse.publication import Publication\n"
        "def stop(*_):\n"
        "    print('all rows are written', flush=True)\n"
        "    sys.stdin.read()\n"
        "postgres._grant = stop\n"
        f"held = pickle.loads({pickle.dumps(held)!r})\n"
        f"Publication(pathlib.Path({str(path)!r}), held).postgres({url!r}, 'somebody')\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"all rows are written\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert asked(url, "select publication_id, sum(value) from reports.publication, marts.fct_scores group by 1") == [
        (identity, 1500.0)
    ]
    assert published(url, 3.0) == asked(url, "select publication_id from reports.publication")[0][0]


@pytest.mark.accept
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://postgres@127.0.0.1:1/postgres", "127.0.0.1.*port 1 failed"),
        ("{server}/absent", 'database "absent" does not exist'),
    ],
)
def test_a_server_that_refuses_gives_one_line_without_secrets(server, published, monkeypatch, address, said):
    monkeypatch.setenv("PGPASSWORD", "hunter2hunter2")
    with pytest.raises(WarehouseError, match=said) as refused:
        published(address.format(server=server.removesuffix("/postgres")), 1.0)
    assert "\n" not in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.accept
def test_who_locks_a_changed_table_is_named_as_the_cause(url, published, monkeypatch):
    published(url, 1.0)
    monkeypatch.setattr(postgres, "_LOCK_WAIT", "200ms")
    done(url, "alter table marts.fct_scores drop column subset")
    with psycopg.connect(url) as reader:
        reader.execute("select count(*) from marts.fct_scores")
        with pytest.raises(WarehouseError, match="a transaction of somebody else kept a table locked"):
            published(url, 2.0)
    assert asked(url, "select sum(value) from marts.fct_scores") == [(1500.0,)]


@pytest.mark.accept
def test_a_publication_that_never_ends_is_not_waited_for_without_end(url, published, monkeypatch):
    monkeypatch.setattr(postgres, "_TURN_WAIT", "200ms")
    with psycopg.connect(url) as other:
        other.execute("select pg_advisory_xact_lock(%s)", [postgres._LOCK])
        with pytest.raises(WarehouseError, match="another publication into this database has not ended for 200ms"):
            published(url, 1.0)


@pytest.mark.accept
@pytest.mark.parametrize(
    "changes",
    [
        (
            "delete from marts.fct_scores where as_of_date = '2026-01-31' and item_id < 'i5'",
            "insert into marts.fct_scores (as_of_date) values ('2020-01-01'), (null)",
        ),
        (
            "alter table marts.fct_scores drop column subset, add column theirs text",
            "alter table marts.fct_scores alter column repeat type text",
        ),
    ],
)
def test_what_somebody_did_to_a_table_is_put_right_by_the_next_publication(url, published, changes):
    done(url, f"alter database {url.rpartition('/')[2]} set datestyle = 'SQL, DMY'")
    published(url, 1.0)
    done(url, *changes)
    published(url, 1.0)
    assert asked(url, "select count(*), sum(value), count(subset), max(repeat) from marts.fct_scores") == [
        (2000, 1500.0, 0, None)
    ]
    meaning = "select col_description('marts.fct_scores'::regclass, attnum) from pg_attribute"
    assert all(asked(url, f"{meaning} where attrelid = 'marts.fct_scores'::regclass and attname = 'subset'")[0])


@pytest.mark.accept
def test_a_view_in_the_place_of_a_table_of_ours_is_not_taken_for_it(url, published):
    published(url, 1.0)
    done(url, "drop table reports.trend", "create view reports.trend as select 1 as a")
    with pytest.raises(WarehouseError, match=r"reports\.trend was there already and is not ours"):
        published(url, 2.0)


@pytest.mark.accept
def test_a_view_of_a_reader_that_needs_a_column_that_goes_is_named_in_one_line(url, published):
    published(url, 1.0)
    done(
        url,
        "alter table marts.fct_scores add column former text",
        "create view mine as select former from marts.fct_scores",
        """update aligntax.published_tables set columns = columns || '{"former": "text"}' """
        "where table_name = 'marts.fct_scores'",
    )
    with pytest.raises(WarehouseError, match=r"view mine depends on column former .*\. Drop what") as refused:
        published(url, 2.0)
    assert "\n" not in str(refused.value)
    assert "CASCADE" not in str(refused.value)
    assert asked(url, "select count(*) from mine") == [(2000,)]


@pytest.mark.accept
def test_schemas_of_an_administrator_that_stay_closed_to_the_role_are_named(url, published):
    done(url, "create role writer login", f"create role {READER}")
    for schema in ("marts", "reports", "aligntax"):
        done(url, f"create schema {schema}", f"grant usage, create on schema {schema} to writer")
    try:
        with pytest.raises(WarehouseError, match="grant usage on schema marts, reports to aligntax_reader;") as told:
            published(url.replace("postgres@", "writer@"), 1.0)
        done(url, str(told.value).split("`")[1])
        published(url.replace("postgres@", "writer@"), 1.0)
        with psycopg.connect(url) as connection:
            connection.execute(f"set role {READER}")
            assert connection.execute("select count(*) from marts.fct_scores").fetchone() == (2000,)
    finally:
        done(url, "drop owned by writer cascade", "drop role writer", f"drop owned by {READER}")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("client_encoding", "UTF8"),
        ("transaction_isolation", "read committed"),  # else a publication sees nothing of the one it waited for
    ],
)
def test_a_publication_prescribes_what_it_relies_on(url, setting, expected, monkeypatch):
    monkeypatch.setenv("PGCLIENTENCODING", "SQL_ASCII")
    done(url, f"alter database {url.rpartition('/')[2]} set default_transaction_isolation = 'serializable'")
    with postgres._connected(url) as connection:
        assert connection.execute(f"show {setting}").fetchone() == (expected,)


def test_nothing_is_prepared_that_a_pooler_could_hand_to_another_session(url):
    with postgres._connected(url) as connection:
        assert connection.prepare_threshold is None
