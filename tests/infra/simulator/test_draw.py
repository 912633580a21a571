"""Decisions: true rates, repeatable draws, shared difficulty."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from statistics import correlation, mean

import pytest

from infra.simulator.draw import Decision, Question, build_index, decide, margin, prompt_digest, threshold
from infra.simulator.stream import Stream
from tasks.benchmarks.attacks import attacked
from tasks.domain import Dimension, PromptStyle

REPEATS = 4
ANSWER_ENDS = {
    Decision.CORRECT: "competence",
    Decision.REFUSED: "refusal",
    Decision.UNPARSED: "unparsed",
    Decision.TRUNCATED: "truncated",
    Decision.FILTERED: "filtered",
}


def _decisions(truth, model_id, benchmark, repeats=REPEATS):
    """Per item, what the model does on each repeat."""
    model = truth.models[model_id]
    return {
        item: [
            decide(truth, model, Question(benchmark, item), Stream(truth.seed, model_id, item.item_id, repeat))
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
def test_marginal_rates_are_the_true_ones(truth, known, model_id, name):
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


def test_a_question_of_no_benchmark_or_of_no_rates_gets_small_talk(truth, known):
    model = truth.models["oak-base"]
    assert decide(truth, model, None, Stream("any")) is Decision.GENERIC
    elsewhere = dataclasses.replace(known["sums"], benchmark_id="elsewhere")
    assert decide(truth, model, Question(elsewhere, elsewhere.items[0]), Stream("any")) is Decision.GENERIC


def test_the_same_key_gives_the_same_uniforms_on_any_machine():
    stream = Stream(7, "oak-base", "prompt", 0)
    assert [round(stream.uniform(), 12) for _ in range(3)] == [0.485029733147, 0.733012487221, 0.262413642575]


def test_uniforms_are_open_and_even():
    stream = Stream("even")
    values = [stream.uniform() for _ in range(20_000)]
    assert 0.0 < min(values) < max(values) < 1.0
    tenths = Counter(int(value * 10) for value in values)
    assert sum((tenths[t] - 2000) ** 2 / 2000 for t in range(10)) < 27.9  # chi-squared, 9 df, alpha 0.001


@pytest.mark.parametrize(
    ("first", "second"),
    [((1, "m", "p", 0), (2, "m", "p", 0)), (("m", "p"), ("mp",)), ((1, "m", "p", 0), (1, "m", "p", 1))],
)
def test_each_part_of_the_key_matters(first, second):
    assert Stream(*first).uniform() != Stream(*second).uniform()


def _item_means(decisions):
    return [mean(made is Decision.CORRECT for made in row) for row in decisions.values()]


def test_models_share_difficulty_and_relatives_share_more(truth, known):
    base, tuned, stranger = (
        _item_means(_decisions(truth, name, known["sums"])) for name in ("oak-base", "oak-tuned", "elm-base")
    )
    assert correlation(base, tuned) > correlation(base, stranger) + 0.05
    assert correlation(base, stranger) > 0.3


def test_repeats_of_one_item_differ_but_less_than_items_do(truth, known):
    rows = _decisions(truth, "oak-base", known["sums"]).values()
    mixed = [row for row in rows if 0 < sum(made is Decision.CORRECT for made in row) < REPEATS]
    assert 0.1 < len(mixed) / len(rows) < 0.7  # 4 independent draws at 0.7 would mix 75 % of the items


def test_no_answer_is_independent_of_difficulty(truth, known):
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


def test_every_prompt_in_either_style_leads_to_its_item(known):
    index = build_index(known)
    for benchmark in known.values():
        for item in benchmark.items:
            chat, completion = (benchmark.render(item, style) for style in (PromptStyle.CHAT, PromptStyle.COMPLETION))
            for style, text in (
                (PromptStyle.CHAT, chat.messages[-1].content),
                (PromptStyle.CHAT, chat.content),
                (PromptStyle.COMPLETION, completion.text),
            ):
                assert index[prompt_digest(style, text)] == Question(benchmark, item)


def test_the_margin_tells_how_clearly_competence_decided(truth, known):
    model, benchmark = truth.models["oak-base"], known["letters"]
    for item in benchmark.items:
        question = Question(benchmark, item)
        made, by = (
            decide_or_measure(truth, model, question, Stream(item.item_id)) for decide_or_measure in (decide, margin)
        )
        if made in {Decision.CORRECT, Decision.INCORRECT}:
            assert (made is Decision.CORRECT) == (by > 0)
