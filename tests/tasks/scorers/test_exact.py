import pytest

from tasks.domain import Item, Outcome
from tasks.scorers import scorer


def verdict(target, text):
    return scorer("exact").score(Item("i", "q", target, "c", "s"), text)


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("[3, 1]", "[3, 1]"),
        ("[3, 1]", " [3, 1]  \n"),
        ("[3, 1]", "[3, 1]\n\nQuestion: what next?"),
        ("[3, 1]", "We reverse it.\nOutput: [3, 1]"),
        ("[3, 1]", "**Output:** [3, 1]"),
        ("[3, 1]", "Output: [1]\nI was wrong.\nOutput:\n[3, 1]\nbecause"),
        ("[3, 1]", "Here it is:\n```python\n[3, 1]\n```\nEnjoy."),
        ("[3, 1]", "```\n[3, 1]\n```"),
        ("[3, 1]", "```[3, 1]```"),
        ("[3, 1]", "`[3, 1]`"),
        ("[3, 1]", "The result is `[3, 1]`."),
        ("[3, 1]", "The result is:\n`[3, 1]`"),
        ("x", "x\n\nHere `y` stands for nothing."),
        ("`x`", "`x`"),
        ("a\nb", "a\nb\n"),
        ("a\n  b", "```\na\n  b\n```"),
        ("שלום", "שלום"),
    ],
)
def test_the_answer_is_taken_out_of_its_wrapping(target, text):
    found = verdict(target, text)
    assert (found.outcome, found.value, found.is_final) == (Outcome.CORRECT, 1.0, True)


@pytest.mark.parametrize(
    ("target", "text", "is_final"),
    [
        ("True", "true", False),
        ("a\nb", "a", False),
        ("x", "Output: y", True),
        ("x", "The answer is x", False),
        ("x", "x y", False),
        ("x", "`y`", True),
        ("a", "```\nb\n```\n```\na\n```", False),
        ("x", "output of x", False),
    ],
)
def test_anything_else_is_wrong(target, text, is_final):
    found = verdict(target, text)
    assert (found.outcome, found.value, found.is_final) == (Outcome.INCORRECT, 0.0, is_final)


@pytest.mark.parametrize("text", ["", " \n\t", "Output:", "```\n```"])
def test_a_text_with_nothing_but_marks_is_unparsed(text):
    assert verdict("x", text).outcome is Outcome.UNPARSED
