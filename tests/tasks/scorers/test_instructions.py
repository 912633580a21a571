"""Each kind of instruction, followed and missed, strict and loose; and targets that cannot be read."""

from __future__ import annotations

import json

import pytest

from tasks.domain import Item, Outcome
from tasks.scorers import scorer
from tasks.scorers.instruction_checks import CHECKS, depth, holds, instructions_of, is_language, parsed_json
from tasks.scorers.instructions import variants
from tasks.scorers.sentences import count_sentences

KEYWORDS, LENGTH, FORMAT = "keywords", "length_constraints", "detectable_format"
FREQUENCY = {"kind": f"{KEYWORDS}:frequency", "keyword": "river", "frequency": 2}
LETTER = {"kind": f"{KEYWORDS}:letter_frequency", "letter": "#", "let_frequency": 2, "let_relation": "at least"}
WORDS = {"kind": f"{LENGTH}:number_words", "num_words": 3}
SENTENCES = {"kind": f"{LENGTH}:number_sentences", "num_sentences": 2, "relation": "exactly"}
PARAGRAPHS = {"kind": f"{LENGTH}:number_paragraphs", "num_paragraphs": 2}
FIRST_WORD = {
    "kind": f"{LENGTH}:nth_paragraph_first_word",
    "num_paragraphs": 2,
    "nth_paragraph": 2,
    "first_word": "Well",
}
PLACEHOLDERS = {"kind": "detectable_content:number_placeholders", "num_placeholders": 2}
BULLETS = {"kind": f"{FORMAT}:number_bullet_lists", "num_bullets": 2}
HIGHLIGHTS = {"kind": f"{FORMAT}:number_highlighted_sections", "num_highlights": 2}
SECTIONS = {"kind": f"{FORMAT}:multiple_sections", "section_spliter": "Part", "num_sections": 2}
TITLE, JSON = {"kind": f"{FORMAT}:title"}, {"kind": f"{FORMAT}:json_format"}
TWO, QUOTED = {"kind": "combination:two_responses"}, {"kind": "startend:quotation"}
REPEAT = {"kind": "combination:repeat_prompt", "prompt_to_repeat": "Say what it is."}
ENDS = {"kind": "startend:end_checker", "end_phrase": "That is all."}
CAPITALS = {"kind": "change_case:capital_word_frequency", "capital_frequency": 2, "capital_relation": "exactly"}
UPPER, LOWER = {"kind": "change_case:english_capital"}, {"kind": "change_case:english_lowercase"}
NUMBERED = {"kind": "form:numbered_list", "num_lines": 2, "relation": "exactly"}
KEYS = {"kind": "form:json_keys", "keys": ["a", "b"]}


def postscript(marker):
    return {"kind": "detectable_content:postscript", "postscript_marker": marker}


