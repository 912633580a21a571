"""Verifiable instructions: does an answer follow those of its prompt, as it stands (strict) or in a variant (loose)?

Citation: Zhou et al. 2023, arXiv 2311.07911. ``item.target`` is a JSON list of instructions, each with its ``kind`` and
that kind's parameters, checked by ``tasks.scorers.instruction_checks``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tasks.domain import Item, Verdict
from tasks.scorers.contract import Versioned, judge_error, unparsed, valued
from tasks.scorers.instruction_checks import Instruction, holds, instructions_of


@dataclass(frozen=True)
class Instructions(Versioned):
    """Level ``prompt``: 1 if every instruction is followed. Level ``instruction``: the share that is followed.

    The kept answer tells how many were followed, e.g. ``2/3 missed: punctuation:no_comma``. The authors pool the
    instructions of all prompts, while the mean of our shares gives each prompt the same weight. An answer that misses
    an instruction is not final, because the part that a token limit cut off could have followed it.
    """

    name: str = "instructions"
    version: int = 2  # 1 had kinds of its own
    is_loose: bool = False
    level: Literal["prompt", "instruction"] = "prompt"

    def score(self, item: Item, text: str) -> Verdict:
        """Unparsed for a blank text; ``judge_error`` without a value for a target that holds no instructions."""
        instructions = instructions_of(item.target)
        if not instructions:
            return judge_error()
        if not text.strip():
            return unparsed()
        missed = [one["kind"] for one, is_kept in verdicts(instructions, text, is_loose=self.is_loose) if not is_kept]
        count, kept = len(instructions), len(instructions) - len(missed)
        answer = f"{kept}/{count} missed: {', '.join(missed)}" if missed else f"{kept}/{count}"
        value = kept / count if self.level == "instruction" else float(not missed)
        return valued(value, answer=answer, is_final=not missed)


def verdicts(
    instructions: Iterable[Instruction], text: str, *, is_loose: bool = False
) -> list[tuple[Instruction, bool]]:
    """Each instruction and whether the text follows it. If loose, it is enough that a variant of the text does."""
    candidates = [variant for variant in (variants(text) if is_loose else [text]) if variant.strip()]
    return [(one, any(holds(one, candidate) for candidate in candidates)) for one in instructions]


def variants(text: str) -> list[str]:
    """The whole answer, and it without its first line, its last line, and both; each also without asterisks."""
    lines = text.split("\n")
    cut = [text, *("\n".join(part).strip() for part in (lines[1:], lines[:-1], lines[1:-1]))]
    return list(dict.fromkeys([*cut, *(one.replace("*", "") for one in cut)]))
