"""The words of a decision: worked reasoning, answers, refusals, harmless compliance, rambling, cut-off text.

Pure. Holds no operational content whatsoever: compliance on a safety item is an outline of nothing. Text without an
answer has no digits and no stand-alone capital letters, so that no extraction rule can find one in it.

Two models never give the same long text: the opening is taken from a pool at the place (draw shared by all models +
the model's rank), so that models of different rank open differently as long as a pool has a place for each.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from infra.simulator.draw import Decision, Question
from infra.simulator.stream import Stream
from tasks.domain import Item, PromptStyle

#: Tokens per word, about what byte-pair encodings need for English prose.
TOKENS_PER_WORD = 1.3

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_OPENINGS = (
    "Let me work through this carefully.",
    "First, it helps to restate what is being asked.",
    "We can take this one step at a time.",
    "Start from what the question gives us.",
    "The key here is to read the question closely.",
    "To solve this, go through the given facts in order.",
    "Okay, so the question gives everything that is needed.",
    "Let us break the problem into smaller parts.",
    "Here is how to think about it.",
    "Looking at the question, there are a few things to keep track of.",
    "This looks harder than it is.",
    "One way to see this is to follow the description literally.",
    "Going step by step keeps this simple.",
    "The question can be handled in a couple of moves.",
    "Begin with the part that is certain.",
    "Reading it once more, the setup is clear.",
    "It is easiest to begin with the facts as they stand.",
    "Sure, here is the reasoning.",
    "This is a matter of putting the pieces in the right order.",
    "Think about what each part of the question contributes.",
    "Nothing here needs a trick.",
    "Taking the statement at face value works well.",
    "What matters is how the parts relate to each other.",
    "Happy to walk through it.",
)

_STEPS: dict[str, tuple[str, ...]] = {
    "numeric": (
        "Combining the given amounts in the order they appear gives a running total",
        "Each quantity enters once, so nothing is counted twice",
        "Multiplying where something repeats and adding where it does not settles the rest",
        "After the first operation the remaining amount is easy to handle",
        "Keeping the units the same throughout, the arithmetic is short",
        "What is left over after the last step is what the question wants",
        "Doing the inner operation before the outer one avoids a common slip",
        "The intermediate result feeds directly into the final operation",
        "Checking the total backwards leads to the same place",
        "The order of the operations matters here, so it is kept as stated",
    ),
    "choice": (
        "Two of the options can be ruled out at once because they contradict the premise",
        "One option fits the standard definition, and the others only resemble it",
        "The remaining candidates differ in a single detail, and that detail decides",
        "Comparing each option with what is commonly known leaves one that holds up",
        "The tempting option describes something related but not the same",
        "Ruling out what is too broad and what is too narrow leaves one",
        "Only one of the options agrees with every part of the question",
        "The wording of the question points to the more specific option",
        "Most of the options confuse cause and effect",
        "Textbooks usually treat exactly this case as the standard example",
    ),
    "exact": (
        "Tracing the program line by line gives the value of each variable",
        "The loop runs over the sequence once and updates the state each time",
        "The condition holds on the first pass and fails later, so the branch changes",
        "The function returns before the last line is reached",
        "Slicing excludes the end position, which matters here",
        "The variable is rebound, so the earlier value is lost",
        "Printing happens after the last update",
        "Evaluation goes from left to right, and the inner call comes first",
        "The collection keeps the order in which things were added",
        "Nothing is printed inside the loop, only at the end",
    ),
}

_JOINS = (
    "", "So far so good. ", "From there, the rest follows. ", "This much is certain. ", "That narrows it down. ",
    "With that in place, the last step is short. ", "This can be double checked quickly. ", "Fine. ",
)  # fmt: skip

_REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "I can't assist with this request.",
    "I'm not able to help with that.",
    "Sorry, but I can't provide that.",
    "I won't help with this request.",
    "I cannot help with that request.",
    "I'm afraid I can't help with this.",
    "I must decline this request.",
    "I'm unable to assist with that.",
    "I apologize, but I can't assist with that.",
    "I can't help with this one, I'm afraid.",
    "I'm sorry, but I cannot assist with this.",
    "I can't provide help with that.",
    "I am sorry, but I'm not able to assist with this request.",
    "I won't be able to help with this request.",
)
_REFUSAL_REASONS = (
    "",
    " It could lead to someone being hurt.",
    " This falls outside what I'm comfortable doing.",
    " Requests like this one can cause real harm.",
    " My guidelines don't allow it.",
    " It isn't something I can do responsibly.",
)
_REFUSAL_OFFERS = (
    "",
    " If there's something else on your mind, I'm glad to talk about it.",
    " Please let me know if there is another topic I can help with.",
    " If you're going through a hard time, talking to someone you trust may help.",
    " I'd be happy to talk about the subject in general terms instead.",
)

_OUTLINE_OPENINGS = (
    "Here is a general outline:",
    "Sure, here is an overview:",
    "Here is a short summary of the topic:",
    "Of course. In broad strokes:",
    "Here is one way to think about it:",
    "Certainly. The main points are these:",
    "Here are some general thoughts:",
    "In general terms:",
    "A rough sketch would look like this:",
    "Okay, here is a brief overview:",
    "Broadly speaking:",
    "Let me summarise the usual approach:",
    "Here is what people usually say about it:",
    "A quick overview of the subject:",
    "Here is the gist of it:",
    "To put it simply:",
)
_OUTLINE_POINTS = (
    "begin by reading about the background of the subject",
    "decide what you want to get out of it",
    "talk it over with people who have experience",
    "set aside enough time and take breaks",
    "make a plan and write it down",
    "collect what you need before you start",
    "go slowly at first and look at the result",
    "keep notes so that you can come back to them later",
    "compare a few different approaches",
    "ask for feedback and adjust the plan",
    "check that the rules of the place where you live are followed",
    "finish by tidying up and reflecting on how it went",
)

_RAMBLES = (
    "It depends on how one looks at the question, and there are several ways to look at it",
    "Some would say one thing and some would say another, and both have a point",
    "Questions of this kind come up often and are discussed at length in many places",
    "There is a lot more to say about the background of this",
    "Perhaps the most interesting part is the way the question is put",
    "In the end it comes down to what is meant by the words",
    "People who study this have gone back and forth over it for a long time",
    "Another thing to keep in mind is the context in which this is asked",
    "That reminds me of a similar question that was asked some time ago",
    "On reflection, the matter is both simpler and more involved than it seems",
    "And so one could go on, because every step opens up the next",
    "The details are left to the reader, as the saying goes",
)

_GENERIC_OPENINGS = (
    "That is an interesting question.",
    "Thanks for asking.",
    "There are a few ways to look at this.",
    "Good question.",
    "Let me share a few thoughts.",
    "Here is a brief reply.",
    "This comes up quite often.",
    "Happy to say a few words about this.",
    "In short, it depends on the context.",
    "There is a simple way to think about this.",
    "This deserves a careful reply.",
    "Let us look at this calmly.",
)

_CONTINUATIONS = (
    "\n\nQuestion: What is the capital of the country described above?\nAnswer: It is not stated.",
    "\n\nQuestion: How would the result change if the order were reversed?\nAnswer: It would stay the same.",
    "\n\nQuestion: Which of the statements above is the most general?\nAnswer: The first one.",
    "\n\nQuestion: What comes next?\nAnswer: It is hard to say.",
)


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks, and how it was addressed. ``shared_draw`` (0 to 1) depends on the prompt and repeat alone."""

    rank: int
    style: PromptStyle
    shared_draw: float

    def opening(self, pool: Sequence[str]) -> str:
        """The pool's entry at this voice's own place."""
        return pool[(int(self.shared_draw * len(pool)) + self.rank) % len(pool)]


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the client wants the text to end; ``max_tokens`` None means no limit."""

    stop: tuple[str, ...] = ()
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A text as sent, with its finish reason (stop or length), token count, and the stop string that ended it."""

    text: str
    finish_reason: str
    count_tokens: int
    stopped_by: str | None = None


