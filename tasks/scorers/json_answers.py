"""The answer in a JSON document: alone, in a fence, or within other text; under whatever key, however deep.

Tested in tests/tasks/scorers/test_choice_forms.py and test_number_forms.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice

_MOST_DOCUMENTS = 16
_BEGINS = re.compile(r'[{\[]\s{0,40}[{\[]?\s{0,40}"')
_DECODER = json.JSONDecoder()
_KEY = re.compile(
    r"answer|choice|option|letter|result|response|solution|prediction|selected|verdict|final|correct|value|total"
    r"|antwort|lösung|ergebnis|réponse|reponse|résultat|choix|respuesta|opci|resultado|risposta|resposta|antwoord"
    r"|ответ|答|正解|选|選|결과|정답|الإجابة",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"reason|expla|think|thought|analys|rational|steps|confiden|score|prob|question|work", re.IGNORECASE
)


def answers_in_json(text: str) -> list[str]:
    """The values under keys that speak of an answer, else all values; none for a text without JSON."""
    for document in _documents(text):
        leaves = [(key, value) for key, value in _leaves("", document) if not _BESIDE.search(key)]
        if leaves:
            return [value for key, value in leaves if _KEY.search(key)] or [value for _, value in leaves]
    return []


def _documents(text: str) -> Iterator[object]:
    """The JSON documents in a text, from the last to the first of those that stand in no other."""
    documents: list[object] = []
    end = 0
    for begin in islice(_BEGINS.finditer(text), _MOST_DOCUMENTS):
        if begin.start() >= end:
            try:
                document, end = _DECODER.raw_decode(text, begin.start())
            except (ValueError, RecursionError):
                continue
            documents.append(document)
    yield from reversed(documents)


def _leaves(key: str, value: object) -> Iterator[tuple[str, str]]:
    """Keys and scalars, at any depth. Of a list of names with true and false, the true ones are the values."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from ((key, name),) if part is True else _leaves(name, part)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(key, part)
    elif value is not None and not isinstance(value, bool):
        yield key, str(value)
