# ruff: noqa: RUF001 - signs as models write them
"""The letters of options in other shapes and scripts, made into A, B, C.

Tested in tests/tasks/scorers/test_choice_forms.py.
"""

from __future__ import annotations

import re
import unicodedata

# Signs that look like a letter, or are letters of an alphabet in which options are counted. "B" stands for the second.
_SAME_SHAPE = {"АΑ": "A", "ВΒ": "B", "СϹ": "C", "ЕΕ": "E", "НΗ": "H", "ІΙ": "I", "Ј": "J"}
_ENUMERATIONS = ("أبجده", "ابجده", "אבגדה", "กขคงจ", "甲乙丙丁戊", "ΑΒΓΔΕ", "①②③④⑤", "🅰🅱🅲🅳🅴", "কখগঘঙ")
_LETTER_OF = {sign: letter for signs, letter in _SAME_SHAPE.items() for sign in signs}
_LETTER_OF |= {sign: letter for signs in reversed(_ENUMERATIONS) for sign, letter in zip(signs, "ABCDE", strict=True)}
_LETTER_OF |= {"İ": "I", "В": "B"}
_ALONE = re.compile(rf"[{''.join(_LETTER_OF)}](?<!\w.)(?!\w|\.\s?\w\.)|[①-⑤🅰-🅴]|İ")
_KOREAN = re.compile(r"(?<!\w)([가나다라마])(?=[).번])|(?<=\()([가나다라마])(?=\))")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\ufeff\u00ad\u20dd]")


def plain_letters(text: str) -> str:
    """The text with ordinary letters for full-width, circled, mathematical and look-alike ones."""
    if text.isascii():
        return text
    text = _INVISIBLE.sub("", _ALONE.sub(lambda sign: _LETTER_OF[sign[0]], text))
    text = unicodedata.normalize("NFKC", text)
    text = _KOREAN.sub(lambda sign: "ABCDE"["가나다라마".index(sign[1] or sign[2])], text)
    return text.replace("İ", "I")
