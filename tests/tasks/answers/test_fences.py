"""Which fenced blocks a text has."""

from __future__ import annotations

import pytest

from tasks.answers.fences import fenced


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("no fence", []),
        ("```python\nx\n```", [("x\n", "python", True)]),
        ("```\nx\n", [("x\n", "", False)]),
        ("~~~py\nx\n```\ny\n~~~", [("x\n```\ny\n", "py", True)]),
        ("````\n```\nx\n```\n````", [("```\nx\n```\n", "", True)]),
        ("   ```\n   x\n   ```", [("   x\n", "", True)]),
        ("text\n      ```py\n      x\n      ```", [("      x\n\n", "py", True)]),
        ("1. ```python\nx\n```", [("x\n", "python", True)]),
        ("x = 1```\nprose", [("prose\n", "", False)]),
        ("a ```word``` in a line\n```\nx\n```", [("x\n", "", True)]),
        ("```json\r\nx\r\n```", [("x\n", "json", True)]),
        ("```\nx\n```\n```\ny\n```", [("x\n", "", True), ("y\n", "", True)]),
        ("```", [("", "", False)]),
    ],
)
def test_fences_are_found_as_markdown_finds_them(text, blocks):
    assert [(fence.text, fence.language, fence.is_closed) for fence in fenced(text).fences] == blocks


def test_the_lines_of_a_fence_are_those_of_the_text():
    found = fenced("before\n```\nx\n```\nbehind")
    assert [(fence.begin, fence.end) for fence in found.fences] == [(1, 3)]
    assert found.lines[2] == "x"
