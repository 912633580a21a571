"""The ids of each rule, fixed: a warehouse of last year must find its answers by them."""

from datetime import date

import pytest

from tasks import identity
from tasks.domain import PromptStyle, RunKind

DAY = date(2026, 1, 31)
FIELDS = {"question": "Which?", "target": "A", "cluster_id": "c", "subset": "s", "choices": ["x", "y"]}
IDS = {
    "request": (
        lambda: identity.request_hash("openai", "host/v1", "2 + 2?", {"model": "m", "seed": 1}, 0),
        "bfd0a438a8da2e89f6bb",
    ),
    "planned answer": (
        lambda: identity.planned_answer_id("2026-01-31", "m", "b", PromptStyle.CHAT, "i1", 0, "r1"),
        "4d114903be8b1fc8ab7b",
    ),
    "part": (lambda: identity.part_id("a1", "draft 0"), "ba0d3b8d4b9d8e33619f"),
    "judgment": (lambda: identity.judgment_id("grader", "r1"), "c5f2ef3de298cef78943"),
    "imported answer": (
        lambda: identity.imported_answer_id("f1", "m/b/chat", "i1", 0, is_only_scored=False),
        "1f0d0cc5975942cae8ea",
    ),
    "imported score": (
        lambda: identity.imported_answer_id("f1", "m/b/chat", "i1", 0, is_only_scored=True),
        "7b5dee5460d8cfec8a5c",
    ),
    "answer asked again": (lambda: identity.id_after("a1"), "5d545b08df9f8f36e2bd"),
    "foreign item": (lambda: identity.foreign_item_id("b", "17"), "ffcc08d49acfc4c6"),
    "foreign item by its content": (lambda: identity.foreign_item_id("b", "content", 1), "a26ee4c4d4edc1c4"),
    "cell": (lambda: identity.cell_id("m", "b", PromptStyle.CHAT), "m/b/chat"),
    "sample": (lambda: identity.sample_hash(["i2", "i1"]), "782fc94d99e372c5"),
    "run": (lambda: identity.run_id(DAY, RunKind.BACKFILL, "0123456789abcdef"), "2026-01-31-backfill-01234567"),
    "series after an alarm": (lambda: identity.series_id_after("s", DAY), "6d59cb61a22d42d6"),
    "seed": (lambda: identity.seed_of("tax", "latency"), 10978178058439694375),
    "seed of a family": (lambda: identity.family_seed(DAY, "f", "endpoint", "knob"), 1962310156),
}


@pytest.mark.parametrize("rule", IDS)
def test_an_id_stays_the_same(rule):
    found, expected = IDS[rule]
    assert found() == expected


def test_a_sample_is_the_same_in_any_order():
    assert identity.sample_hash(["a", "b"]) == identity.sample_hash(["b", "a"])


def test_a_request_to_another_model_is_another_request():
    asked = [identity.request_hash("p", "e", "q", {"model": name}, 0) for name in ("base", "aligned")]
    assert asked[0] != asked[1]


def test_a_file_is_known_by_its_bytes_and_not_by_its_name(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(b"id,value\n1,1\n")
    assert identity.file_hash(tmp_path / "a.csv") == identity.file_hash(tmp_path / "b.csv") == "ffaf3900c43021eb"


def test_an_item_gets_the_same_id_wherever_it_stands():
    other = {**FIELDS, "question": "Who?"}
    first, second = identity.make_items([FIELDS, other]), identity.make_items([other, FIELDS])
    assert {item.item_id for item in first} == {item.item_id for item in second}
    assert len({item.item_id for item in first}) == 2


def test_identical_items_get_different_ids():
    once, twice = identity.make_items([FIELDS]), identity.make_items([FIELDS, FIELDS])
    assert once[0] == twice[0]
    assert twice[0].item_id != twice[1].item_id


def test_the_id_covers_question_choices_and_target_only():
    (item,) = identity.make_items([FIELDS])
    for changes, is_same in [
        ({"cluster_id": "other", "subset": "other", "chance_score": 0.5, "foreign_id": "7"}, True),
        ({"question": "Who?"}, False),
        ({"target": "B"}, False),
        ({"choices": ["y", "x"]}, False),
    ]:
        (changed,) = identity.make_items([{**FIELDS, **changes}])
        assert (changed.item_id == item.item_id) is is_same
