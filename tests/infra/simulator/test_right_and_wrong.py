from __future__ import annotations

import pytest

from infra.simulator.question_index import Question
from infra.simulator.right_and_wrong import _shifted_number, wrong_answer
from infra.simulator.stream import Stream
from tasks.domain import Item
from tasks.scorers.numeric import Numeric


@pytest.mark.parametrize("name", ["sums", "letters", "outputs"])
def test_wrong_answers_are_wrong_and_not_always_the_same(known, name):
    benchmark = known[name]
    for item in benchmark.items[:50]:
        wrong = {wrong_answer(Question(benchmark, item), Stream(item.item_id, n)) for n in range(20)}
        assert item.target not in wrong
        assert len(wrong) > 1


@pytest.mark.parametrize("number", ["0", "-5", "1,000", "0.5", "3/4", "99", "$7"])
def test_a_shifted_number_is_another_number(number):
    item = Item("id", "question", number, "cluster", "all")
    for draw in range(50):
        shifted = _shifted_number(number, Stream(draw))
        assert Numeric().score(item, f"The answer is {shifted}.").outcome == "incorrect", shifted
