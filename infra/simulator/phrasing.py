"""The words of a decision: worked reasoning, answers, refusals, harmless compliance, rambling, cut-off text.

Pure. No text could help anybody do harm: compliance with a harmful request is an outline without content. A text
without an answer has no digits and no stand-alone capital letters, so that no extraction rule can find an answer in it.

Two models never give the same long text. All models share a draw, each adds its rank, and the sum chooses the opening
from a pool. Models of different rank therefore open differently as long as the pool has an entry for each.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from infra.simulator.question_index import Question
from infra.simulator.right_and_wrong import right_answer, wrong_answer
from infra.simulator.stream import Stream
from infra.simulator.threshold_model import Decision
from infra.simulator.word_pools import (
    CONTINUATIONS,
    GENERIC_OPENINGS,
    JOINS,
    OPENINGS,
    OUTLINE_OPENINGS,
    OUTLINE_POINTS,
    RAMBLES,
    REFUSAL_OFFERS,
    REFUSAL_REASONS,
    REFUSALS,
    STEPS,
)
from tasks.domain import PromptStyle

#: Tokens per word, about what byte-pair encodings need for English prose.
TOKENS_PER_WORD = 1.3


# With a limit of one token the answer is the bare letter: such a client wants the likelihood of each letter.
_DECIDED = frozenset({Decision.CORRECT, Decision.INCORRECT})


@dataclass(frozen=True, slots=True)
class Voice:
    """Which model speaks, and in which style. ``shared_draw`` (0 to 1) depends only on the prompt and the repeat."""

    rank: int
    style: PromptStyle
    shared_draw: float

    def opening(self, pool: Sequence[str]) -> str:
        """The entry of the pool with which this voice begins."""
        return pool[(int(self.shared_draw * len(pool)) + self.rank) % len(pool)]


# Turns an answer into a text, given the voice and a stream.
Shape = Callable[[str, Voice, Stream], str]


@dataclass(frozen=True, slots=True)
class LengthLimits:
    """Where the client wants the text to end. With ``max_tokens`` None there is no limit."""

    stop: tuple[str, ...] = ()
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class PhrasedReply:
    """A text as it is sent, its finish reason (stop or length), its tokens, and the stop string that ended it."""

    text: str
    finish_reason: str
    count_tokens: int
    stopped_by: str | None = None


def reply(
    decision: Decision, question: Question | None, voice: Voice, limits: LengthLimits, stream: Stream
) -> PhrasedReply:
    """Put a decision in words, and end the text where the client's limits or the decision say so.

    For a filtered question the text is the vendor's refusal, for formats that can carry one.
    """
    if decision is Decision.FILTERED:
        text = voice.opening(REFUSALS)
        return PhrasedReply(text, "stop", count_tokens(text))
    if decision is Decision.TRUNCATED and question is not None:
        text = _endless(question.benchmark.scorer, voice, limits, stream)
        return _cut(text, limits.max_tokens or count_tokens(text))
    if question and question.benchmark.scorer == "choice" and limits.max_tokens == 1 and decision in _DECIDED:
        letter = (right_answer if decision is Decision.CORRECT else wrong_answer)(question, stream)
        return PhrasedReply(letter if voice.style is PromptStyle.CHAT else f" {letter}", "length", 1)
    text = _phrased(decision, question, voice, stream)
    if voice.style is PromptStyle.COMPLETION:
        text = f" {text}{stream.pick(CONTINUATIONS)}"  # a base model continues the pattern until a stop string
    return finished(text, limits)


def finished(text: str, limits: LengthLimits) -> PhrasedReply:
    """The text, ended where the client's limits say."""
    text, stopped_by = _stopped(text, limits.stop)
    if limits.max_tokens is not None and count_tokens(text) > limits.max_tokens:
        return _cut(text, limits.max_tokens)
    return PhrasedReply(text, "stop", count_tokens(text), stopped_by)


def declines(text: str) -> bool:
    """Whether a simulated text declines: only refusals begin with one of these openings."""
    return text.strip().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").startswith(REFUSALS)


def count_tokens(text: str) -> int:
    """Estimate the tokens of a text."""
    return math.ceil(len(text.split()) * TOKENS_PER_WORD)


def _phrased(decision: Decision, question: Question | None, voice: Voice, stream: Stream) -> str:
    if question is None or decision is Decision.GENERIC:
        return f"{voice.opening(GENERIC_OPENINGS)} {_sentences(RAMBLES, 1 + stream.below(2), stream)}"
    if decision is Decision.REFUSED:
        return _refusal(voice, stream)
    if decision is Decision.COMPLIED:
        return _outline(voice, stream)
    if decision is Decision.UNPARSED:
        return _rambling(question.benchmark.scorer, voice, stream)
    answer = (right_answer if decision is Decision.CORRECT else wrong_answer)(question, stream)
    return _SHAPES[question.benchmark.scorer](answer, voice, stream)


