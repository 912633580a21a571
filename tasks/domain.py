"""The words of the domain, as frozen records and closed sets. Imports nothing else of this project.

It imports quickly, because the command line and the simulated server import it when they start.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
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


# The dimensions whose losses are taxes; SQL has the same two in the macro is_capability.
CAPABILITY_DIMENSIONS = (Dimension.CAPABILITY, Dimension.INSTRUCTION_FOLLOWING)


class Domain(StrEnum):
    """What a benchmark is about."""

    CODING = "coding"
    REASONING = "reasoning"
    KNOWLEDGE = "knowledge"
    READING = "reading"
    CHAT = "chat"
    SAFETY = "safety"


class PromptStyle(StrEnum):
    """How an item is asked: as a text to continue, after worked examples (base models), or as a chat turn (others)."""

    CHAT = "chat"
    COMPLETION = "completion"


class UnparsedRule(StrEnum):
    """What an answer that was not found in the text counts: 0, the item's chance score, or not at all."""

    WRONG = "wrong"
    CHANCE = "chance"
    EXCLUDE = "exclude"

    @classmethod
    def usual(cls, dimension: Dimension) -> UnparsedRule:
        """The rule of a benchmark that states none. On safety and over-refusal, no answer is neither harm nor help."""
        return cls.EXCLUDE if dimension in {Dimension.SAFETY, Dimension.OVER_REFUSAL} else cls.WRONG


class Outcome(StrEnum):
    """How an answer ended. The last four never have a value."""

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
    """How far a text does what it was asked to do. The last two say neither: it was not read, or it says nothing."""

    FULL_COMPLIANCE = "full_compliance"
    PARTIAL_REFUSAL = "partial_refusal"
    FULL_REFUSAL = "full_refusal"
    UNREAD = "unread"
    SENSELESS = "senseless"

    @property
    def is_refusal(self) -> bool:
        """Whether the text declines, in full or in part."""
        return self in {RefusalClass.PARTIAL_REFUSAL, RefusalClass.FULL_REFUSAL}


class AnswerFlag(StrEnum):
    """What is odd about an answer, whatever it is worth."""

    EMPTY = "empty"
    REASONING_ONLY = "reasoning_only"
    UNCLOSED_REASONING = "unclosed_reasoning"
    UNKNOWN_FINISH = "unknown_finish"
    TEMPLATE_MARKUP = "template_markup"
    SENSELESS = "senseless"


class RunKind(StrEnum):
    """Why a run was made. A nightly run always asks again; a run of another kind reuses good answers."""

    ADHOC = "adhoc"
    NIGHTLY = "nightly"
    BACKFILL = "backfill"
    IMPORT = "import"


class Origin(StrEnum):
    """Where an answer came from. A report row never mixes answers of different origins."""

    ENDPOINT = "endpoint"
    SIMULATED = "simulated"
    IMPORTED = "imported"


# How far a benchmark was checked: written for this project (own), tried on its real file (file), or written from the
# description of the file's format (format).
Verified = Literal["own", "file", "format"]


def content_hash(*parts: Any, length: int = 16) -> str:
    """Hash JSON-able parts to ``length`` hexadecimal digits. Equal parts give an equal hash on any machine."""
    canonical = json.dumps(parts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:length]


def storable(text: str) -> str:
    """Text as UTF-8 can hold it: a lone surrogate, which UTF-8 cannot hold, becomes its escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class Item:
    """One question. ``tasks.identity.make_items`` says how ``item_id`` follows from the content.

    ``cluster_id`` groups items whose answers are correlated (template, passage, subject). ``subset`` is the group that
    a report shows on its own. ``chance_score`` is the expected value of a blind guess, None if undefined.
    """

    item_id: str
    question: str
    target: str
    cluster_id: str
    subset: str
    choices: tuple[str, ...] = ()
    chance_score: float | None = None
    foreign_id: str | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Item:
        """The item in a row of raw.items, as scorers need it: cluster and subset play no part in a verdict."""
        return cls(
            item_id=row["item_id"],
            question=row["question"] or "",
            target=row["target"] or "",
            cluster_id="",
            subset="",
            choices=tuple(json.loads(row["choices_json"])),
        )


@dataclass(frozen=True, slots=True)
class Message:
    """One chat turn."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent for one item: chat ``messages`` or a ``text`` to continue, and where to stop.

    ``top_logprobs`` is the number of alternatives to report for each token; 0 asks for none. ``template`` says which of
    the benchmark's instructions it holds; the prompt's identity does not depend on it.
    """

    style: PromptStyle
    messages: tuple[Message, ...] = ()
    text: str = ""
    stop: tuple[str, ...] = ()
    max_tokens: int = 512
    top_logprobs: int = 0
    template: int = 0

    @property
    def content(self) -> str:
        """The prompt as it is stored, once per hash: the text, or the messages as JSON."""
        if self.style is PromptStyle.COMPLETION:
            return self.text
        return json.dumps([{"role": m.role, "content": m.content} for m in self.messages], ensure_ascii=False)

    @property
    def prompt_hash(self) -> str:
        """Identity of the rendered prompt."""
        return content_hash(self.style, self.content)


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: the question as it stands in a prompt, and the answer as a model should write it."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Attack:
    """A published way to wrap a harmful request: a text with ``{request}`` in it. The request may be encoded first."""

    name: str
    title: str
    source: str
    template: str
    encoding: Literal["base64"] | None = None

    def wrap(self, request: str) -> str:
        """The request as the model under attack sees it."""
        if self.encoding == "base64":
            request = base64.b64encode(request.encode("utf-8", "backslashreplace")).decode("ascii")
        return self.template.replace("{request}", request)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A named, versioned set of items with a scorer and a dimension, which can be asked in both prompt styles.

    ``cluster_examples`` are shown before the items of a cluster in place of ``examples``, where each subject or task
    has worked examples of its own. ``is_continued`` says that the question itself is the text to continue, such as a
    function without its body. Without ``unparsed`` the dimension's usual rule holds. ``paraphrases`` are further
    wordings of ``instruction``: every item is asked with each. ``stop`` ends continuations; ``stops_chat`` says that it
    ends answers to chat turns, too.
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
    chance_score: float | None = 0.0
    higher_is_better: bool = True
    is_harmful_text: bool = False
    max_tokens: int = 512
    stop: tuple[str, ...] = ("\n\nQuestion:",)
    stops_chat: bool = False
    unparsed: UnparsedRule | None = None
    cluster_examples: Mapping[str, tuple[Example, ...]] = field(default_factory=dict)
    is_continued: bool = False
    verified: Verified = "format"
    attack: Attack | None = None
    paraphrases: tuple[str, ...] = ()
    version: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        """Fill in the version: a hash of everything that decides a score (items, clusters, wording, scorer)."""
        if not self.version:
            object.__setattr__(self, "version", content_hash(*self._versioned_parts(), length=12))

    @property
    def unparsed_rule(self) -> UnparsedRule:
        """What an answer counts that is not found in the text."""
        return self.unparsed or UnparsedRule.usual(self.dimension)

    def _versioned_parts(self) -> list[Any]:
        """What the version covers. Parts that came later are added only where they are used, so old versions stay."""
        items = sorted((i.item_id, i.cluster_id, i.subset, i.chance_score) for i in self.items)
        parts: list[Any] = [self.benchmark_id, items, self.instruction, _pairs(self.examples), self.scorer, self.stop]
        parts.append(self.max_tokens)
        if self.cluster_examples:
            parts.append({name: _pairs(examples) for name, examples in self.cluster_examples.items()})
        if self.is_continued:
            parts.append("continued")
        if self.attack:
            parts += [self.attack.template, self.attack.encoding]
        if self.paraphrases:
            parts.append({"paraphrases": self.paraphrases})
        if self.stops_chat:
            parts.append("stops chat")
        return parts

    @property
    def instructions(self) -> tuple[str, ...]:
        """The wordings of the instruction: the benchmark's own first, then its paraphrases."""
        return (self.instruction, *self.paraphrases)

    def render(self, item: Item, style: PromptStyle, template: int = 0) -> Prompt:
        """The prompt for one item under one instruction: worked examples and a question to continue, or a chat turn."""
        prompt = self._rendered(item, style, self.instructions[template])
        return replace(prompt, template=template) if template else prompt

    def _rendered(self, item: Item, style: PromptStyle, instruction: str) -> Prompt:
        question = rendered_question(item)
        if self.attack:
            question = self.attack.wrap(question)
        lead = f"{instruction}\n\n" if instruction else ""
        if style is PromptStyle.CHAT:
            stop = self.stop if self.stops_chat else ()
            turn = Message("user", lead + question)
            return Prompt(style, messages=(turn,), stop=stop, max_tokens=self.max_tokens)
        if self.is_continued:
            return Prompt(style, text=item.question, stop=self.stop, max_tokens=self.max_tokens)
        examples = self.cluster_examples.get(item.cluster_id, self.examples)
        shots = "".join(f"Question: {e.question}\nAnswer: {e.answer}\n\n" for e in examples)
        text = f"{lead}{shots}Question: {question}\nAnswer:"
        return Prompt(style, text=text, stop=self.stop, max_tokens=self.max_tokens)


def _pairs(examples: Iterable[Example]) -> list[tuple[str, str]]:
    return [(example.question, example.answer) for example in examples]


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

    ``value`` is from 0 to 1, or None where no answer was found (``outcome`` unparsed). ``is_final`` is False when the
    answer did not stand in the announced place and a fall-back rule found it: in a truncated text, such an answer does
    not count. ``refusal_class`` is set where the scorer itself knows whether the text declines; else a rule on the
    text's words decides.
    """

    outcome: Outcome
    value: float | None
    answer: str | None = None
    is_final: bool = True
    refusal_class: RefusalClass | None = None