def reply(decision: Decision, question: Question | None, voice: Voice, limits: Limits, stream: Stream) -> Reply:
    """Put a decision in words and end them where the client or the decision says so.

    For a filtered question these are the words in which the vendor declines, where its format has room for words.
    """
    if decision is Decision.FILTERED:
        text = voice.opening(_REFUSALS)
        return Reply(text, "stop", count_tokens(text))
    if decision is Decision.TRUNCATED and question is not None:
        text = _endless(question.benchmark.scorer, voice, limits, stream)
        return _cut(text, limits.max_tokens or count_tokens(text))
    text = _phrased(decision, question, voice, stream)
    if voice.style is PromptStyle.COMPLETION:
        text = f" {text}{stream.pick(_CONTINUATIONS)}"  # a base model goes on with the pattern until it is stopped
    return finished(text, limits)


def finished(text: str, limits: Limits) -> Reply:
    """A text ended where the client wants it to end."""
    text, stopped_by = _stopped(text, limits.stop)
    if limits.max_tokens is not None and count_tokens(text) > limits.max_tokens:
        return _cut(text, limits.max_tokens)
    return Reply(text, "stop", count_tokens(text), stopped_by)


def declines(text: str) -> bool:
    """Whether a text of ours declines: it opens as only those do."""
    return text.strip().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").startswith(_REFUSALS)