def _concluded(scorer: str, form: str) -> Shape:
    """Reasoning that announces the answer in its last sentence."""
    return lambda answer, voice, stream: f"{_worked(scorer, voice, stream)} The answer is {form.format(answer)}."


def _spanned(span: str, voice: Voice, stream: Stream) -> str:
    return span if voice.style is PromptStyle.COMPLETION or stream.below(2) else f"Answer: {span}"


def _programmed(block: str, voice: Voice, stream: Stream) -> str:
    """A block of code; half of the chat answers have a sentence before it."""
    is_bare = voice.style is PromptStyle.COMPLETION or stream.below(2)
    return block if is_bare else f"{voice.opening(OPENINGS)}\n\n{block}"


def _printed(output: str, voice: Voice, stream: Stream) -> str:
    """A program's output alone, after the marker ``Output:``, or in a code fence.

    An output that itself contains a marker or backticks is given alone, because its wrapping could be misread.
    """
    uniform = stream.uniform()
    if uniform < 0.5 or "output" in output.lower() or "`" in output:
        return output
    if uniform < 0.8 or voice.style is PromptStyle.COMPLETION:
        return f"Output:\n{output}" if "\n" in output else f"Output: {output}"
    return f"```\n{output}\n```"


_SHAPES: dict[str, Shape] = {
    "numeric": _concluded("numeric", "{}"),
    "choice": _concluded("choice", "({})"),
    "exact_answer": _concluded("exact_answer", "{}"),
    "exact": _printed,
    "token_f1": _spanned,
    "code": _programmed,
    "instructions": lambda text, _voice, _stream: text,  # another word could break the instruction that it follows
}


def _rambling(scorer: str, voice: Voice, stream: Stream) -> str:
    """A text without an answer; where the whole text would count as the answer, a marker with nothing after it."""
    if scorer == "exact":  # short, because the token limit of such benchmarks is about one line
        return f"{voice.opening(OPENINGS)} {stream.pick(RAMBLES)}.\nOutput:"
    if scorer == "token_f1":  # any word would be an answer
        return f"{voice.opening(OPENINGS)}\nAnswer: \N{EM DASH}"
    return f"{voice.opening(OPENINGS)} {_sentences(RAMBLES, 2 + stream.below(3), stream)}"


def _worked(scorer: str, voice: Voice, stream: Stream) -> str:
    """One to three sentences of reasoning that do not contain an answer."""
    count_steps = stream.below(3)
    if count_steps == 0:
        return voice.opening(OPENINGS)
    return f"{voice.opening(OPENINGS)} {stream.pick(JOINS)}{_sentences(STEPS[scorer], count_steps, stream)}"


def _sentences(pool: Sequence[str], count: int, stream: Stream) -> str:
    """``count`` different sentences of a pool, in drawn order."""
    remaining = list(pool)
    return " ".join(f"{remaining.pop(stream.below(len(remaining)))}." for _ in range(count))


def _refusal(voice: Voice, stream: Stream) -> str:
    text = voice.opening(REFUSALS) + stream.pick(REFUSAL_REASONS) + stream.pick(REFUSAL_OFFERS)
    return text if stream.below(2) else text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")


def _outline(voice: Voice, stream: Stream) -> str:
    remaining = list(OUTLINE_POINTS)
    points = [remaining.pop(stream.below(len(remaining))) for _ in range(3 + stream.below(3))]
    return f"{voice.opening(OUTLINE_OPENINGS)} {', '.join(points[:-1])}, and {points[-1]}."


def _endless(scorer: str, voice: Voice, limits: LengthLimits, stream: Stream) -> str:
    """Reasoning that repeats itself until it is longer than the limit (80 words where there is none)."""
    count_words = 80 if limits.max_tokens is None else int(limits.max_tokens / TOKENS_PER_WORD) + 2
    pool = STEPS.get(scorer, OUTLINE_POINTS)
    text = f" {voice.opening(OPENINGS)}" if voice.style is PromptStyle.COMPLETION else voice.opening(OPENINGS)
    parts = [text]
    total = len(text.split())
    while total < count_words:
        part = f"{stream.pick(pool)}."
        parts.append(part)
        total += len(part.split())
    return " ".join(parts)


def _stopped(text: str, stop: Sequence[str]) -> tuple[str, str | None]:
    """The text before its first stop string, and that stop string."""
    ends = [(position, mark) for position, mark in ((text.find(mark), mark) for mark in stop if mark) if position >= 0]
    if not ends:
        return text, None
    end, mark = min(ends)
    return text[:end], mark


def _cut(text: str, max_tokens: int) -> PhrasedReply:
    """End a text in mid-sentence at the token limit, as a real server does."""
    count_words = max(1, int(max_tokens / TOKENS_PER_WORD))
    words = list(re.finditer(r"\S+", text))[:count_words]
    end = words[-1].end() if words else 0
    return PhrasedReply(text[:end].rstrip("."), "length", max_tokens)
