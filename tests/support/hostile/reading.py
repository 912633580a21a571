"""What a reply is worth, read independently of the program: by the references of the wires, from the parts of a reply.

Where one careful reader could take a reply for an answer and another could ask again, both readings stand.
"""

from __future__ import annotations

import gzip
import json
import math
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from tests.support.hostile.bodies import LETTERS, letter, number, text
from tests.support.hostile.mutations import Framing, Sent
from tests.support.hostile.replies import Asked

_LARGEST = 16 * 2**20
_DEEPEST = 500
_UNDELIMITED = {
    Framing.CUT,
    Framing.CHUNK_CUT,
    Framing.BAD_CHUNK,
    Framing.TWO_LENGTHS,
    Framing.NEGATIVE,
    Framing.NO_HEAD,
    Framing.WAITING,
}
_BROKEN_OFF = {"error"}
_BLOCKED = ("content_filter", "filtered", "content management policy")
_TOO_LONG = ("context", "too long", "maximum")


class Kind(Enum):
    """What a reply is."""

    ANSWERED = "answered"
    DECLINED = "filtered"
    AGAIN = "no answer"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reply says. ``letter`` is the most likely one, where the likelihoods of letters were asked for.

    A lone surrogate, which no file can hold, is read as its escape.
    """

    kind: Kind
    text: str = ""
    letter: str | None = None

    def score(self, asked: Asked) -> float:
        """1 for a right answer, else 0."""
        if self.kind is Kind.DECLINED:
            return 0.0
        if asked.is_letter:
            return float(self.letter == LETTERS[number(asked.item) % len(LETTERS)])
        found = re.search(r"#### (-?[0-9.,]+)", self.text)
        return float(found is not None and found[1].replace(",", "") == str(number(asked.item)))


AGAIN = Reading(Kind.AGAIN)
_TOO_LONG_ANSWER = Reading(Kind.ANSWERED)


def good_reading(asked: Asked) -> Reading:
    """What the good answer says."""
    if asked.is_letter:
        return Reading(Kind.ANSWERED, f" {letter(asked)}", letter(asked))
    return Reading(Kind.ANSWERED, text(asked))


def readings(sent: Sent, asked: Asked) -> set[Reading]:
    """All readings of a reply that a careful reader may have."""
    body = _body(sent)
    if body is None:
        return {AGAIN}
    found = _of_body(sent.status, body, asked)
    return found | {AGAIN} if sent.is_odd else found


def _body(sent: Sent) -> bytes | None:
    """The body as it was before it was packed; None where it did not come whole."""
    if sent.framing in _UNDELIMITED:
        return None
    body = sent.body[: len(sent.body) // 2] if sent.framing is Framing.SHORT else sent.body
    try:
        for packing in (sent.encoding or "").split(", "):
            body = {"gzip": gzip.decompress, "deflate": zlib.decompress}.get(packing, bytes)(body)
    except (OSError, EOFError, zlib.error):
        return None
    return body if len(body) <= _LARGEST else None


def _of_body(status: int, body: bytes, asked: Asked) -> set[Reading]:
    words = body.decode("utf-8", "replace")
    document = _document(words)
    found = None
    if 200 <= status < 300 and isinstance(document, dict):
        found = _message(document) if asked.path == "messages" else _choice(document, is_letter=asked.is_letter)
    if found is None:
        return _failures(status, words)
    return found | {AGAIN} if _depth(words) > _DEEPEST else found


def _failures(status: int, words: str) -> set[Reading]:
    """A reply without an answer. Where it holds words of a filter or a limit it may be taken for that."""
    found = {_TOO_LONG_ANSWER} if status == 413 else {AGAIN}
    if any(word in words for word in _BLOCKED):
        found.add(Reading(Kind.DECLINED))
    if any(word in words for word in _TOO_LONG):
        found.add(_TOO_LONG_ANSWER)
    return found


def _document(words: str) -> Any:
    try:
        return json.loads(words.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None


def _depth(words: str) -> int:
    return max((len(run) for run in re.findall(r'(?:\[|\{"a":)+', words)), default=0)


def _choice(document: dict[str, Any], *, is_letter: bool) -> set[Reading] | None:
    """What the first choice may be read as; None if the document lacks a usable choice."""
    choices = document.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(first, dict) or first.get("error"):
        return None
    message = first["message"] if isinstance(first.get("message"), dict) else {}
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(
            part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)
        )
    said = content if content and isinstance(content, str) else first.get("text")
    said = said if isinstance(said, str) else ""
    refusal = message.get("refusal")
    if isinstance(refusal, str) and refusal:
        return {Reading(Kind.DECLINED)}
    likely = _likely(first.get("logprobs")) if is_letter else None
    return _ended(
        said, first.get("finish_reason"), likely, thoughts=message.get("reasoning_content"), is_letter=is_letter
    )


def _stored(said: str) -> str:
    return said.encode("utf-8", "backslashreplace").decode()


def _message(document: dict[str, Any]) -> set[Reading] | None:
    content = document.get("content")
    if not isinstance(content, list):
        return None
    blocks = [block for block in content if isinstance(block, dict)]
    said = [block.get("text") for block in blocks if block.get("type") == "text"]
    thoughts = [block.get("thinking") for block in blocks if block.get("type") == "thinking"]
    joined, thought = ("".join(part for part in parts if isinstance(part, str)) for parts in (said, thoughts))
    return _ended(joined, document.get("stop_reason"), None, thoughts=thought, is_letter=False)


def _ended(
    said: str, word: Any, likely: tuple[str | None] | None, *, thoughts: Any, is_letter: bool
) -> set[Reading] | None:
    """The reading of a text with the server's word for its end. ``likely`` is None where no likelihoods were told."""
    ending = re.sub("[^a-z]", "", word.lower()) if isinstance(word, str) else ""
    if ending in _BROKEN_OFF:
        return {AGAIN}
    if ending in {"contentfilter", "refusal"}:
        return {Reading(Kind.DECLINED)}
    if is_letter and likely is None and said:
        return {AGAIN}
    answered = Reading(Kind.ANSWERED, _stored(said), likely[0] if likely else None)
    if said.strip() or likely or ending in {"length", "maxtokens"}:
        return {answered}
    return {answered, AGAIN} if thoughts else {AGAIN}


