"""Benchmarks that an entry describes: what is read from their file, and the one line for each bad key or row."""

from __future__ import annotations

import json

import pytest

from tasks import benchmarks
from tasks.domain import Dimension, Domain, PromptStyle
from tasks.errors import InputError, UsageError

ROWS = [
    {"q": "Which is red?", "a": "the sky", "b": "a rose", "c": "milk", "right": 1, "topic": "colour", "n": {"id": 7}},
    {"q": "Which is dry?", "a": "sand", "b": "rain", "c": None, "right": 0, "topic": "weather", "n": {"id": 8}},
]
ENTRY = {
    "dimension": "capability",
    "domain": "knowledge",
    "scorer": "choice",
    "metric": "accuracy",
    "fields": {"question": "q", "choices": ["a", "b", "c"], "target": "right", "target_counts_from": 0},
}


@pytest.fixture
def defined(tmp_path):
    """Define a benchmark by ENTRY with some changes, over rows in a file."""

    def build(rows=ROWS, fields=(), **changes):
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        values = {**ENTRY, "fields": {**ENTRY["fields"], **dict(fields)}, **changes}
        return benchmarks.define("mine", values, str(path), place="mine.yaml")

    return build


def test_columns_become_items(defined):
    first, second = defined(fields={"cluster": "topic", "subset": "topic", "id": "n.id"}).items
    assert (first.question, first.choices, first.target) == ("Which is red?", ("the sky", "a rose", "milk"), "B")
    assert (first.cluster_id, first.subset, first.foreign_id) == ("colour", "colour", "7")
    assert (second.choices, second.target, second.chance_score) == (("sand", "rain"), "A", 0.5)


def test_what_an_entry_leaves_out_has_a_default(defined):
    it = defined()
    assert (it.benchmark_id, it.title, it.dimension, it.domain) == (
        "mine",
        "mine",
        Dimension.CAPABILITY,
        Domain.KNOWLEDGE,
    )
    assert (it.verified, it.licence, it.citation, it.cluster_meaning) == ("format", "not stated", "not stated", "item")
    assert it.chance_score == pytest.approx((1 / 3 + 1 / 2) / 2)
    assert {item.subset for item in it.items} == {"all"}
    assert len({item.cluster_id for item in it.items}) == 2


def test_stop_strings_that_an_entry_states_end_chat_answers_too(defined):
    plain, stopped = defined(), defined(stop=["\n"])
    ends = [it.render(it.items[0], style).stop for it in (plain, stopped) for style in PromptStyle]
    assert ends == [(), ("\n\nQuestion:",), ("\n",), ("\n",)]
    assert plain.version != stopped.version


def test_a_question_can_be_made_of_several_columns(defined):
    first, _ = defined(fields={"question": "About {topic}: {q}"}).items
    assert first.question == "About colour: Which is red?"


def test_instruction_and_examples_stand_in_the_prompts(defined):
    examples = [{"question": "Which is wet?\nA. sand\nB. rain", "answer": "B"}]
    it = defined(instruction="Choose.", examples=examples)
    assert it.render(it.items[1], PromptStyle.COMPLETION).text == (
        "Choose.\n\nQuestion: Which is wet?\nA. sand\nB. rain\nAnswer: B\n\n"
        "Question: Which is dry?\nA. sand\nB. rain\nAnswer:"
    )


@pytest.mark.parametrize(
    ("rows", "fields", "target"),
    [
        ([{**ROWS[0], "right": 2}], {"target_counts_from": 1}, "B"),
        ([{**ROWS[0], "right": "B"}], {"target_counts_from": None}, "B"),
        ([{**ROWS[0], "right": "a rose"}], {"target_counts_from": None}, "a rose"),
        ([{**ROWS[0], "right": ["x", "y"]}], {"target_counts_from": None, "choices": []}, '["x", "y"]'),
        (ROWS[:1], {"target": None, "target_counts_from": None}, ""),
    ],
    ids=["position from 1", "letter", "option", "several as JSON", "none"],
)
def test_a_target_can_be_a_position_a_letter_an_option_or_a_text(defined, rows, fields, target):
    (item,) = defined(rows, fields).items
    assert item.target == target