KEPT = [
    ({"kind": f"{KEYWORDS}:existence", "keywords": ["tea", "Milk"]}, "Steamed MILK."),
    ({**FREQUENCY, "relation": "at least"}, "River, and rivers count"),
    ({**FREQUENCY, "relation": "less than"}, "one river"),
    ({"kind": f"{KEYWORDS}:forbidden_words", "forbidden_words": ["very", "good"]}, "every goodness"),
    (LETTER, "#one #two"),
    ({"kind": "language:response_language", "language": "de"}, "Der Fluss ist heute so ruhig wie ein See."),
    ({"kind": "language:response_language", "language": "de"}, "12345"),
    ({**WORDS, "relation": "at least"}, "well-known thing"),
    ({**WORDS, "relation": "less than"}, "two words"),
    ({**WORDS, "relation": "at most"}, "three words here"),
    (SENTENCES, "Is it so?! Yes, at 3.50 it is."),
    (SENTENCES, '"Come in." He came'),
    (SENTENCES, "是的。好。"),
    (SENTENCES, "Dr. J. Smith asked, e.g. about tea. He left."),
    (SENTENCES, "1. first, we go. 2. then we rest"),
    (PARAGRAPHS, "a\n***\nb"),
    (PARAGRAPHS, "***\na\n\na\n***\nb\n***"),
    (FIRST_WORD, 'Hm.\n\n"Well, it is so.'),
    (PLACEHOLDERS, "[name] and [[place] ]"),
    (postscript("P.S."), "Dear all\nP. S. Bye"),
    (postscript("P.P.S"), "p.p.s. Bye"),
    (postscript("NB"), "nb: bye"),
    (BULLETS, "Two:\n- a\n  * b\n**c**"),
    ({"kind": f"{FORMAT}:constrained_response"}, "I think so. My answer is yes."),
    (HIGHLIGHTS, "*one* and *two*"),
    (HIGHLIGHTS, "**bold** *x*"),
    (SECTIONS, "Part 1\nx\nPart2"),
    (JSON, '```json\n{"a": [1, "b"]}\n```'),
    (JSON, f'{{"a": {"7" * 60_000}}}'),
    (TITLE, "See <<A walk>>\nIt rains."),
    (TWO, "******\none\n******\ntwo"),
    (REPEAT, "\n say what it is. It is tea."),
    (ENDS, 'Yes. that is all."\n'),
    (QUOTED, ' "Yes."\n'),
    (CAPITALS, "WE went to the U.S. today"),
    (CAPITALS, "IT'S so"),
    (UPPER, "THE RIVER IS QUIET TODAY AND WE WALK ALONG IT."),
    (LOWER, "the river is quiet today and we walk along it."),
    ({"kind": "punctuation:no_comma"}, "one; two"),
    ({"kind": "form:number_lines", "num_lines": 2, "relation": "exactly"}, "a\n\nb\n"),
    (NUMBERED, "1. a\n2) b"),
    (KEYS, '{"b": [1, {"c": 2}], "a": null}'),
    ({"kind": "form:first_words", "text": "To begin with"}, "  TO BEGIN WITH, yes"),
    ({"kind": "form:lower_case"}, "no capitals, 3 digits; ß שלום"),
    ({"kind": "form:upper_case"}, "NO SMALL ONES, 3 DIGITS; שלום"),
    ({"kind": "form:no_digits"}, "one two"),
]
MISSED = [
    ({"kind": f"{KEYWORDS}:existence", "keywords": ["tea", "milk"]}, "tea"),
    ({**FREQUENCY, "relation": "at least"}, "one river"),
    ({**FREQUENCY, "relation": "exactly"}, "river river river"),
    ({**FREQUENCY, "keyword": "a.c", "relation": "at least"}, "abc abc"),
    ({"kind": f"{KEYWORDS}:forbidden_words", "forbidden_words": ["very", "good"]}, "Very."),
    (LETTER, "#one"),
    ({"kind": "language:response_language", "language": "de"}, "The river is as quiet as a lake today."),
    ({**WORDS, "relation": "at least"}, "a - b"),
    ({**WORDS, "relation": "less than"}, "three words here"),
    ({**WORDS, "relation": "at most"}, "that is four words"),
    (SENTENCES, "One. Two. Three."),
    (PARAGRAPHS, "a\n\nb"),
    (PARAGRAPHS, "a\n***\n***\nb"),
    (FIRST_WORD, "Well.\n\nNo."),
    (FIRST_WORD, "Hm.\n\nWell.\n\nThree."),
    ({**FIRST_WORD, "nth_paragraph": 3}, "Hm.\n\nWell."),
    (PLACEHOLDERS, "[name\n] and [x]"),
    (postscript("P.S."), "PS: bye"),
    (postscript("P.P.S"), "P.S. bye"),
    (BULLETS, "- a"),
    ({"kind": f"{FORMAT}:constrained_response"}, "My answer is: yes."),
    (HIGHLIGHTS, "*one* and * \n* **"),
    (SECTIONS, "Part 1\nPart two"),
    (JSON, 'Here: {"a": 1}'),
    (TITLE, "<< >> <<a\nb>>"),
    (TWO, "one\n******\none"),
    (TWO, "one\n******\n******\ntwo"),
    (REPEAT, "Sure. Say what it is."),
    (ENDS, "That is all. Bye"),
    (QUOTED, '"Yes." he said'),
    (QUOTED, '"'),
    (CAPITALS, "WE ARE THREE"),
    (UPPER, "THE RIVER is QUIET"),
    (UPPER, "DER FLUSS IST HEUTE SO RUHIG WIE EIN SEE."),
    (LOWER, "The river is quiet today."),
    ({"kind": "punctuation:no_comma"}, "one, two"),
    ({"kind": "form:number_lines", "num_lines": 2, "relation": "exactly"}, "a"),
    (NUMBERED, "1. a\n3. b"),
    (NUMBERED, "1. a\n2. b\n3. c"),
    (KEYS, '{"a": 1}'),
    (KEYS, '["a", "b"]'),
    ({"kind": "form:first_words", "text": "To begin with"}, "Well, to begin with"),
    ({"kind": "form:lower_case"}, "a B"),
    ({"kind": "form:upper_case"}, "A b"),
    ({"kind": "form:no_digits"}, "٣"),
]


def verdict(instructions, text, name="instructions"):
    return scorer(name).score(Item("i", "q", json.dumps(instructions), "c", "s"), text)


