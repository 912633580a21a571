"""The sentences of the demonstration on taxes: what the terminal says, with numbers of its tables alone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from flows.cli.answers import tax_sentences
from tests.support.joined import broken
from tests.support.runs import command, environment
from tests.support.sentences import missing_means, unknown_numbers
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept


def demonstrated(folder: Path) -> str:
    """What a demonstration in a folder prints."""
    asked = command("demo", "--folder", str(folder))
    done = subprocess.run(asked, env=environment(), capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_number_of_the_sentences_is_in_the_tables(tmp_path):
    printed = demonstrated(tmp_path)
    with Warehouse.read(tmp_path / "publish" / "aligntax.duckdb") as database:
        (date,) = database.rows("select max(as_of_date)::varchar from reports.overall_tax")[1][0]
        said = tax_sentences(database, date)
        text = " ".join((*said.answers, *said.benchmarks))
        assert unknown_numbers(text, database) == []
        assert missing_means(text, database) == []
        assert broken(database) == []
    assert said.answers
    assert all(sentence in printed for sentence in (*said.answers, *said.benchmarks))
