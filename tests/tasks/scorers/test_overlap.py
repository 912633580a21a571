"""ROUGE-L and BLEU of a text against its references."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from tasks.domain import Outcome
from tests.support.verdicts import verdict


def test_rouge_l_is_the_f_measure_of_the_longest_common_subsequence():
    target = json.dumps(["the cat is on the mat", "unrelated"])
    assert verdict("rouge_l", target, "The cat sat on the mat").value == pytest.approx(5 / 6)
    assert verdict("rouge_l", target, "the cat is on the mat!").value == 1.0
    assert verdict("rouge_l", target, "...").outcome is Outcome.UNPARSED


def test_bleu_is_sacrebleus_sentence_bleu_with_effective_order():
    # "the cat sat on the mat" against "the cat is on the mat": 5/6, 3/5, 1/4 and, smoothed, 1/(2*3)
    expected = math.exp(np.mean(np.log([5 / 6, 3 / 5, 1 / 4, 1 / 6])))
    target = json.dumps(["the cat is on the mat"])
    assert verdict("bleu", target, "the cat sat on the mat").value == pytest.approx(expected, abs=1e-6)
    assert verdict("bleu", target, "the cat is on the mat").outcome is Outcome.CORRECT
    assert verdict("bleu", target, "").outcome is Outcome.UNPARSED
