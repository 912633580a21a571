from __future__ import annotations

import pytest

from tasks.answers import Ending, ending_of


@pytest.mark.parametrize(
    ("word", "ending"),
    [
        ("stop", Ending.STOP),
        ("MAX_TOKENS", Ending.LENGTH),
        (" length ", Ending.LENGTH),
        ("sunset", Ending.UNKNOWN),
        (None, Ending.UNKNOWN),
    ],
)
def test_words_are_compared_without_case(word, ending):
    assert ending_of(word) is ending