def test_every_kind_has_a_followed_and_a_missed_example():
    assert {one["kind"] for one, _ in KEPT} == {one["kind"] for one, _ in MISSED} == set(CHECKS)
    assert sum(not kind.startswith("form:") for kind in CHECKS) == 25


@pytest.mark.parametrize(("instruction", "text"), KEPT)
def test_a_followed_instruction_is_right(instruction, text):
    found = verdict([instruction], text)
    assert (found.outcome, found.value, found.answer, found.is_final) == (Outcome.CORRECT, 1.0, "1/1", True)


@pytest.mark.parametrize(("instruction", "text"), MISSED)
def test_a_missed_instruction_is_wrong_and_never_final(instruction, text):
    found = verdict([instruction], text)
    assert (found.outcome, found.value, found.is_final) == (Outcome.INCORRECT, 0.0, False)
    assert found.answer == f"0/1 missed: {instruction['kind']}"


def test_one_missed_instruction_gives_the_prompt_0_and_the_instructions_their_share():
    instructions = [{"kind": "form:lower_case"}, {"kind": "form:no_digits"}, {**WORDS, "relation": "less than"}]
    found = verdict(instructions, "only a few words")
    assert (found.value, found.answer) == (0.0, "2/3 missed: length_constraints:number_words")
    assert verdict(instructions, "only a few words", "instructions_share").value == pytest.approx(2 / 3)


def test_the_loose_rule_ignores_a_preamble_a_farewell_and_asterisks_for_each_instruction():
    text = 'Sure, here it is:\n"a *b*"\nHope it helps'
    instructions = [QUOTED, {**WORDS, "relation": "less than"}, REPEAT]
    assert verdict(instructions, text).value == 0.0
    assert verdict(instructions, text, "instructions_loose").answer == "2/3 missed: combination:repeat_prompt"
    assert verdict(instructions, text, "instructions_loose_share").value == pytest.approx(2 / 3)


def test_a_single_line_has_only_blank_variants_besides_itself():
    assert variants("*a*") == ["*a*", "", "a"]


@pytest.mark.parametrize("text", ["", " \n\t"])
@pytest.mark.parametrize("name", ["instructions", "instructions_loose"])
def test_a_blank_text_is_unparsed_even_if_it_breaks_no_instruction(name, text):
    assert verdict([{"kind": "punctuation:no_comma"}], text, name).outcome is Outcome.UNPARSED


@pytest.mark.parametrize(
    "target",
    [
        "",
        "A",
        "{}",
        "[1]",
        "null",
        '[{"kind": "sonnet"}]',
        '[{"kind": ["form:no_digits"]}]',
        '[{"kind": "length_constraints:number_words"}]',
        '[{"kind": "length_constraints:number_words", "num_words": "3", "relation": "at least"}]',
        '[{"kind": "length_constraints:number_words", "num_words": 3, "relation": "about"}]',
        '[{"kind": "form:no_digits", "strength": 2}]',
        '[{"kind": "form:no_digits"}, {}]',
        "[" * 100_000,
    ],
)
def test_a_target_without_readable_instructions_gives_no_value(target):
    found = scorer("instructions").score(Item("i", "q", target, "c", "s"), "a text")
    assert (found.outcome, found.value, found.answer) == (Outcome.JUDGE_ERROR, None, None)
    assert instructions_of(target) == ()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("No stop", 1),
        ("Mr. Smith met Mrs. Jones at no. 7. They left.", 2),
        ("It was 5 p.m. in the U.S. and dark.", 1),
        ("It was 5 p.m. They left.", 2),
        ("1. Wash it.\n2. Dry it.", 4),
        ("Wait... what?! Yes!", 3),
        ("He said: **Stop.** Then he left.", 2),
    ],
)
def test_the_stop_of_an_abbreviation_does_not_end_a_sentence(text, count):
    assert count_sentences(text) == count


def test_a_text_gets_the_same_language_every_time():
    assert {is_language("hello ok bonjour", code="en") for _ in range(20)} in ({True}, {False})


@pytest.mark.parametrize("opening", ["[", "{", '{"a":', '[{"a":['])
def test_deeply_nested_json_is_not_parsed(opening):
    assert parsed_json(opening * 30_000) is None
    assert not holds(KEYS, opening * 30_000)


def test_nesting_up_to_the_limit_is_parsed():
    assert parsed_json(f"{'[' * 50}{']' * 50}") is not None
    assert parsed_json(f"{'[' * 51}{']' * 51}") is None
    assert depth("[]" * 1_000) == 1


def test_numbers_that_int_refuses_are_kept_as_text():
    assert parsed_json("7" * 100_000) == "7" * 100_000
    assert parsed_json("[12, 1.5, -3]") == [12, "1.5", -3]
