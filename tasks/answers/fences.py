"""Fenced blocks of a text, as Markdown's own rules find them: backticks or tildes, of any length and indentation.

Models also open a fence behind other words ("1. ```python") and close one behind the last statement. Such a fence is
first put on a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_BEHIND_TEXT = re.compile(
    r"(?<=[^\s`~])([ \t]{0,8})(?=```[ \t]{0,3}(?:python3?|py)?[ \t]{0,8}(?:\n|\Z))",
    re.IGNORECASE,
)
# Markdown takes an indented line behind a line of text for a part of its paragraph, so a blank line goes between them.
_INDENTED = re.compile(r"^(?=[ \t]{4,40}(?:```|~~~))", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fence:
    """One fenced block as it is written. ``begin`` and ``end`` are the numbers of its first and last line, from 0."""

    text: str
    language: str
    begin: int
    end: int
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Fenced:
    """The lines of a text, and the fenced blocks in them."""

    lines: tuple[str, ...]
    fences: tuple[Fence, ...]


def fenced(text: str) -> Fenced:
    """The fenced blocks of a text, in their order. It takes a linear time."""
    if "```" not in text and "~~~" not in text:
        return Fenced(tuple(text.split("\n")), ())
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = _INDENTED.sub("\n", _BEHIND_TEXT.sub("\n", plain))
    lines = plain.split("\n")
    found = (token for token in _parser().parse(plain) if token.type == "fence")
    return Fenced(tuple(lines), tuple(_fence(lines, token) for token in found))


def _fence(lines: Sequence[str], token: Token) -> Fence:
    begin, after = token.map or (0, 0)
    last = lines[after - 1].strip()
    is_closed = after - begin > 1 and len(last) >= len(token.markup) and not last.strip(token.markup[0])
    text = "".join(f"{line}\n" for line in lines[begin + 1 : after - is_closed])
    return Fence(text, token.info.strip().lower(), begin, after - 1, is_closed)


@cache
def _parser() -> MarkdownIt:
    """A parser of nothing but paragraphs and fences: within code, lists and headings are no Markdown."""
    parser = MarkdownIt("zero").enable("fence")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser
