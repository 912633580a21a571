"""The protocol of compositions: they are given an occasion and the parts so far, and return questions or a choice."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from tasks.answers import read_landed
from tasks.domain import Benchmark, Item, Prompt, PromptStyle
from tasks.settings import ModelSettings

# Columns that the chosen answer decides.
_OF_THE_CHOSEN = (
    *("status", "text", "reasoning_text", "refusal_text", "finish_reason", "finish_word", "first_token_json"),
)
# Columns that are sums over all parts that were asked.
_ADDED = (
    *("attempts", "tokens_input", "tokens_cached", "tokens_cache_write", "tokens_output", "tokens_reasoning"),
    "cost_usd",
)


@dataclass(frozen=True, slots=True)
class Occasion:
    """One request to a composite model: the item in both prompt styles, the style asked for, and the repeat."""

    prompts: Mapping[PromptStyle, Prompt]
    style: PromptStyle
    repeat: int

    @classmethod
    def of(cls, benchmark: Benchmark, item: Item, asked: Prompt, repeat: int) -> Occasion:
        """An item as its parts are put it: within the limits of the prompt that the composite model is asked."""
        prompts = {
            style: dataclasses.replace(
                benchmark.render(item, style, asked.template),
                max_tokens=asked.max_tokens,
                top_logprobs=asked.top_logprobs,
            )
            for style in PromptStyle
        }
        return cls(prompts, asked.style, repeat)

    @property
    def request(self) -> str:
        """What a user would have written, without worked examples: what a judging part is shown."""
        return self.prompts[PromptStyle.CHAT].messages[-1].content


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to a part. The repeat is the part's own: two samples of one model are two repeats."""

    model: ModelSettings
    prompt: Prompt
    repeat: int


@dataclass(frozen=True, slots=True)
class Part:
    """What a part said and what that took, as it was landed. None is unknown."""

    status: str
    text: str | None
    finish_reason: str | None
    attempts: int
    finished_at: datetime
    refusal_text: str | None = None
    model_served: str | None = None
    system_fingerprint: str | None = None
    origin: str = "endpoint"
    tokens_input: int | None = None
    tokens_cached: int | None = None
    tokens_cache_write: int | None = None
    tokens_output: int | None = None
    tokens_reasoning: int | None = None
    latency_ms: float | None = None
    cost_usd: float | None = None
    first_token_json: str | None = None
    reasoning_text: str | None = None
    finish_word: str | None = None
    parameters_json: str | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Part:
        """The part in a row of raw.generations."""
        fields: dict[str, Any] = {field.name: row.get(field.name) for field in dataclasses.fields(cls)}
        return cls(**fields)

    @property
    def answer(self) -> str:
        """What it answered, without its reasoning."""
        return read_landed(dataclasses.asdict(self)).text


@dataclass(frozen=True, slots=True)
class ChosenPart:
    """Whose answer counts, and who was asked: one wave after another, all of a wave at the same time.

    The first of the first wave is the leading part. ``is_undecided`` says that the judging part gave no verdict, so
    that the order of the parts decided.
    """

    chosen: Part
    waves: Sequence[Sequence[Part]]
    is_undecided: bool = False

    def facts(self, origin: str) -> dict[str, Any]:
        """The columns of the composite model's own answer; ``origin`` is the one that its cell declares.

        What was served is what served the leading part: it is asked every time, so that the column changes when a
        server does and not with what an item needed. The others' rows say what served them.
        """
        parts = [part for wave in self.waves for part in wave]
        leading, finished_at = self.waves[0][0], max(part.finished_at for part in parts)
        latency_ms = added(longest(part.latency_ms for part in wave) for wave in self.waves)
        return {
            **{name: getattr(self.chosen, name) for name in _OF_THE_CHOSEN},
            **{name: added(getattr(part, name) for part in parts) for name in _ADDED},
            "latency_ms": latency_ms,
            "started_at": finished_at - timedelta(milliseconds=latency_ms or 0),
            "finished_at": finished_at,
            "model_served": leading.model_served,
            "system_fingerprint": leading.system_fingerprint,
            "origin": next((part.origin for part in parts if part.origin != origin), origin),
        }


class Composition(Protocol):
    """One way to make a model out of others."""

    @property
    def rule(self) -> str:
        """Name and version of what decides between the parts, beside the judging part: it is part of every answer."""

    def advance(self, occasion: Occasion, parts: Mapping[str, Part]) -> Mapping[str, Ask] | ChosenPart:
        """What to ask next, under names that no two parts share, or whose answer counts. Parts may arrive singly."""

    def at_most(self, occasion: Occasion) -> Iterable[Ask]:
        """Everything that could be asked, for the price of it; a text that is not known yet stands at its longest."""


def added(values: Iterable[float | None]) -> Any:
    """The sum; unknown if any of it is."""
    known = list(values)
    return None if None in known else sum(value for value in known if value is not None)


def longest(values: Iterable[float | None]) -> float | None:
    """The maximum; unknown if any of them is."""
    known = list(values)
    return None if None in known else max(value for value in known if value is not None)
