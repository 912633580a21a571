"""A model's reasoning told apart from its answer, in the ways in which models and servers write it.

- A block in tags, at the beginning of the text or of a line: ``<think>...</think>``, ``[THINK]...[/THINK]``,
  ``<|START_THINKING|>...<|END_THINKING|>`` and other spellings.
- A closing tag without an opening one: the server put the opening tag into the prompt. All text before it is reasoning.
- An opening tag without a closing one: the text was cut off, or the model never came to an answer.
- The channels of OpenAI's harmony format, with their special tokens or without them.
- Announcements: Granite's "Here is my thought process:" and "Here is my response:", or headings.

A tag behind a quotation mark or a backtick is spoken of; it is no tag. Every pattern takes linear time.

Sources: the reasoning parsers of vLLM and SGLang; openai/harmony, docs/format.md; the chat templates of Cohere, Kimi,
Gemma and Granite.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NAMES = (
    r"(?:ant|antml:|seed:)?think(?:ing)?(?:[_-]process)?|thoughts?|thought[_ -]process|reason(?:ing)?|reflection"
    r"|analysis|scratchpad|chain[_ -]of[_ -]thought|cot|(?:inner|internal)[_ -](?:thoughts?|reasoning|monologue)|思考"
)
# Each alternative closes where it has a group whose name begins with "close".
_TAG = re.compile(
    rf"(?<![`'\"“‘])(?:(?:<|&lt;)\s?(?P<close>/\s?)?(?:{_NAMES})(?:\s[^<>&\n]{{0,80}})?(?:>|&gt;)"  # noqa: RUF001 - quotation marks
    r"|\[(?P<close_bracket>/)?(?:think|thinking|reasoning)\]"
    r"|◁(?P<close_kimi>/)?think▷"
    r"|<\|(?P<close_bar>/)?think(?:ing)?\|>"
    r"|<\|(?:(?P<close_marked>end(?:_of)?)|(?:begin_of|start))_(?:thought|think|thinking)\|>"
    r"|<\|channel>thought\b|(?P<close_channel><channel\|>)|<unused94>(?:thought\b)?|(?P<close_unused><unused95>))",
    re.IGNORECASE,
)
# A tag begins with one of these. To look for them first is several times faster.
_SIGN = re.compile(r"[<\[◁&]")
_BOX = re.compile(r"<\|(?:begin|end)_of_box\|>")  # GLM's marks around an answer
# What wraps the answer that follows a block.
_WRAPPER = re.compile(
    r"\s*+<(?P<name>answer|response|output|solution|final|final_answer|conclusion)>"
    r"(?P<answer>(?:(?!</?(?P=name)>).)*+)(?:</(?P=name)>\s*+)?\Z",
    re.DOTALL | re.IGNORECASE,
)
_MARKED_WRAPPER = re.compile(
    r"\s*+<\|(?:start_response|begin_of_solution|start_text)\|>(?P<answer>.*?)"
    r"(?:<\|(?:end_response|end_of_solution|end_text)\|>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_CHANNEL = re.compile(r"<\|channel\|>\s*+(?P<name>\w++)[^<]*+(?:<\|constrain\|>[^<]*+)?<\|message\|>")
_MESSAGE_END = re.compile(r"<\|(?:end|return|call|start|channel)\|>")
# How reasoning is announced, and how the answer behind it is. The first pair is harmony without its special tokens.
_ANNOUNCEMENTS = (
    (re.compile(r"\s*+analysis(?=[A-Z\"'(*])"), re.compile(r"assistantfinal(?:\s|(?=\S))")),
    (
        re.compile(r"[\s*#]{0,6}Here(?:'s| is) my thought process:", re.IGNORECASE),
        re.compile(r"[\s*#]{0,6}Here(?:'s| is) my (?:response|answer):", re.IGNORECASE),
    ),
    (
        re.compile(r"\s*+#{1,4} (?:thinking|reasoning|thoughts?)[ \t]*+\n", re.IGNORECASE),
        re.compile(r"^#{1,4} (?:final )?(?:response|answer)\b[:*]*", re.IGNORECASE | re.MULTILINE),
    ),
)
_BARE_FINAL = re.compile(r"\s*+assistantfinal")


@dataclass(frozen=True, slots=True)
class Parted:
    """A text in its parts. ``is_unclosed`` says that it ends within the reasoning."""

    answer: str
    reasoning: str = ""
    is_unclosed: bool = False


def parted(text: str) -> Parted:
    """The answer in a text, and the reasoning around it."""
    if "<|channel|>" in text:
        return _of_channels(text)
    for opening, closing in _ANNOUNCEMENTS:
        if begun := opening.match(text):
            ends = list(closing.finditer(text, begun.end()))
            return _announced(text, begun, ends[-1] if ends else None)
    if final := _BARE_FINAL.match(text):
        return Parted(text[final.end() :])
    return _of_tags(_BOX.sub("", text))


def _announced(text: str, opening: re.Match[str], closing: re.Match[str] | None) -> Parted:
    if closing is None:
        return Parted("", text[opening.end() :].strip(), is_unclosed=True)
    return Parted(_begun(text[closing.end() :]), text[opening.end() : closing.start()].strip())


def _of_channels(text: str) -> Parted:
    """The last message on harmony's channel ``final`` is the answer. Those on other channels are reasoning."""
    answer: str | None = None
    reasoning = []
    for head in _CHANNEL.finditer(text):
        end = _MESSAGE_END.search(text, head.end())
        content = text[head.end() : end.start() if end else len(text)]
        if head["name"] == "final":
            answer = content
        else:
            reasoning.append(content.strip())
    return Parted(answer or "", "\n".join(reasoning), is_unclosed=answer is None)


