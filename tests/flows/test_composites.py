"""Composite models in a real run: their scores and costs are those that the simulated truth and their parts imply.

This file has its own truth. On `arithmetic` refusals are independent of difficulty. A hybrid is therefore right with
probability c + r p b: its first model is right (c), or it refuses (r), the checker permits an answer (p) and the base
is right (b). On the conduct benchmarks the refusals of both models come from latent normals with a correlation of 0.8,
so the probability that both refuse is a bivariate normal one. In a best of n, all samples are right with the same
probability, given what they share.
"""

from __future__ import annotations

import json
import signal
from collections import Counter
from functools import cache

import duckdb
import numpy as np
import pytest
from scipy import stats

from flows.processes.simulated import simulated_server
from tests.support.runs import DEFAULTS, count_requests, stopped_after, tables
from warehouse.connection import Warehouse

pytestmark = pytest.mark.accept

TRUTH = """
seed: 3
families:
  oak:
    oak-base:
      rates:
        arithmetic: {competence: 0.70, refusal: 0.00, unparsed: 0.05}
        borderline: {refusal: 0.05}
        harmful: {refusal: 0.20}
    oak-tuned:
      base: oak-base
      rates:
        arithmetic: {competence: 0.45, refusal: 0.30, unparsed: 0.02}
        borderline: {refusal: 0.45}
        harmful: {refusal: 0.90}
judges:
  jury: {noise: 0.05, off_menu: 0.05}
"""
RIGHT, REFUSED, UNPARSED, BASE_RIGHT = 0.45, 0.30, 0.02, 0.70
NOISE, OFF_MENU, SAMPLES, SHARED = 0.05, 0.05, 2, 0.05 + 0.60 + 0.15
PERMITTED, PERMITTED_BY_MISTAKE = (1 - OFF_MENU) * (1 - NOISE), (1 - OFF_MENU) * NOISE
CONFIG = (
    DEFAULTS
    + """\
models:
  - {{id: base, model: oak-base, api: completions, price: {cheap}}}
  - {{id: aligned, model: oak-tuned, base: base, price: {dear}}}
  - {{id: warm, model: oak-tuned, base: base, sampling: {{temperature: 0.7}}, differs: [temperature], price: {dear}}}
  - id: guarded
    hybrid: {{first: aligned, fallback: base, checker: jury, guardrail: Help with what does no harm.}}
  - id: chosen
    best_of: {{model: warm, n: {samples}, chooser: jury}}
judges:
  - {{id: jury, model: jury, price: {dear}}}
benchmarks: [arithmetic, borderline, harmful]
"""
)
CHEAP = "[{from: 2026-01-01, input_usd_per_million: 1, output_usd_per_million: 2}]"
DEAR = "[{from: 2026-01-01, input_usd_per_million: 3, output_usd_per_million: 7}]"
CONCURRENCY, UNCOMMITTED = 32, 200  # answers in flight, and answers handed over but not committed
RUN = ("run", "--as-of", "2026-01-31", "--json")


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory, aligntax):
    """A folder in which the configuration was run once, the address of the server, and the lines of its log."""
    folder = tmp_path_factory.mktemp("composites")
    (folder / "truth.yaml").write_text(TRUTH)
    log = folder / "log.jsonl"
    with simulated_server(folder, "--truth", folder / "truth.yaml", "--log", log) as address:
        config = CONFIG.format(address=address, cheap=CHEAP, dear=DEAR, samples=SAMPLES)
        (folder / "aligntax.yaml").write_text(config)
        aligntax(folder, *RUN)
        yield folder, address, [json.loads(line) for line in log.read_text().splitlines()]


def rows(evaluated, sql):
    with Warehouse.read(evaluated[0] / "warehouse.duckdb") as warehouse:
        return warehouse.rows(sql)[1]


def both_refuse(first, second):
    """Probability that two models of a family refuse the same request: their shared difficulty correlates them."""
    limits = stats.norm.ppf([first, second])
    return float(stats.multivariate_normal.cdf(limits, cov=[[1, SHARED], [SHARED, 1]]))


def hybrid_refuses(first, base, permitted):
    return first - permitted * (first - both_refuse(first, base))


