"""What holds for every built-in benchmark."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest

from tasks.benchmarks import BUILTIN
from tasks.domain import Benchmark, Message, PromptStyle, rendered_question
from tasks.scorers import SCORERS

ALL = pytest.mark.parametrize("benchmark_id", sorted(BUILTIN))


def built(benchmark_id: str) -> Benchmark:
    return BUILTIN[benchmark_id]()


@ALL
def test_a_benchmark_has_the_name_it_is_listed_under_and_a_known_scorer(benchmark_id):
    assert built(benchmark_id).benchmark_id == benchmark_id
    assert built(benchmark_id).scorer in SCORERS


@ALL
def test_ids_and_questions_are_unique(benchmark_id):
    items = built(benchmark_id).items
    assert len({item.item_id for item in items}) == len(items)
    assert len({rendered_question(item) for item in items}) == len(items)


@ALL
def test_there_are_many_clusters_of_different_sizes(benchmark_id):
    sizes = Counter(item.cluster_id for item in built(benchmark_id).items).values()
    fewest, least, most = (45, 2, 4) if benchmark_id == "reading" else (12, 8, 20)
    assert sum(sizes) >= 120
    assert len(sizes) >= fewest
    assert len(set(sizes)) > 1
    assert least <= min(sizes)
    assert max(sizes) <= most


@pytest.mark.parametrize("benchmark_id", sorted(set(BUILTIN) - {"bias"}))
def test_a_cluster_belongs_to_one_subset(benchmark_id):
    items = built(benchmark_id).items
    assert len({(item.cluster_id, item.subset) for item in items}) == len({item.cluster_id for item in items})


@ALL
def test_every_subset_has_at_least_eight_items(benchmark_id):
    sizes = Counter(item.subset for item in built(benchmark_id).items)
    assert len(sizes) > 1
    assert min(sizes.values()) >= 8


@ALL
def test_the_chance_score_is_the_mean_over_items(benchmark_id):
    it = built(benchmark_id)
    chances = [it.chance_score if item.chance_score is None else item.chance_score for item in it.items]
    assert sum(chances) / len(chances) == pytest.approx(it.chance_score, abs=1e-6)


@ALL
def test_texts_have_no_blanks_at_their_ends(benchmark_id):
    for item in built(benchmark_id).items:
        for text in (item.question, item.target, *item.choices):
            assert text == text.strip()
        assert item.question


@ALL
def test_two_builds_are_equal(benchmark_id):
    build = BUILTIN[benchmark_id].__wrapped__
    first, second = build(), build()
    assert first is not second
    assert first == second
    assert first.version == second.version


@ALL
@pytest.mark.parametrize(
    "change",
    [
        {"instruction": "Sing the answer."},
        {"examples": ()},
        {"stop": ("END",)},
        {"scorer": "another"},
        {"max_tokens": 7},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_change_of_what_decides_a_score_changes_the_version(benchmark_id, change):
    it = built(benchmark_id)
    assert dataclasses.replace(it, version="", **change).version != it.version


@ALL
@pytest.mark.parametrize("field", ["item_id", "cluster_id", "subset"])
def test_a_changed_item_changes_the_version(benchmark_id, field):
    it = built(benchmark_id)
    changed = dataclasses.replace(it.items[3], **{field: "another"})
    items = (*it.items[:3], changed, *it.items[4:])
    assert dataclasses.replace(it, version="", items=items).version != it.version


@ALL
def test_the_order_of_items_does_not_change_the_version(benchmark_id):
    it = built(benchmark_id)
    assert dataclasses.replace(it, version="", items=it.items[::-1]).version == it.version


@ALL
def test_a_chat_prompt_is_one_turn_with_instruction_and_question(benchmark_id):
    it = built(benchmark_id)
    for item in it.items:
        prompt = it.render(item, PromptStyle.CHAT)
        lead = f"{it.instruction}\n\n" if it.instruction else ""
        assert prompt.messages == (Message("user", lead + rendered_question(item)),)
        assert (prompt.text, prompt.stop, prompt.max_tokens) == ("", (), it.max_tokens)


@ALL
def test_a_completion_prompt_ends_where_the_answer_begins(benchmark_id):
    it = built(benchmark_id)
    for item in it.items:
        prompt = it.render(item, PromptStyle.COMPLETION)
        assert prompt.text.endswith(f"Question: {rendered_question(item)}\nAnswer:")
        assert prompt.text.count("\nAnswer: ") == len(it.examples) >= 2
        assert prompt.messages == ()
        assert prompt.stop == it.stop


@ALL
def test_no_answer_of_an_example_holds_a_stop_string(benchmark_id):
    it = built(benchmark_id)
    assert not [e.answer for e in it.examples for stop in it.stop if stop in e.answer]


@ALL
def test_no_example_is_also_an_item(benchmark_id):
    it = built(benchmark_id)
    assert not {e.question for e in it.examples} & {rendered_question(item) for item in it.items}
