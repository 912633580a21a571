"""What stands between a raw text and everybody who reads it: scorers, refusal rules, programs, judges, people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tasks.answers.finish import Ending, ending_of
from tasks.answers.reasoning import parted
from tasks.answers.stop_strings import cut_at_stop_strings, cut_at_turns, opened, stop_strings_of
from tasks.domain import AnswerFlag

# The version of everything in this package. Raised whenever the same raw text could be read differently.
ANSWER_RULE = "answer@2"
# Longer answers are cut: no benchmark needs more, and a text of 10 MB would take a scorer too long.
LONGEST_TEXT = 65_536


@dataclass(frozen=True, slots=True)
class Reading:
    """The answer in a raw text: at most ``LONGEST_TEXT`` characters, ``is_cut`` where there were more.

    ``reasoning`` is what the model thought, in its text or in a field beside it. ``flags`` say what is odd.
    """

    text: str
    ending: Ending = Ending.STOP
    reasoning: str = ""
    is_cut: bool = False
    flags: frozenset[AnswerFlag] = frozenset()

    @property
    def holds_no_answer(self) -> bool:
        """Whether the model reasoned and gave no answer."""
        return bool(self.flags & {AnswerFlag.UNCLOSED_REASONING, AnswerFlag.REASONING_ONLY})


def read_answer(
    text: str | None,
    *,
    reasoning_text: str | None = None,
    finish_reason: str | None = "stop",
    stop: Iterable[str] = (),
) -> Reading:
    """Read one raw text. The text itself is not changed anywhere, so that a mended rule can read it again.

    Args:
        text: what the server sent as the answer.
        reasoning_text: what it sent as reasoning, beside the answer.
        finish_reason: why the text ended, in any server's word; None where nobody says, as in many imported files.
        stop: the stop strings that were asked for, whatever the server did with them.
    """
    ending = ending_of(finish_reason)
    begun = opened(text or "")
    parts = parted(begun)
    answer = cut_at_turns(parts.answer)
    reasoning = "\n".join(part for part in (reasoning_text, parts.reasoning) if part)
    flags = {
        AnswerFlag.UNCLOSED_REASONING: parts.is_unclosed,
        AnswerFlag.TEMPLATE_MARKUP: (begun, answer) != (text or "", parts.answer),
        AnswerFlag.UNKNOWN_FINISH: finish_reason is not None and ending is Ending.UNKNOWN,
    }
    answer = cut_at_stop_strings(answer, stop)
    if not answer.strip() and not parts.is_unclosed:
        flags[AnswerFlag.REASONING_ONLY] = bool(reasoning)
        flags[AnswerFlag.EMPTY] = not reasoning and ending is not Ending.LENGTH
    present = frozenset(flag for flag, is_present in flags.items() if is_present)
    return Reading(answer[:LONGEST_TEXT], ending, reasoning, len(answer) > LONGEST_TEXT, present)


def read_landed(row: Mapping[str, Any]) -> Reading:
    """Read an answer as it has landed: a row of raw.generations."""
    return read_answer(
        row["text"],
        reasoning_text=row["reasoning_text"],
        finish_reason=row["finish_reason"],
        stop=stop_strings_of(row["parameters_json"]),
    )