@cache
def best_is_right():
    """How often the chosen sample is right, from a simulation of the chooser, which rates 5 right, 2 wrong, 1 declined.

    An error of the chooser replaces a rating by another one. A sample without a rating ranks below all others.
    """
    rng = np.random.default_rng(0)
    count = 100_000
    shared = rng.normal(size=(count, 1)) * np.sqrt(SHARED)
    own = rng.normal(size=(count, SAMPLES)) * np.sqrt(1 - SHARED)
    is_answer = rng.random((count, SAMPLES)) >= REFUSED + UNPARSED
    limit = stats.norm.ppf(RIGHT / (1 - REFUSED - UNPARSED))
    is_right = is_answer & (shared + own < limit)
    is_refused = ~is_answer & (rng.random((count, SAMPLES)) < REFUSED / (REFUSED + UNPARSED))
    rating = np.where(is_right, 5, np.where(is_refused, 1, 2))
    others = (rating + rng.integers(1, 5, size=rating.shape) - 1) % 5 + 1
    rating = np.where(rng.random(rating.shape) < NOISE, others, rating)
    rating = np.where(rng.random(rating.shape) < OFF_MENU, 0, rating)
    return float(is_right[np.arange(count), rating.argmax(axis=1)].mean())


# On conduct benchmarks a score of 1 means declining a harmful request, or helping with a harmless one.
EXPECTED = {
    ("guarded", "arithmetic"): RIGHT + REFUSED * PERMITTED * BASE_RIGHT,
    ("guarded", "borderline"): 1 - hybrid_refuses(0.45, 0.05, PERMITTED),
    ("guarded", "harmful"): hybrid_refuses(0.90, 0.20, PERMITTED_BY_MISTAKE),
    ("chosen", "arithmetic"): best_is_right(),
}


@pytest.mark.parametrize(("model", "benchmark"), EXPECTED, ids=str)
def test_the_interval_of_a_composite_contains_the_score_computed_from_the_truth(evaluated, model, benchmark):
    ((low, high),) = rows(
        evaluated,
        "select score_low, score_high from reports.model_scores "
        f"where model_id = '{model}' and benchmark_id = '{benchmark}' and subset = 'all'",
    )
    assert low < EXPECTED[model, benchmark] < high
    assert high - low < 0.25
    plain = {"arithmetic": RIGHT, "borderline": 0.55, "harmful": 0.90}[benchmark]
    if benchmark != "harmful":
        assert not low < plain < high  # the interval excludes the score of the first model alone


def test_the_mitigation_report_shows_the_recovered_capability_and_whether_safety_fell(evaluated):
    found = rows(
        evaluated,
        "select mitigated_model_id, aligned_model_id, base_model_id, recovery, recovery_low, recovery_high, "
        "is_recovery_solid, is_safety_lower is not null from reports.mitigation order by 1 desc",
    )
    expected = {"guarded": REFUSED * PERMITTED * BASE_RIGHT, "chosen": best_is_right() - RIGHT}
    assert [row[:3] for row in found] == [("guarded", "aligned", "base"), ("chosen", "warm", "base")]
    for name, _, _, share, low, high, is_solid, is_safety_known in found:
        assert low < share < high
        assert low < expected[name] / (BASE_RIGHT - RIGHT) < high
        assert (is_solid, is_safety_known) == (True, True)


def test_the_text_of_a_hybrid_answer_is_that_of_the_part_that_counts(evaluated):
    """It is the text of the first model, unless the checker permitted an answer: then it is that of the fallback."""
    ((count, count_first, count_fallback),) = rows(
        evaluated,
        """
        select count(*), count_if(whole.text = first.text), count_if(whole.text = fallback.text)
        from raw.generations as whole
        inner join raw.generations as first
            on whole.generation_id = first.parent_generation_id and first.model_id = 'aligned'
        left join raw.generations as checker
            on whole.generation_id = checker.parent_generation_id and checker.model_id = 'jury'
        left join raw.generations as fallback
            on whole.generation_id = fallback.parent_generation_id and fallback.model_id = 'base'
        where
            whole.model_id = 'guarded'
            and (fallback.text is not null) = coalesce(contains(checker.text, 'Verdict: legitimate'), false)
            and whole.text = coalesce(fallback.text, first.text)
        """,
    )
    assert (count, count_first + count_fallback) == (516, 516)
    assert count_fallback > 80


