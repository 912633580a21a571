"""Every id and hash that the tables are keyed by, and the seeds that follow from them. Each rule stands here once.

Equal content gives equal ids on any machine: that is how a run finds the answers it has paid for, and how the same
file, imported twice, lands once. Knows the domain's words; must not know settings, tables or who is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from tasks.domain import RunKind, content_hash

# Ids of requests and answers are longer than those of items: there are more of them.
_ANSWER_DIGITS = 20


def answer_hash(*parts: Any) -> str:
    """Hash of JSON-able parts, as long as ids of requests and answers are."""
    return content_hash(*parts, length=_ANSWER_DIGITS)


def request_hash(provider: str, endpoint: str, content: Any, parameters: Mapping[str, Any], repeat: int) -> str:
    """Identity of a request: who is asked, the rendered prompt, the effective parameters (model included), the repeat.

    Two requests with one hash would get the same answer, so the second one reuses the first one's. A hash that misses
    the model would make every tax exactly 0.
    """
    return answer_hash(provider, endpoint, content, parameters, repeat)


def id_after(spoiled_id: str) -> str:
    """The id under which a question is asked again because the answer under ``spoiled_id`` no longer counts."""
    return answer_hash(spoiled_id, "again")


def run_id(as_of_date: date, kind: RunKind, plan_hash: str) -> str:
    """Identity of a run: the same plan for the same date is the same run."""
    return f"{as_of_date.isoformat()}-{kind.value}-{plan_hash[:8]}"


def file_hash(path: Path) -> str:
    """Hash of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:16]


def seed_of(*names: str) -> int:
    """A seed that belongs to a subject: the same facts give the same random numbers, in whatever order they come."""
    return int(hashlib.sha256("".join(names).encode()).hexdigest()[:16], 16)