def _likely(logprobs: Any) -> tuple[str | None] | None:
    """The most likely letter, or None for none, in a tuple; no tuple where nothing was told."""
    chances: dict[str, float] = {}
    told = dict(_first_wins(_told(logprobs)))
    for token, value in told.items():
        marks = re.fullmatch(r"[\W_]*([A-D])[\W_]*", token)
        if marks and value > -9999:
            chances[marks[1]] = chances.get(marks[1], 0.0) + math.exp(min(value, 0.0))
    ordered = sorted(chances, key=lambda name: -chances[name])
    if not told:
        return None
    is_tie = len(ordered) > 1 and math.isclose(chances[ordered[0]], chances[ordered[1]])
    return (ordered[0] if ordered and not is_tie else None,)


def _first_wins(entries: Iterator[tuple[Any, Any]]) -> Iterator[tuple[str, float]]:
    """Texts with finite numbers, the first of each text."""
    seen = set()
    for token, value in entries:
        try:
            logprob = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            continue
        if isinstance(token, str) and math.isfinite(logprob) and token not in seen:
            seen.add(token)
            yield _stored(token), logprob


def _told(logprobs: Any) -> Iterator[tuple[Any, Any]]:
    """Tokens and numbers of the first token: its alternatives, then the token itself."""
    if not isinstance(logprobs, dict):
        return
    content = logprobs.get("content")
    record = content[0] if isinstance(content, list) and content and isinstance(content[0], dict) else None
    if record is not None:
        yield from _entries(record.get("top_logprobs"))
        yield record.get("token"), record.get("logprob")
        return
    tops = logprobs.get("top_logprobs")
    yield from _entries(next((top for top in tops if top), None) if isinstance(tops, list) else None)
    tokens, values = logprobs.get("tokens"), logprobs.get("token_logprobs")
    if isinstance(tokens, list) and isinstance(values, list) and tokens and values:
        yield tokens[0], values[0]


def _entries(told: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(told, dict):
        yield from told.items()
    for entry in told if isinstance(told, list) else ():
        if isinstance(entry, dict):
            yield entry.get("token"), entry.get("logprob")
