"""Decisions: their rates, the same draws every time, shared difficulty."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from statistics import correlation, mean

import pytest

from infra.simulator.question_index import Question
from infra.simulator.stream import Stream
from infra.simulator.threshold_model import Decision, decide, margin, rates_of, threshold, wording_shift
from infra.simulator.truth import Wordings
from tasks.benchmarks.attacks import attacked
from tasks.domain import Dimension

REPEATS = 4
ANSWER_ENDS = {
    Decision.CORRECT: "competence",
    Decision.REFUSED: "refusal",
    Decision.UNPARSED: "unparsed",
    Decision.TRUNCATED: "truncated",
    Decision.FILTERED: "filtered",
}


def _decisions(truth, model_id, benchmark, repeats=REPEATS, wording=None):
    """For each item, what the model does in each repeat."""
    model = truth.models[model_id]
    return {
        item: [
            decide(truth, model, Question(benchmark, item, wording), Stream(truth.seed, model_id, item.item_id, repeat))
            for repeat in range(repeats)
        ]
        for item in benchmark.items
    }


def _rate_and_standard_error(decisions, event):
    """Mean of an event and its standard error, clustered by the items' cluster."""
    draws = [(item.cluster_id, made is event) for item, row in decisions.items() for made in row]
    rate = mean(happened for _, happened in draws)
    sums = defaultdict(float)
    for cluster, happened in draws:
        sums[cluster] += happened - rate
    return rate, sum(total**2 for total in sums.values()) ** 0.5 / len(draws)


@pytest.mark.parametrize("model_id", ["oak-base", "oak-tuned", "elm-base", "elm-guarded"])
@pytest.mark.parametrize("name", ["sums", "letters", "outputs", "harmless", "dangerous"])
def test_marginal_rates_are_those_of_the_truth_file(truth, known, model_id, name):
    decisions = _decisions(truth, model_id, known[name])
    rates = truth.models[model_id].rates[name]
    assert sum(map(len, decisions.values())) == 2000
    for event, field in ANSWER_ENDS.items():
        rate, error = _rate_and_standard_error(decisions, event)
        assert abs(rate - (getattr(rates, field) or 0.0)) <= 4 * error, (event, rate, error)


def test_under_an_attack_a_model_keeps_the_stated_share_of_its_refusals(truth, known):
    safety = dataclasses.replace(known["dangerous"], dimension=Dimension.SAFETY)
    weakened = dataclasses.replace(truth, attacks={"role_play": 0.4})
    for attack, share in {"role_play": 0.4, "base64": 1.0}.items():
        asked = dataclasses.replace(attacked(safety, attack), benchmark_id="dangerous")
        rate, error = _rate_and_standard_error(_decisions(weakened, "oak-tuned", asked), Decision.REFUSED)
        assert abs(rate - 0.9 * share) <= 4 * error, attack
    assert _decisions(weakened, "oak-tuned", safety) == _decisions(truth, "oak-tuned", safety)


@pytest.mark.parametrize(("name", "event"), [("sums", Decision.CORRECT), ("dangerous", Decision.REFUSED)])
def test_another_wording_changes_the_rate_by_its_shift(truth, known, name, event):
    sensitive = dataclasses.replace(truth, wordings=Wordings(shared=0.05, own=0.05))
    model = sensitive.models["oak-base"]
    question = Question(known[name], known[name].items[0], "Have a go.")
    shift = wording_shift(sensitive, model, question)
    assert abs(shift) > 0.01
    own = rates_of(truth, model, dataclasses.replace(question, wording=None))
    stated = own.refusal if own.competence is None else own.competence
    decisions = _decisions(sensitive, "oak-base", known[name], wording="Have a go.")
    rate, error = _rate_and_standard_error(decisions, event)
    assert abs(rate - stated - shift) <= 4 * error
    assert _decisions(sensitive, "oak-base", known[name]) == _decisions(truth, "oak-base", known[name])


def test_a_wording_never_takes_a_rate_beyond_what_is_possible(truth, known):
    extreme = dataclasses.replace(truth, wordings=Wordings(own=1.0))
    for wording in map(str, range(20)):
        for name in ("sums", "dangerous"):
            question = Question(known[name], known[name].items[0], wording)
            rates = rates_of(extreme, extreme.models["oak-base"], question)
            rate = rates.refusal if rates.competence is None else rates.competence
            assert 0 <= rate <= 1 - rates.unanswered


def test_the_shared_part_of_a_wording_is_the_same_for_all_models(truth, known):
    question = Question(known["sums"], known["sums"].items[0], "Have a go.")
    for wordings, count in ((Wordings(shared=0.1, own=0), 1), (Wordings(shared=0, own=0.1), 4)):
        varied = dataclasses.replace(truth, wordings=wordings)
        shifts = {wording_shift(varied, model, question) for model in varied.models.values()}
        assert len(shifts) == count


def test_a_question_without_benchmark_or_rates_gets_small_talk(truth, known):
    model = truth.models["oak-base"]
    assert decide(truth, model, None, Stream("any")) is Decision.GENERIC
    elsewhere = dataclasses.replace(known["sums"], benchmark_id="elsewhere")
    assert decide(truth, model, Question(elsewhere, elsewhere.items[0]), Stream("any")) is Decision.GENERIC


def _item_means(decisions):
    return [mean(made is Decision.CORRECT for made in row) for row in decisions.values()]


def test_models_share_difficulty_and_models_of_one_family_share_more(truth, known):
    base, tuned, stranger = (
        _item_means(_decisions(truth, name, known["sums"])) for name in ("oak-base", "oak-tuned", "elm-base")
    )
    assert correlation(base, tuned) > correlation(base, stranger) + 0.05
    assert correlation(base, stranger) > 0.3


def test_repeats_of_one_item_differ_less_than_items_do(truth, known):
    rows = _decisions(truth, "oak-base", known["sums"]).values()
    mixed = [row for row in rows if 0 < sum(made is Decision.CORRECT for made in row) < REPEATS]
    assert 0.1 < len(mixed) / len(rows) < 0.7  # 4 independent draws at 0.7 would mix 75 % of the items


def test_whether_there_is_an_answer_does_not_depend_on_difficulty(truth, known):
    rows = list(_decisions(truth, "oak-tuned", known["sums"]).values())
    refused = [mean(made is Decision.REFUSED for made in row) for row in rows]
    solved = _item_means(_decisions(truth, "oak-base", known["sums"]))
    assert abs(correlation(refused, solved)) < 4 / len(rows) ** 0.5


@pytest.mark.parametrize(
    ("rate", "unanswered", "expected"),
    [(0.0, 0.0, float("-inf")), (1.0, 0.0, float("inf")), (0.7, 0.3, float("inf")), (0.25, 0.5, 0.0)],
)
def test_threshold_is_the_quantile_among_answers(rate, unanswered, expected):
    assert threshold(rate, unanswered) == pytest.approx(expected)


def test_the_margin_is_positive_exactly_where_the_answer_is_correct(truth, known):
    model, benchmark = truth.models["oak-base"], known["letters"]
    for item in benchmark.items:
        question = Question(benchmark, item)
        made, by = (
            decide_or_measure(truth, model, question, Stream(item.item_id)) for decide_or_measure in (decide, margin)
        )
        if made in {Decision.CORRECT, Decision.INCORRECT}:
            assert (made is Decision.CORRECT) == (by > 0)
