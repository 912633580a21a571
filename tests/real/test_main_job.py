"""The main job on a real model: facts that hold whatever the weights answer."""

from __future__ import annotations

import json
import math
import re
import shlex
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import closing

import pytest

from tests.support.llama import EXAMPLE, installed, llama_server, llama_server_program, run_example, weights
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    installed()
    folder = tmp_path_factory.mktemp("real")
    with llama_server(folder / "server.log") as address:
        return run_example(folder, address)


@pytest.fixture(scope="module")
def ask(run):
    """Rows of a query on the publication."""

    def rows(query: str) -> list[tuple[object, ...]]:
        with Warehouse.read(run.folder / "publish" / "aligntax.duckdb") as published:
            return published.rows(query)[1]

    return rows


def test_the_run_ends_well_and_prints_a_table_of_taxes(run):
    assert run.exit_code == 0, run.output
    assert "Alignment tax in points" in run.output
    assert "Other comparisons: reference minus candidate" in run.output
    assert "Traceback" not in run.output


def test_the_doctor_finds_styles_log_probabilities_and_the_context(run):
    for model in ("smollm2-text", "smollm2-chat", "smollm2-safe"):
        assert f"{model}: log-probabilities: told, with 20 alternatives" in run.output
        assert f"{model}: context: 2048 tokens" in run.output
    assert "problem " not in run.output


def test_every_planned_answer_was_landed(ask):
    cells = (
        "count(*), sum(count_planned)::int, sum(count_answered)::int, sum(count_failed)::int, sum(count_pending)::int"
    )
    assert ask(f"select {cells} from reports.coverage") == [(28, 180, 180, 0, 0)]


def test_every_answer_ends_with_a_known_word_and_has_its_usage(ask):
    facts = ask(
        "select distinct finish_reason in ('stop', 'length'), tokens_input > 0, tokens_output >= 0, "
        "model_served from marts.fct_generations"
    )
    assert facts == [(True, True, True, "smollm2-135m")]


def test_no_answer_is_empty_or_carries_the_marks_of_the_chat_template(ask):
    counts = ", ".join(
        f"sum(count_{flag})::int" for flag in ("empty", "unknown_finish", "template_markup", "reasoning_only")
    )
    assert ask(f"select {counts} from reports.model_scores where subset = 'all'") == [(0, 0, 0, 0)]


def test_first_tokens_come_with_log_probabilities(run):
    with Warehouse.read(run.folder / "warehouse.duckdb") as warehouse:
        landed = warehouse.rows("select first_token_json from raw.generations where benchmark_id = 'knowledge'")[1]
    assert len(landed) == 64
    for (text,) in landed:
        alternatives = json.loads(text)
        assert len(alternatives) >= 5
        assert all(math.isfinite(logprob) and logprob <= 0 for logprob in alternatives.values())


@pytest.mark.parametrize(("table", "count"), [("alignment_tax where is_headline", 4), ("safety", 3)])
def test_each_pair_has_a_row_per_benchmark(ask, table, count):
    rows = ask(
        "select kind, reference_model_id, candidate_model_id, count(distinct benchmark_id)::int "
        f"from reports.{table} group by all order by kind"
    )
    assert rows == [("prompt", "smollm2-chat", "smollm2-safe", count), ("tax", "smollm2-text", "smollm2-chat", count)]


def test_a_tax_across_styles_is_split_into_the_style_and_the_rest(ask):
    contrasts = ask(
        "select contrast, count(difference)::int from reports.format_control "
        "where kind = 'tax' group by all order by all"
    )
    assert contrasts == [("style_effect_reference", 7), ("tax_across_styles", 7), ("tax_within_chat", 7)]


def test_the_report_holds_both_tables(run):
    page = (run.folder / "publish" / "report.html").read_text()
    assert all(name in page for name in ("smollm2-text", "smollm2-chat", "smollm2-safe"))
    assert "What alignment cost" in page


def test_the_server_that_the_guide_starts_gives_each_request_the_tokens_that_it_says(tmp_path):
    installed()
    guide = EXAMPLE.with_name("README.md").read_text()
    program, *arguments = shlex.split(re.search(r"^llama-server .*$", guide, re.MULTILINE)[0])
    assert program == llama_server_program().name
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = str(free.getsockname()[1])
    given = [{"YOUR.gguf": str(weights()), "8080": port}.get(word, word) for word in arguments]
    log = tmp_path / "server.log"
    with (
        log.open("w") as output,
        subprocess.Popen([llama_server_program(), *given], stdout=output, stderr=output) as server,
    ):
        try:
            assert told(f"http://127.0.0.1:{port}/props", server)["default_generation_settings"]["n_ctx"] == 4096
        finally:
            server.kill()


def told(url, server):
    """What a server says once it is up."""
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=10) as response:
                return json.load(response)
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError("the server is not up")
