"""The alternatives of an answer's first token, in the shapes in which servers of OpenAI's protocol send them.

Chat has a list of records. Completions have an object for each token, but llama.cpp sends the list of records there,
too, and some gateways the objects in chat. What is in no known shape is left out.

Tested in tests/tasks/providers/test_answers.py.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tasks.errors import CellError, TerminalError
from tasks.providers.posting import Reply
from tasks.providers.wire import Answer

_REFUSED_STATUS = frozenset({400, 422})
_NAMES = re.compile("logprobs|top_n_tokens")  # the second is what TGI calls them


def check_not_refused(reply: Reply, count: int | None) -> None:
    """Raise if a server refuses to tell ``count`` alternatives.

    Raises:
        CellError: The refusal, with the setting that ends it.
    """
    if count and reply.status in _REFUSED_STATUS and _NAMES.search(reply.message):
        raise CellError(
            f"HTTP {reply.status}: {reply.message} ({count} alternatives were asked for. State in the model's entry "
            "how many its server tells, as in alternatives: 5, or choose a scorer that reads the text.)",
            error_type=f"http_{reply.status}",
        )


def check_told(answer: Answer, count: int | None) -> None:
    """Raise if a server says a word without its likelihood, although ``count`` alternatives were asked for.

    Raises:
        TerminalError: The next attempt would tell none, either.
    """
    if count and answer.status == "answered" and answer.text and answer.first_token_json is None:
        raise TerminalError(
            "the server told no log-probabilities, which the scorer reads. Choose a scorer that reads the text.",
            error_type="no_log_probabilities",
            may_be_billed=True,
        )


def first_token_json(logprobs: Mapping[str, Any]) -> str | None:
    """A JSON object of tokens and natural log-probabilities; None where none was told.

    Two tokens may have the same text, because some servers leave out a blank: their probabilities add up. The token
    that was chosen counts once, also where it does not stand among its alternatives.
    """
    found: dict[str, float] = {}
    for token, logprob in _numbers(_listed(logprobs)):
        found[token] = _sum(found[token], logprob) if token in found else logprob
    for token, logprob in _numbers(_chosen(logprobs)):
        found.setdefault(token, logprob)
    return json.dumps(found) if found else None


def _listed(logprobs: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    first = _first_record(logprobs)
    tops = _sequence(logprobs.get("top_logprobs")) if first is None else (first.get("top_logprobs"),)
    listed = next((top for top in tops if top), None)
    if isinstance(listed, Mapping):
        yield from listed.items()
    for entry in _sequence(listed):
        if isinstance(entry, Mapping):
            yield entry.get("token"), entry.get("logprob")


def _chosen(logprobs: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    first = _first_record(logprobs)
    if first is not None:
        yield first.get("token"), first.get("logprob")
    else:
        yield from zip(
            _sequence(logprobs.get("tokens"))[:1], _sequence(logprobs.get("token_logprobs"))[:1], strict=False
        )


def _first_record(logprobs: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The first token's record, where tokens have records."""
    first = next(iter(_sequence(logprobs.get("content"))), None)
    return first if isinstance(first, Mapping) else None


def _sequence(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _numbers(entries: Iterable[tuple[Any, Any]]) -> Iterator[tuple[str, float]]:
    """The entries that are a text with a finite number, which may be written as a text."""
    for token, value in entries:
        try:
            number = float("nan" if isinstance(value, bool) else value)
        except (TypeError, ValueError, OverflowError):
            continue
        if isinstance(token, str) and math.isfinite(number):
            yield token, number


def _sum(one: float, other: float) -> float:
    """Logarithm of the sum of two probabilities, as far as a sum of probabilities can go."""
    larger, smaller = max(one, other), min(one, other)
    return larger + math.log1p(math.exp(smaller - larger))
