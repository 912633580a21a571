"""Malicious and malformed answers over real HTTP are landed unchanged, scored, published and shown without harm."""

from __future__ import annotations

import itertools

import pytest

from tests.support.replies import chat_reply, replying
from warehouse.connection import Warehouse

TEXTS = {
    "ten megabytes": "The answer is 7. " + "x" * 10_000_000,
    "a null byte": "The answer\0 is 7.",
    "a lone surrogate": "The answer is \ud800 7.",
    "right to left": "\u202eThe answer is 7.\u2066 \u05d4\u05ea\u05e9\u05d5\u05d1\u05d4",
    "terminal escapes": "\x1b[2J\x1b]0;owned\x07The answer is 7.",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)> The answer is 7.",
    "a hundred thousand digits": "7" * 100_000,
    "brackets": "[" * 100_000,
    "quotation marks": "'; drop table raw.generations; -- \" The answer is 7.",
    "blanks": " \n\t ",
}
CONFIG = """
warehouse: warehouse.duckdb
model_defaults: {{provider: openai, base_url: "http://127.0.0.1:{port}/v1", api: chat, is_simulated: true,
  max_attempts: 1}}
thresholds: {{max_truncated_rate: 1, max_failed_rate: 1, max_unparsed_rate: 1}}
models: [{{id: base, model: hostile-1}}, {{id: aligned, model: hostile-2, base: base}}]
benchmarks: [{{id: arithmetic, sample_size: {size}}}]
"""


@pytest.fixture
def hostile():
    """The port of a server that answers with the texts above, one after the other."""
    texts = itertools.cycle(TEXTS.values())
    with replying(lambda asked: chat_reply(next(texts), asked["model"])) as port:
        yield port


def test_hostile_answers_are_stored_and_shown_without_harm(tmp_path, hostile, aligntax):
    (tmp_path / "aligntax.yaml").write_text(CONFIG.format(port=hostile, size=len(TEXTS)))
    done = aligntax(tmp_path, "run", "--as-of", "2026-01-31")
    assert "\x1b" not in done.stdout
    with Warehouse.read(tmp_path / "warehouse.duckdb") as reader:
        stored = {text for (text,) in reader.rows("select text from raw.generations")[1]}
        assert stored == {text.encode("utf-8", "backslashreplace").decode() for text in TEXTS.values()}
        assert reader.rows("select count(*), count(*) filter (is_cut) from raw.scores")[1] == [(20, 6)]
    shown = aligntax(tmp_path, "sql", "--config", "aligntax.yaml", "select answer from marts.fct_scores")
    assert "\x1b" not in shown.stdout
    page = (tmp_path / "publish" / "report.html").read_text()
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