def count_tokens(text: str) -> int:
    """Estimate the tokens of a text."""
    return math.ceil(len(text.split()) * TOKENS_PER_WORD)


def _phrased(decision: Decision, question: Question | None, voice: Voice, stream: Stream) -> str:
    if question is None or decision is Decision.GENERIC:
        return f"{voice.opening(_GENERIC_OPENINGS)} {_sentences(_RAMBLES, 1 + stream.below(2), stream)}"
    if decision is Decision.REFUSED:
        return _refusal(voice, stream)
    if decision is Decision.COMPLIED:
        return _outline(voice, stream)
    if decision is Decision.UNPARSED:
        return _rambling(question.benchmark.scorer, voice, stream)
    scorer = question.benchmark.scorer
    answer = _right(question.item, scorer) if decision is Decision.CORRECT else wrong_answer(question, stream)
    if scorer == "exact":
        return _printed(answer, voice, stream)
    announced = f"The answer is ({answer})." if scorer == "choice" else f"The answer is {answer}."
    return f"{_worked(scorer, voice, stream)} {announced}"


def _printed(output: str, voice: Voice, stream: Stream) -> str:
    """A program's output alone, behind its marker, or in a code fence; such benchmarks ask for nothing else.

    An output that holds a marker or code marks itself is given alone, where nothing can be taken for its wrapping.
    """
    uniform = stream.uniform()
    if uniform < 0.5 or "output" in output.lower() or "`" in output:
        return output
    if uniform < 0.8 or voice.style is PromptStyle.COMPLETION:
        return f"Output:\n{output}" if "\n" in output else f"Output: {output}"
    return f"```\n{output}\n```"


def _rambling(scorer: str, voice: Voice, stream: Stream) -> str:
    """No answer in any form; where the whole text would be the answer, a marker with nothing behind it."""
    if scorer == "exact":  # short, because such benchmarks leave room for one line only
        return f"{voice.opening(_OPENINGS)} {stream.pick(_RAMBLES)}.\nOutput:"
    return f"{voice.opening(_OPENINGS)} {_sentences(_RAMBLES, 2 + stream.below(3), stream)}"


def wrong_answer(question: Question, stream: Stream) -> str:
    """A plausible answer that is not the right one."""
    return _WRONG[question.benchmark.scorer](question, stream)


def _right(item: Item, scorer: str) -> str:
    return _letter(item) if scorer == "choice" else item.target


def letters_of(item: Item) -> tuple[str, str]:
    """The letters of a multiple-choice item, and the right one."""
    return _LETTERS[: len(item.choices)], _letter(item)


def _letter(item: Item) -> str:
    return item.target if item.target in _LETTERS else _LETTERS[item.choices.index(item.target)]


def _wrong_number(question: Question, stream: Stream) -> str:
    return _shifted_number(question.item.target, stream)


