"""A server that is no friend: whatever it sends costs that request, never a key, the cell or the memory."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.accept

COUNTS = "select score, count_correct, count_failed from reports.model_scores where subset = 'all' order by all"
CANARY = "sk-canary+ECHO/0123=456789abcdef"


def test_brackets_without_end_cost_one_answer(run_case):
    case = run_case("guard/G06_deep_json")
    assert [row[1:] for row in case.rows(COUNTS)] == [(11, 1)]


def test_a_packed_answer_that_unpacks_to_150_mb_takes_no_such_room(run_case):
    case = run_case("guard/G09_gzip_bomb")
    clean, bombed = (int(peak) for peak in re.findall(r"peak MB (\d+)", case.output))
    assert bombed - clean < 100
    assert [row[1:] for row in case.rows(COUNTS)][-1] == (11, 1)


def test_no_spelling_of_the_key_stays_anywhere(run_case):
    case = run_case("guard/G11_key_as_escapes")
    assert "[key removed]" in case.output
    for spelling in (CANARY, CANARY.replace("/", "\\u002f"), CANARY[:12]):
        assert spelling not in case.output
        found = [file for file in Path(case.folder).rglob("*") if file.is_file() and holds(file, spelling)]
        assert [file.name for file in found] == []


def holds(file: Path, text: str) -> bool:
    """Whether an output of the program holds a text. The case itself has the key in its commands and its server."""
    return file.name not in {"commands.sh", "server.json", "README.md"} and text.encode() in file.read_bytes()


def test_no_prompt_follows_a_redirect(run_case):
    case = run_case("guard/G12_redirects")
    assert [row[1:] for row in case.rows(COUNTS)] == [(6, 6)]
    assert "the server sends requests on to" in case.rows("select max(message) from raw.failures")[0][0]
