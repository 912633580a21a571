"""The words of the domain as frozen records and closed sets. Knows nothing else of ours.

Light on purpose: the command line and the simulated server import it at start-up.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

LETTERS = string.ascii_uppercase  # of the choices of a question

# A hub's data set at a pinned commit, optionally one of its files or folders: name, commit, path.
HUB_SOURCE = re.compile(r"hf://([\w.-]+/[\w.-]+)@([0-9a-f]{40})(?:/([\w.=/ -]+))?")


class Dimension(StrEnum):
    """What a benchmark measures."""

    CAPABILITY = "capability"
    INSTRUCTION_FOLLOWING = "instruction_following"
    SAFETY = "safety"
    OVER_REFUSAL = "over_refusal"
    BIAS = "bias"
    TRUTHFULNESS = "truthfulness"


class Domain(StrEnum):
    """What a benchmark is about."""

    CODING = "coding"
    REASONING = "reasoning"
    KNOWLEDGE = "knowledge"
    READING = "reading"
    CHAT = "chat"
    SAFETY = "safety"


class PromptStyle(StrEnum):
    """How the same item is put: few-shot continuation for base models, a chat turn for aligned ones."""

    CHAT = "chat"
    COMPLETION = "completion"


class UnparsedRule(StrEnum):
    """What an answer that was not found in the text is worth: 0, the item's chance score, or nothing."""

    WRONG = "wrong"
    CHANCE = "chance"
    EXCLUDE = "exclude"


class Outcome(StrEnum):
    """How an answer ended. The last four never carry a value."""

    CORRECT = "correct"
    PARTIAL = "partial"
    INCORRECT = "incorrect"
    REFUSED = "refused"
    FILTERED = "filtered"
    TRUNCATED = "truncated"
    UNPARSED = "unparsed"
    FAILED = "failed"
    JUDGE_ERROR = "judge_error"
    NOT_RUN = "not_run"
    QUARANTINED = "quarantined"


class RefusalClass(StrEnum):
    """How far a text does what it was asked."""

    FULL_COMPLIANCE = "full_compliance"
    PARTIAL_REFUSAL = "partial_refusal"
    FULL_REFUSAL = "full_refusal"


class RunKind(StrEnum):
    """Why a run was made; a nightly run always asks anew, the others reuse good answers."""

    ADHOC = "adhoc"
    NIGHTLY = "nightly"
    BACKFILL = "backfill"
    IMPORT = "import"


class Origin(StrEnum):
    """Where an answer came from. Rows of different origins never meet in one report row."""

    ENDPOINT = "endpoint"
    SIMULATED = "simulated"
    IMPORTED = "imported"


# Built-in and of our own / checked on a real official file / written from the format's description only.
Verified = Literal["own", "file", "format"]


def content_hash(*parts: Any, length: int = 16) -> str:
    """Hash parts (JSON-able) to ``length`` hexadecimal digits; equal content gives an equal hash on any machine."""
    canonical = json.dumps(parts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:length]


@dataclass(frozen=True, slots=True)
class Item:
    """One question. ``item_id`` is a hash of its content and of its occurrence among identical items.

    ``cluster_id`` groups items whose answers are correlated (template, passage, subject); ``subset`` is the
    group a report shows on its own; ``chance_score`` is the expected value of a blind guess, None if undefined.
    """

    item_id: str
    question: str
    target: str
    cluster_id: str
    subset: str
    choices: tuple[str, ...] = ()
    chance_score: float | None = None
    foreign_id: str | None = None


