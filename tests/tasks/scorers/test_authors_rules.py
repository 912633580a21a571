"""The rules of MMLU, BBH, GSM8K, DROP, SQuAD, ROUGE-L and BLEU, case by case."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain import Item, Outcome
from tasks.scorers import scorer
from tasks.scorers.spans import drop_exact, drop_f1, drop_normalised, squad_normalised


def judged(name, target, text, choices=()):
    return scorer(name).score(Item("i", "q", target, "c", "s", choices), text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I think so.\nAnswer: B", 1.0),
        ("**ANSWER**: $\\boxed{B}$", 1.0),
        ("answer :\t(B)", None),
        ("Answer: B because A is wrong. Answer: A", 1.0),
        ("Answer: A. On reflection, Answer: B", 0.0),
        ("Answer: b", 0.0),
        ("B", None),
        ("The answer is (B).", None),
    ],
)
def test_mmlu_answer_takes_the_first_announcement(text, expected):
    assert judged("mmlu_answer", "B", text).value == expected


@pytest.mark.parametrize(
    ("alternatives", "expected", "letter"),
    [
        ({" B": -0.1, " A": -3.0}, 1.0, "B"),
        ({" A": -0.9, "B": -1.1, " B": -1.2}, 1.0, "B"),
        ({"▁C": -0.2, "ĠB": -1.0, "(": -0.1}, 0.0, "C"),
        ({"The": -0.1, " the": -2.0}, None, None),
        ({"E": -0.1}, None, None),
        ({}, None, None),
        ({" B": "x", " A": None}, None, None),
    ],
)
def test_likelihood_takes_the_most_likely_letter_whatever_blank_stands_before_it(alternatives, expected, letter):
    verdict = judged("choice_likelihood", "B", json.dumps(alternatives), ("w", "x", "y", "z"))
    assert (verdict.value, verdict.answer) == (expected, letter)


def test_likelihood_that_an_endpoint_did_not_tell_is_no_wrong_answer():
    assert judged("choice_likelihood", "B", "").outcome is Outcome.NOT_RUN


@pytest.mark.parametrize("text", ["null", "[1]", "{", "B", "[" * 50_000])
def test_likelihood_without_a_letter_is_unparsed(text):
    assert judged("choice_likelihood", "B", text).outcome is Outcome.UNPARSED


@pytest.mark.parametrize(
    ("text", "expected", "is_final"),
    [
        ("(B)", 1.0, True),
        ("Well. So the answer is (B).", 1.0, True),
        ("So the answer is (A). No: so the answer is (B).", 1.0, True),
        ("So the answer is (b).", 0.0, True),
        ("It must be (B)", 0.0, False),
        ("(B)..", 0.0, False),
        ("So the answer is ", None, False),
        ("  ", None, False),
    ],
)
def test_bbh_is_exact_behind_the_last_announcement(text, expected, is_final):
    verdict = judged("bbh", "(B)", text)
    assert (verdict.value, verdict.is_final) == (expected, is_final)


@pytest.mark.parametrize(
    ("text", "authors", "strict", "flexible"),
    [
        ("Add.\n#### 1,018", 1.0, 1.0, 1.0),
        ("Add.\nA: 1018", 1.0, None, 1.0),
        ("#### 1018\nI hope this helps.", None, 1.0, 1.0),
        ("####1018", 1.0, None, 1.0),
        ("#### $1018", None, None, 1.0),
        ("#### 1018.", 0.0, 1.0, 1.0),
        ("#### 1018.0", 0.0, 0.0, 0.0),
        ("It costs $1,018.", None, None, 1.0),
        ("It costs 1018 for 3", None, None, 0.0),
        ("Nothing.", None, None, None),
        ("None of it ...", None, None, 0.0),
    ],
)
def test_gsm8k_rules_differ_as_their_authors_do(text, authors, strict, flexible):
    values = [judged(name, "1018", text).value for name in ("gsm8k", "gsm8k_strict", "gsm8k_flexible")]
    assert values == [authors, strict, flexible]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Cat-like animal!", "cat like animal"),
        ("$5 and 1,000", "5.0 and 1000.0"),
        ("5.50", "5.5"),
        ("an A-team", "team"),
        ("  ", ""),
        ("-3", "3.0"),
    ],
)
def test_drop_normalises_token_by_token(text, expected):
    assert drop_normalised(text) == expected


@pytest.mark.parametrize(
    ("said", "gold", "f1", "exact"),
    [
        (["5 yards"], ["5"], 0.67, 0.0),
        (["6 yards"], ["5 yards"], 0.0, 0.0),
        (["dogs", "cats"], ["cats", "dogs"], 1.0, 1.0),
        (["cats"], ["cats", "dogs"], 0.5, 0.0),
        (["cats", "cats"], ["cats"], 0.5, 0.0),
        (["big cats", "dogs"], ["dogs", "cats", "mice"], 0.56, 0.0),
        (["the"], ["a"], 1.0, 1.0),
        (["cats and dogs"], ["cats", "dogs"], 0.25, 0.0),
    ],
)
def test_drop_aligns_spans_one_to_one(said, gold, f1, exact):
    assert (drop_f1(said, gold), drop_exact(said, gold)) == (f1, exact)


@given(st.lists(st.text("ab 12-", max_size=8), min_size=1, max_size=4))
def test_drop_f1_of_the_right_spans_in_any_order_is_one(spans):
    assert drop_f1(spans[::-1], spans) == drop_exact(spans[::-1], spans) == 1.0


def test_drop_takes_the_best_alternative_and_several_spans_of_a_text():
    target = json.dumps([[" "], ["seven"], ["cats", "dogs"]])
    assert judged("drop_f1", target, "dogs | cats").value == 1.0
    assert judged("drop_em", target, "Seven.").value == 1.0
    assert judged("drop_f1", target, "dogs").outcome is Outcome.PARTIAL
    assert judged("drop_f1", target, " \n").outcome is Outcome.UNPARSED


@pytest.mark.parametrize(
    ("target", "text", "f1", "exact"),
    [
        ('["The old mill"]', "old mill.", 1.0, 1.0),
        ('["an old mill", "mill"]', "the mill", 1.0, 1.0),
        ("old mill", "a mill mill", 0.5, 0.0),
        ("[]", "", 1.0, 1.0),
        ("[]", "something", 0.0, 0.0),
        ('["mill"]', "", 0.0, 0.0),
    ],
)
def test_squad_compares_multisets_of_words(target, text, f1, exact):
    assert judged("squad_f1", target, text).value == pytest.approx(f1)
    assert judged("squad_em", target, text).value == exact


def test_squad_keeps_what_is_no_ascii_punctuation():
    assert squad_normalised("The «Cat», an-other") == "«cat» another"


def test_rouge_l_is_the_f_measure_of_the_longest_common_subsequence():
    target = json.dumps(["the cat is on the mat", "unrelated"])
    assert judged("rouge_l", target, "The cat sat on the mat").value == pytest.approx(5 / 6)
    assert judged("rouge_l", target, "the cat is on the mat!").value == 1.0
    assert judged("rouge_l", target, "...").outcome is Outcome.UNPARSED


def test_bleu_is_sacrebleus_sentence_bleu_with_effective_order():
    # "the cat sat on the mat" against "the cat is on the mat": 5/6, 3/5, 1/4 and, smoothed, 1/(2*3)
    expected = math.exp(np.mean(np.log([5 / 6, 3 / 5, 1 / 4, 1 / 6])))
    target = json.dumps(["the cat is on the mat"])
    assert judged("bleu", target, "the cat sat on the mat").value == pytest.approx(expected, abs=1e-6)
    assert judged("bleu", target, "the cat is on the mat").outcome is Outcome.CORRECT
    assert judged("bleu", target, "").outcome is Outcome.UNPARSED


def test_libraries_are_loaded_by_the_scorers_that_need_them_alone():
    program = (
        "import sys; from tasks.domain import Item; from tasks.scorers import scorer\n"
        "scorer('drop_f1').score(Item('i', 'q', '[[\"a\"]]', 'c', 's'), 'a')\n"
        "print(sorted({'nltk', 'sacrebleu', 'rouge_score', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