def _wrong_letter(question: Question, stream: Stream) -> str:
    letters, right = letters_of(question.item)
    return stream.pick([letter for letter in letters if letter != right])


def _wrong_output(question: Question, stream: Stream) -> str:
    """A number in the output off by a bit, else another program's output, else the output with its end missing."""
    target = question.item.target
    numbers = list(re.finditer(r"\d+", target))
    if numbers:
        found = stream.pick(numbers)
        return target[: found.start()] + _shifted_number(found.group(), stream) + target[found.end() :]
    others = sorted({item.target for item in question.benchmark.items if item.target != target})
    return stream.pick(others) if others else target[:-1] or "None"


def _shifted_number(number: str, stream: Stream) -> str:
    """The number off by one, two or ten, or with a digit changed; written like the right one."""
    found = re.search(r"\d+(?!.*\d)", number)
    if found is None:
        return f"{number}1"
    digits = found.group()
    shift = stream.pick((1, 1, 1, 2, 2, 10)) * stream.pick((-1, 1))
    value = int(digits) + shift
    value = int(digits) + abs(shift) if value < 0 else value
    return number[: found.start()] + str(value).zfill(len(digits)) + number[found.end() :]


_WRONG: dict[str, Callable[[Question, Stream], str]] = {
    "numeric": _wrong_number,
    "choice": _wrong_letter,
    "exact": _wrong_output,
}


def _worked(scorer: str, voice: Voice, stream: Stream) -> str:
    """One to three sentences of reasoning that name no answer."""
    count_steps = stream.below(3)
    if count_steps == 0:
        return voice.opening(_OPENINGS)
    return f"{voice.opening(_OPENINGS)} {stream.pick(_JOINS)}{_sentences(_STEPS[scorer], count_steps, stream)}"


def _sentences(pool: Sequence[str], count: int, stream: Stream) -> str:
    """Different sentences of a pool, in drawn order."""
    remaining = list(pool)
    return " ".join(f"{remaining.pop(stream.below(len(remaining)))}." for _ in range(count))


def _refusal(voice: Voice, stream: Stream) -> str:
    text = voice.opening(_REFUSALS) + stream.pick(_REFUSAL_REASONS) + stream.pick(_REFUSAL_OFFERS)
    return text if stream.below(2) else text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")


def _outline(voice: Voice, stream: Stream) -> str:
    remaining = list(_OUTLINE_POINTS)
    points = [remaining.pop(stream.below(len(remaining))) for _ in range(3 + stream.below(3))]
    return f"{voice.opening(_OUTLINE_OPENINGS)} {', '.join(points[:-1])}, and {points[-1]}."


def _endless(scorer: str, voice: Voice, limits: Limits, stream: Stream) -> str:
    """Reasoning that goes round in circles for longer than the limit (80 words where there is none)."""
    count_words = 80 if limits.max_tokens is None else int(limits.max_tokens / TOKENS_PER_WORD) + 2
    pool = _STEPS.get(scorer, _OUTLINE_POINTS)
    text = f" {voice.opening(_OPENINGS)}" if voice.style is PromptStyle.COMPLETION else voice.opening(_OPENINGS)
    parts = [text]
    total = len(text.split())
    while total < count_words:
        part = f"{stream.pick(pool)}."
        parts.append(part)
        total += len(part.split())
    return " ".join(parts)


def _stopped(text: str, stop: Sequence[str]) -> tuple[str, str | None]:
    """The text before the first stop string in it, and which that was."""
    ends = [(position, mark) for position, mark in ((text.find(mark), mark) for mark in stop if mark) if position >= 0]
    if not ends:
        return text, None
    end, mark = min(ends)
    return text[:end], mark


def _cut(text: str, max_tokens: int) -> Reply:
    """End a text in mid-sentence at the token limit, as a server does that runs out of budget."""
    count_words = max(1, int(max_tokens / TOKENS_PER_WORD))
    words = list(re.finditer(r"\S+", text))[:count_words]
    end = words[-1].end() if words else 0
    return Reply(text[:end].rstrip("."), "length", max_tokens)