@pytest.mark.parametrize(
    ("chance", "expected"), [(0.1, 0.1), ("luck", 0.25), (None, 1 / 3)], ids=["number", "column", "from the choices"]
)
def test_chance_can_be_a_number_or_a_column_and_follows_from_the_choices_otherwise(defined, chance, expected):
    it = defined([{**ROWS[0], "luck": "0.25"}], {"chance": chance})
    assert it.chance_score == it.items[0].chance_score == pytest.approx(expected)


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        ({"only": {"topic": "colour"}}, 1),
        ({"only": {"topic": ["colour", "weather"]}}, 2),
        ({"without": {"topic": "w*"}}, 1),
        ({"only": {"right": 0}}, 1),
    ],
)
def test_rows_are_chosen_by_the_values_of_a_column(defined, chosen, count):
    assert len(defined(**chosen).items) == count


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dimension": "safty"}, r"dimension: input should be 'capability', .* or 'truthfulness'\."),
        ({"fields": {}}, r"fields\.question: is missing\."),
        ({"fields": {"queston": "q"}}, r"fields\.queston: unknown key\. Did you mean 'question'\? Known: chance, "),
        ({"examples": [{"question": "q", "anser": "a"}]}, r"examples\.0\.anser: unknown key\. Did you mean 'answer'\?"),
        ({"metrik": 1}, r"metrik: unknown key\. Did you mean 'metric'\?"),
        ({"scorer": "numerik"}, r"scorer: 'numerik' is not a scorer\. Did you mean 'numeric'\?"),
        ({"fields": {"question": ["q"]}}, r"fields\.question: input should be a valid string\."),
        ({"fields": {"question": "q", "target_counts_from": 2}}, r"fields\.target_counts_from: must be 0 or 1\."),
    ],
)
def test_a_bad_entry_is_one_line_with_its_key(tmp_path, changes, message):
    with pytest.raises(InputError, match=rf"\Amine\.yaml: {message}") as raised:
        benchmarks.define("mine", {**ENTRY, **changes}, str(tmp_path / "absent"), place="mine.yaml")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("rows", "fields", "message"),
    [
        ([*ROWS, {"p": 1}], {}, r"(?:row|line) 3: choices: no column 'a'\. Known: p\."),
        (ROWS, {"question": "{q} {topik}"}, r"1: question: no column 'topik'\. Did you mean 'topic'\?"),
        ([{**ROWS[0], "q": " "}], {}, r"1: question: expected a text in 'q', found nothing\."),
        ([{**ROWS[0], "right": 3}], {}, r"1: target: expected a position among 3 choices, found '3'\."),
        ([{**ROWS[0], "right": -1}], {}, r"1: target: expected a position among 3 choices, found '-1'\."),
        (ROWS, {"target_counts_from": None}, r"1: target: expected a choice or its letter, found '1'\."),
        ([{**ROWS[0], "b": ""}], {}, r"1: choices: expected a text for each choice, found \['the sky', '', 'milk'\]\."),
        (ROWS, {"choices": "q"}, r"1: choices: expected a list in 'q', found 'Which is red\?'\."),
        (ROWS, {"chance": "topic"}, r"1: chance: expected a number from 0 to 1, found 'colour'\."),
        (ROWS, {"chance": 1.5}, r"1: chance: expected a number from 0 to 1, found 1\.5\."),
    ],
)
def test_a_bad_row_is_one_line_with_file_row_and_key(defined, rows, fields, message):
    with pytest.raises(InputError, match=rf"rows\.jsonl: (?:row |line ){message}" if message[0].isdigit() else message):
        defined(rows, fields)


def test_an_id_that_stands_twice_is_refused_with_both_lines(defined):
    rows = [{**ROWS[0], "id": 7}, {**ROWS[1], "id": 8}, {**ROWS[1], "id": "7"}]
    with pytest.raises(InputError, match=r"rows\.jsonl: line 3: the id '7' stands twice, first at .*: line 1\. Give"):
        defined(rows, {"id": "id"})
    assert len(defined(rows, {"id": "{topic}-{q}-{id}"}).items) == 3


def test_identical_rows_without_an_id_are_two_items(defined):
    assert len({item.item_id for item in defined([ROWS[0], ROWS[0]]).items}) == 2


def test_an_entry_that_leaves_no_row_is_refused(defined):
    with pytest.raises(InputError, match=r"expected rows of 'mine', found none left after only: and without:\."):
        defined(only={"topic": "art"})


def test_the_name_of_another_benchmark_is_refused():
    with pytest.raises(UsageError, match=r"'logic' is the name of a benchmark that aligntax has\. Choose another id\."):
        benchmarks.define("logic", ENTRY, "x.csv", place="mine.yaml")


def test_an_entry_without_a_source_is_refused():
    with pytest.raises(UsageError, match=r"mine\.yaml: 'mine' has no source\. Give the path of its rows\."):
        benchmarks.define("mine", ENTRY, None, place="mine.yaml")