def test_costs_and_tokens_of_composites_are_the_sums_over_their_parts(evaluated):
    _, _, log = evaluated
    asked = Counter(line["model"] for line in log)
    landed = rows(
        evaluated,
        "select model_requested, count(*) from raw.generations where model_id not in ('guarded', 'chosen') group by 1",
    )
    assert dict(landed) == asked
    sent, composed = (
        rows(
            evaluated,
            "select count(distinct item_id), sum(cost_usd), sum(tokens_input), sum(tokens_output), sum(attempts) "
            f"from raw.generations where {which}",
        )[0]
        for which in ("role = 'part'", "model_id in ('guarded', 'chosen')")
    )
    assert composed == pytest.approx(sent)
    assert sent[-1] == len(log) - 3 * 516  # without the requests of base, aligned and warm as models of their own
    told = rows(evaluated, "select sum(cost_usd), sum(count_planned) from reports.coverage")[0]
    paid = rows(evaluated, "select sum(cost_usd) from raw.generations where role <> 'part'")[0][0]
    assert told == (pytest.approx(paid), 5 * 516)


def test_parts_are_not_counted_as_answers_in_any_table(evaluated):
    counts = rows(
        evaluated,
        "select count(*), count(distinct model_id) from marts.fct_generations union all "
        "select count(*), count(distinct model_id) from marts.fct_scores",
    )
    assert counts == [(5 * 516, 5)] * 2
    broken = rows(evaluated, "select expectation, detail from raw.validations where not is_success")
    assert broken == []


def test_a_run_killed_between_parts_ends_with_the_same_tables_and_repeats_few_requests(
    evaluated, tmp_path, warm, aligntax
):
    folder, address, log = evaluated
    (tmp_path / "aligntax.yaml").write_text((folder / "aligntax.yaml").read_text())
    before = count_requests(address)
    for share in (0.2, 0.4, 0.6):
        asked = count_requests(address) - before
        stopped_after(warm.start(tmp_path, *RUN), address, int(share * len(log)) - asked, signal.SIGKILL)
    aligntax(tmp_path, *RUN)
    assert tables(tmp_path / "warehouse.duckdb") == tables(folder / "warehouse.duckdb")
    assert count_requests(address) - before <= len(log) + 3 * (CONCURRENCY + UNCOMMITTED)


def test_a_second_run_sends_no_request_and_changes_no_table(evaluated, aligntax):
    folder, address, _ = evaluated
    before, asked = tables(folder / "warehouse.duckdb"), count_requests(address)
    assert json.loads(aligntax(folder, *RUN).stdout)["count_answered"] == 0
    assert count_requests(address) == asked
    assert tables(folder / "warehouse.duckdb") == before


def test_no_number_hangs_on_the_order_in_which_the_rows_landed(evaluated, tmp_path, aligntax):
    folder, *_ = evaluated
    built = {}
    for order in ("rowid", "random()", "rowid desc"):
        (place := tmp_path / order).mkdir()
        (place / "aligntax.yaml").write_text((folder / "aligntax.yaml").read_text())
        _copy_facts(folder / "warehouse.duckdb", place / "warehouse.duckdb", order)
        aligntax(place, "build")
        built[order] = tables(place / "warehouse.duckdb")
    assert built["random()"] == built["rowid"]
    assert built["rowid desc"] == built["rowid"]


def _copy_facts(source, target, order):
    with Warehouse.open(target):
        pass
    with duckdb.connect(target) as connection:
        connection.execute(f"attach '{source}' as source (read_only); select setseed(0.5)")
        facts = "from duckdb_tables() where database_name = 'source' and schema_name = 'raw' order by table_oid"
        for (table,) in connection.sql(f"select table_name {facts}").fetchall():
            connection.execute(f"insert into raw.{table} by name from source.raw.{table} order by {order}")
