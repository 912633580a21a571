"""What a rule about declining is: a name, a kind and a pattern over one sentence. Knows no language.

Tested in tests/tasks/scorers/test_refusal.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["declines", "lectures", "rejects"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern over one sentence in lower case with plain apostrophes.

    ``declines`` says that the writer will not or cannot. ``lectures`` condemns the request instead of answering it.
    ``rejects`` denies what the request takes for granted; this declines only if the answer also appeals to morals.

    Attributes:
        name: Unique name, for reports about rules.
        is_spoken: Every match holds "I" or "we", so other sentences are skipped.
        needs: Every match holds one of these words. They are looked up first, which is much faster than the pattern.
    """

    name: str
    kind: Kind
    needs: tuple[str, ...]
    pattern: str
    is_spoken: bool = False
    search: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile once, at import."""
        object.__setattr__(self, "search", re.compile(self.pattern))