def identified(items: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    """Give each item (fields of ``Item`` without ``item_id``) its content-addressed id.

    The id covers question, choices and target; the n-th identical item differs by its occurrence n, because
    real benchmarks hold true duplicates and each of them was asked.
    """
    seen: dict[str, int] = {}
    result = []
    for fields in items:
        choices = tuple(fields.get("choices", ()))
        content = content_hash(fields["question"], choices, fields["target"])
        seen[content] = occurrence = seen.get(content, -1) + 1
        item_id = content_hash(content, occurrence)
        result.append(Item(**{**fields, "choices": choices, "item_id": item_id}))
    return tuple(result)


@dataclass(frozen=True, slots=True)
class Message:
    """One chat turn."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent for one item: chat ``messages`` or a ``text`` to continue, and where to stop.

    ``top_logprobs`` asks for so many alternatives of each token; 0 asks for none.
    """

    style: PromptStyle
    messages: tuple[Message, ...] = ()
    text: str = ""
    stop: tuple[str, ...] = ()
    max_tokens: int = 512
    top_logprobs: int = 0

    @property
    def content(self) -> str:
        """The prompt's bytes as stored once per hash: the text, or the messages as JSON."""
        if self.style is PromptStyle.COMPLETION:
            return self.text
        return json.dumps([{"role": m.role, "content": m.content} for m in self.messages], ensure_ascii=False)

    @property
    def prompt_hash(self) -> str:
        """Identity of the rendered prompt."""
        return content_hash(self.style, self.content)


@dataclass(frozen=True, slots=True)
class Example:
    """A worked few-shot example: the question as rendered and the answer as a model should write it."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Attack:
    """A published way of wrapping a harmful request: a text around ``{request}``, which may be encoded first."""

    name: str
    title: str
    source: str
    template: str
    encoding: Literal["base64"] | None = None

    def wrap(self, request: str) -> str:
        """The request as the attacked model sees it."""
        if self.encoding == "base64":
            request = base64.b64encode(request.encode("utf-8", "backslashreplace")).decode("ascii")
        return self.template.replace("{request}", request)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A named, versioned set of items with a scorer and a dimension, rendered in both prompt styles.

    ``cluster_examples`` are shown instead of ``examples`` before the items of a cluster, where subjects or tasks have
    worked examples of their own. ``is_continued`` says that the question itself is a text to continue, as a function
    without its body is.
    """

    benchmark_id: str
    title: str
    dimension: Dimension
    domain: Domain
    scorer: str
    metric: str
    items: tuple[Item, ...]
    instruction: str
    examples: tuple[Example, ...]
    licence: str
    citation: str
    cluster_meaning: str
    pitfalls: str = ""
    chance_score: float = 0.0
    higher_is_better: bool = True
    is_harmful_text: bool = False
    max_tokens: int = 512
    stop: tuple[str, ...] = ("\n\nQuestion:",)
    unparsed_rule: UnparsedRule = UnparsedRule.WRONG
    cluster_examples: Mapping[str, tuple[Example, ...]] = field(default_factory=dict)
    is_continued: bool = False
    verified: Verified = "format"
    attack: Attack | None = None
    version: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        """Version the benchmark by all that decides a score: items, clusters, wording, scorer."""
        if not self.version:
            items = sorted((i.item_id, i.cluster_id, i.subset, i.chance_score) for i in self.items)
            examples = [(e.question, e.answer) for e in self.examples]
            parts: list[Any] = [self.benchmark_id, items, self.instruction, examples, self.scorer, self.stop]
            parts.append(self.max_tokens)
            if self.cluster_examples:
                parts.append(
                    {name: [(e.question, e.answer) for e in few] for name, few in self.cluster_examples.items()}
                )
            if self.is_continued:
                parts.append("continued")
            if self.attack:
                parts += [self.attack.template, self.attack.encoding]
            object.__setattr__(self, "version", content_hash(*parts, length=12))

    def render(self, item: Item, style: PromptStyle) -> Prompt:
        """Put one item in a style: a few-shot continuation, or instruction and question in one chat turn."""
        question = rendered_question(item)
        if self.attack:
            question = self.attack.wrap(question)
        if style is PromptStyle.CHAT:
            content = f"{self.instruction}\n\n{question}" if self.instruction else question
            return Prompt(style, messages=(Message("user", content),), max_tokens=self.max_tokens)
        if self.is_continued:
            return Prompt(style, text=item.question, stop=self.stop, max_tokens=self.max_tokens)
        examples = self.cluster_examples.get(item.cluster_id, self.examples)
        shots = "".join(f"Question: {e.question}\nAnswer: {e.answer}\n\n" for e in examples)
        lead = f"{self.instruction}\n\n" if self.instruction else ""
        text = f"{lead}{shots}Question: {question}\nAnswer:"
        return Prompt(style, text=text, stop=self.stop, max_tokens=self.max_tokens)


def lettered(question: str, choices: Iterable[str]) -> str:
    """A question with its choices below it, each behind a letter."""
    lines = [f"{letter}. {choice}" for letter, choice in zip(LETTERS, choices, strict=False)]
    return "\n".join([question, *lines])


def rendered_question(item: Item) -> str:
    """The question as it stands in a prompt, with its lettered choices if it has any."""
    return lettered(item.question, item.choices)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scorer says of one text.

    ``value`` is 0 to 1, None where no answer was found (``outcome`` unparsed). ``is_final`` is False when the
    answer came from a fall-back rule rather than from the announced place, so that a truncated text whose last
    number happens to parse is not taken for an answer. ``refusal_class`` is set where the scorer itself found out
    whether the text declines; otherwise a rule on the text's words decides.
    """

    outcome: Outcome
    value: float | None
    answer: str | None = None
    is_final: bool = True
    refusal_class: RefusalClass | None = None
