"""A file of an older version gains the columns of refusals and attacks without losing a row."""

from __future__ import annotations

import duckdb
import pytest

from warehouse import build as building
from warehouse import migrate as migrating

CELL = """
insert into raw.cells by name select
    'r' as run_id, 'm/b/chat' as cell_id, 'm' as model_id, 'v' as model_version, 'b' as benchmark_id,
    'w' as benchmark_version, 'chat' as prompt_style, true as is_primary_style, 'refuses' as scorer,
    'wrong' as unparsed_rule, 'endpoint' as origin, 1 as count_items, 1 as count_repeats, 'h' as sample_hash,
    '{}' as parameters_json
"""
GENERATION = """
insert into raw.generations by name select
    'g' as generation_id, 'r' as run_id, '' as partition_key, 'm' as model_id, 'b' as benchmark_id,
    'chat' as prompt_style, 'i' as item_id, 0 as repeat, 'answer' as role, 'h' as request_hash,
    'endpoint' as origin, 'answered' as status, 'No.' as text, 'm' as model_requested, '{}' as parameters_json,
    1 as attempts, now() as finished_at
"""
SCORE = """
insert into raw.scores by name select
    'g' as generation_id, 'refuses' as scorer, 1 as scorer_version, 'c' as scorer_config_hash, 'correct' as outcome,
    1 as value, {is_refusal} as is_refusal, false as is_cut, now() as scored_at
"""


@pytest.fixture
def old_file(tmp_path, monkeypatch):
    """A connection to a file as the first two migrations leave it, and a way to bring it up to date."""
    for name in ("0001_raw.sql", "0002_voids.sql"):
        (tmp_path / name).write_text((migrating._MIGRATIONS / name).read_text())
    connection = duckdb.connect()
    with monkeypatch.context() as patched:
        patched.setattr(migrating, "_MIGRATIONS", tmp_path)
        migrating.migrate(connection)
    return connection


def test_older_cells_are_under_no_attack(old_file):
    old_file.execute(CELL)
    migrating.migrate(old_file)
    assert old_file.execute("select attack from raw.cells").fetchall() == [("none",)]


@pytest.mark.parametrize(("is_refusal", "expected"), [(True, "full_refusal"), (False, "full_compliance")])
def test_older_scores_take_their_class_from_the_flag(old_file, is_refusal, expected):
    old_file.execute(GENERATION)
    old_file.execute(SCORE.format(is_refusal=is_refusal))
    migrating.migrate(old_file)
    building.build(old_file)
    found = old_file.execute("select is_refusal, refusal_class from staging.stg_scores").fetchall()
    assert found == [(is_refusal, expected)]