def _of_tags(text: str) -> Parted:
    tags = [tag for sign in _SIGN.finditer(text) if (tag := _TAG.match(text, sign.start()))]
    spans = _spans(text, tags)
    if not spans:
        return Parted(text)
    is_unclosed = not _closes(tags[-1]) and spans[-1][1] == len(text)
    reasoning = "\n".join(_TAG.sub("", text[begin:end]).strip() for begin, end in spans)
    ends = [0, *(end for _, end in spans)]
    begins = [*(begin for begin, _ in spans), len(text)]
    kept = "".join(text[end:begin] for end, begin in zip(ends, begins, strict=True))
    answer = _unwrapped(_begun(kept) if spans[0][0] == 0 or not text[: spans[0][0]].strip() else kept)
    return Parted(answer, reasoning, is_unclosed)


def _spans(text: str, tags: Sequence[re.Match[str]]) -> list[tuple[int, int]]:
    """Where the blocks begin and end, tags included. Within a block, opening tags are part of what is thought."""
    spans: list[tuple[int, int]] = []
    begin: int | None = None
    is_block = False
    for tag in tags:
        if not _closes(tag):
            if begin is None:
                begin, is_block = tag.start(), _begins_line(text, tag.start(), spans)
        elif begin is None:
            spans = [(0, tag.end())]  # a closing tag alone
        else:
            spans += [(begin, tag.end())] if is_block else []
            begin = None
    if begin is not None and is_block:
        spans.append((begin, len(text)))
    return spans


def _closes(tag: re.Match[str]) -> bool:
    return any(part is not None for part in tag.groups())


def _begins_line(text: str, place: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether only blanks stand before ``place`` on its line, or since the last block."""
    before = max(text.rfind("\n", 0, place) + 1, spans[-1][1] if spans else 0)
    return not text[before:place].strip()


def _begun(text: str) -> str:
    """A text without the blank lines at its beginning. The first line keeps its indentation, which code needs."""
    blank = text[: len(text) - len(text.lstrip())]
    return text[blank.rfind("\n") + 1 :] if "\n" in blank else text.lstrip()


def _unwrapped(text: str) -> str:
    """The answer within the tags that some models put around it."""
    found = _WRAPPER.match(text) or _MARKED_WRAPPER.match(text)
    return _begun(found["answer"]).rstrip() if found else text
