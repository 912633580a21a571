"""Finds the code in an answer. Code is parsed and never run.

A fence may be opened by the prompt and closed by the answer, stand in a docstring, or be missing. So there are several
candidates. The first one counts that defines the function, or else the first that continues the prompt's function.
Where there is none, the code is what looks most like it, and its program fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import combinations

from tasks.answers.fences import Fenced, fenced
from tasks.scorers.json_answers import answers_in_json
from tasks.scorers.parsed_code import CodeParser, with_definitions

_MOST_PIECES = 16  # between tags
_MOST_FENCES = 8  # of which joined pieces are tried

_LINES_OF_CODE = ("def ", "async def ", "class ", "from ", "import ", "return ", "@", "  ", "\t")
# What models put around code instead of fences, or around fences.
_TAGS = (
    r"(?:\[/?(?:python|code|answer|solution|inst|begin|done|tests?|end)\]"
    r"|</?(?:code|python|answer|solution|pre|program|script|function|final_answer|response|output|result)"
    r"(?:\s[^<>\n]{0,80})?>|<!\[CDATA\[|\]\]>"
    r"|\\(?:begin|end)\{(?:code|python|lstlisting|minted|verbatim)\}(?:\[[^\]\n]{0,80}\])?(?:\{python\})?"
    r"|<\|/?(?:python|code)(?:_tag|_start|_end|_block)?\|>)"
)
# At the beginning or the end of a line: elsewhere a tag may be part of the code.
_TAG = re.compile(rf"^[ \t]{{0,40}}{_TAGS}{{1,3}}|{_TAGS}{{1,3}}[ \t]{{0,40}}$", re.IGNORECASE | re.MULTILINE)
_TICKS = re.compile(r"`{1,3}(?:python3?\b)?", re.IGNORECASE)
_QUOTED = re.compile(r"^> ?(?!>)", re.MULTILINE)
_PROMPTED = re.compile(r"^[ \t]{0,40}(?:>>>|\.\.\.:?|In \[\d{1,4}\]:) ?([^\n]*+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FoundCode:
    """Code found in an answer. It is not closed where no fence ends it: then it may have been cut off."""

    text: str
    is_closed: bool


def found_code(text: str, prompt: str, entry_point: str) -> FoundCode | None:
    """The code in an answer to ``prompt``, which defines or continues the function ``entry_point``; None for prose."""
    text = text.removeprefix("\ufeff").replace(
        "\xa0", " "
    )  # a byte order mark, and blanks that are no blanks of Python
    if all(line.startswith(">") and not line.startswith(">>") for line in text.split("\n") if line):
        text = _QUOTED.sub("", text)
    blocks = fenced(text)
    parser = CodeParser(prompt, entry_point)
    in_json = next((code for value in answers_in_json(text) if (code := parser.whole(value))), None)
    return (
        (FoundCode(in_json, is_closed=True) if in_json else None)
        or _before_closer(parser, blocks)
        or _in_fences(parser, blocks)
        or _without_fences(parser, text)
        or _unparsed(text, blocks, entry_point)
    )


def _before_closer(parser: CodeParser, blocks: Fenced) -> FoundCode | None:
    """The text before the first fence, where that fence closes a block which the prompt has opened."""
    first = blocks.fences[0] if blocks.fences else None
    if first is None or first.language:
        return None
    before = "".join(f"{line}\n" for line in blocks.lines[: first.begin])
    code = parser.whole(before) or parser.body(before) or parser.whole_between_prose(before)
    return FoundCode(code, is_closed=True) if code else None


def _in_fences(parser: CodeParser, blocks: Fenced) -> FoundCode | None:
    """A fenced block, a block that goes on behind what looks like its end, or all blocks together."""
    texts = [fence.text for fence in blocks.fences]
    for fence in blocks.fences:
        if code := parser.whole(fence.text, may_end_early=not fence.is_closed):
            return FoundCode(with_definitions(code, texts) if len(texts) > 1 else code, fence.is_closed)
    joined = ["\n".join(texts), *_joined(blocks)] if len(texts) > 1 else []
    readings = ((parser.whole, joined), (parser.body, texts), (parser.body, joined))
    code = next((code for read, pieces in readings for piece in pieces if (code := read(piece))), None)
    return FoundCode(code, blocks.fences[-1].is_closed) if code else None


def _joined(blocks: Fenced) -> Iterator[str]:
    """The lines from one mark of a fence to a later one, other marks included, which may be part of a docstring."""
    marks = sorted({line for fence in blocks.fences[:_MOST_FENCES] for line in (fence.begin, fence.end)})
    for begin, end in combinations(marks, 2):
        yield "".join(f"{line}\n" for line in blocks.lines[begin + 1 : end])


def _without_fences(parser: CodeParser, text: str) -> FoundCode | None:
    """Code without fences: the text, a piece of it between tags, or what was typed in a session."""
    if code := parser.whole(text):
        return FoundCode(code, is_closed=False)
    plain = unescape(text)
    session = "\n".join(line[1] for line in _PROMPTED.finditer(text))
    pieces = [*_TAG.split(plain)[:_MOST_PIECES], text, plain, session, *_TICKS.split(plain)[:_MOST_PIECES]]
    for piece in dict.fromkeys(pieces):
        if code := parser.whole(piece) or parser.body(piece) or parser.whole_between_prose(piece):
            return FoundCode(code, is_closed=False)
    return None


def _unparsed(text: str, blocks: Fenced, entry_point: str) -> FoundCode | None:
    """The block that names the function, else the longest block, else a text with lines of code."""
    if blocks.fences:
        definition = f"def {entry_point}("
        longest = max(blocks.fences, key=lambda fence: len(fence.text))
        block = next((fence for fence in blocks.fences if definition in fence.text), longest)
        return FoundCode(block.text, block.is_closed)
    is_code = any(line.strip() and line.startswith(_LINES_OF_CODE) for line in text.splitlines())
    return FoundCode(text, is_closed=False) if is_code else None
