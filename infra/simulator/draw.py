"""What a simulated model does with a request: pure decisions from hashed uniforms, no clock, no global random state.

A correct answer follows a latent-threshold model. Difficulty is a standard normal

    z = sqrt(c) z_cluster + sqrt(i) z_item + sqrt(f) z_family,item + sqrt(1 - c - i - f) z_model,request,repeat

and the answer is correct where z lies under the quantile of the model's competence, so that models find the same
items hard (and relatives more so) while each marginal rate is exactly the one in the truth file. Whether there is an
answer at all is drawn first and independently of z; the threshold is competence / P(there is an answer), which keeps
competence the marginal rate and gives the parts of a tax closed forms: refusals cost c_base r_aligned less
c_aligned r_base.
"""

from __future__ import annotations

import functools
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from statistics import NormalDist
from typing import TypeVar

from infra.simulator.truth import Rates, SimulatedModel, Truth
from tasks.domain import Benchmark, Item, PromptStyle

T = TypeVar("T")

_STANDARD_NORMAL = NormalDist()
_EIGHT_WORDS = struct.Struct("<8Q")


class Decision(StrEnum):
    """What the simulated model does; ``generic`` answers a prompt of no benchmark."""

    CORRECT = "correct"
    INCORRECT = "incorrect"
    REFUSED = "refused"
    COMPLIED = "complied"
    UNPARSED = "unparsed"
    TRUNCATED = "truncated"
    GENERIC = "generic"


@dataclass(frozen=True, slots=True)
class Question:
    """A known prompt: the item that was asked, and of which benchmark."""

    benchmark: Benchmark
    item: Item


class Stream:
    """Uniforms on the open interval (0, 1) that are a function of the key alone."""

    __slots__ = ("_block", "_key", "_words")

    def __init__(self, *key: object) -> None:
        """Derive the stream from the key's parts; parts must print the same on any machine."""
        self._key = blake2b("\x1f".join(map(str, key)).encode(), digest_size=32).digest()
        self._block = 0
        self._words: list[int] = []

    def uniform(self) -> float:
        """The next uniform; neither 0 nor 1, so that its normal quantile is finite."""
        if not self._words:
            block = blake2b(self._block.to_bytes(8, "little"), key=self._key).digest()
            self._words = list(_EIGHT_WORDS.unpack(block))
            self._block += 1
        return ((self._words.pop() >> 12) + 0.5) * 2.0**-52

    def normal(self) -> float:
        """The next standard normal deviate."""
        return _STANDARD_NORMAL.inv_cdf(self.uniform())

    def below(self, count: int) -> int:
        """The next integer from 0 to ``count`` - 1."""
        return int(self.uniform() * count)

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self.below(len(options))]


def build_index(benchmarks: Mapping[str, Benchmark]) -> dict[bytes, Question]:
    """Map the digest of every rendered prompt, in both styles, to its question.

    Items with identical content render to one prompt; the first of them stands for all.
    """
    index: dict[bytes, Question] = {}
    for benchmark in benchmarks.values():
        for item in benchmark.items:
            question = Question(benchmark, item)
            chat = benchmark.render(item, PromptStyle.CHAT)
            for text in (chat.messages[-1].content, chat.content):
                index.setdefault(prompt_digest(PromptStyle.CHAT, text), question)
            completion = benchmark.render(item, PromptStyle.COMPLETION)
            index.setdefault(prompt_digest(PromptStyle.COMPLETION, completion.text), question)
    return index


def prompt_digest(style: PromptStyle, text: str) -> bytes:
    """Identity of a prompt's text within its style."""
    return blake2b(f"{style.value}\x1f{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def decide(truth: Truth, model: SimulatedModel, question: Question | None, stream: Stream) -> Decision:
    """Draw how the model answers.

    Args:
        truth: Seed and correlation of the simulation.
        model: Who answers.
        question: What was asked, None for a prompt of no benchmark.
        stream: Uniforms of this model, request and repeat; the first two of them are taken.
    """
    rates = model.rates.get(question.benchmark.benchmark_id) if question else None
    if question is None or rates is None:
        return Decision.GENERIC
    own_share = math.sqrt(max(0.0, truth.correlation.residual))
    z = shared_difficulty(truth, model.family, question) + own_share * stream.normal()
    unanswered = _unanswered(rates, stream.uniform())
    if unanswered is not None:
        return unanswered
    if rates.competence is None:
        return Decision.REFUSED if z < threshold(rates.refusal, rates.unanswered) else Decision.COMPLIED
    return Decision.CORRECT if z < threshold(rates.competence, rates.unanswered) else Decision.INCORRECT


def shared_difficulty(truth: Truth, family: str, question: Question) -> float:
    """The part of z that models share: the cluster's and the item's for all, one more for relatives."""
    benchmark_id, item, shares = question.benchmark.benchmark_id, question.item, truth.correlation
    return (
        math.sqrt(shares.cluster) * Stream(truth.seed, "cluster", benchmark_id, item.cluster_id).normal()
        + math.sqrt(shares.item) * Stream(truth.seed, "item", benchmark_id, item.item_id).normal()
        + math.sqrt(shares.family) * Stream(truth.seed, "family", family, benchmark_id, item.item_id).normal()
    )


@functools.cache
def threshold(rate: float, unanswered: float) -> float:
    """The normal quantile under which z makes the event of marginal probability ``rate`` happen.

    The event can only happen where there is an answer, so its conditional probability is rate / (1 - unanswered).
    """
    answered = 1.0 - unanswered
    if rate <= 0.0:
        return -math.inf
    return _STANDARD_NORMAL.inv_cdf(rate / answered) if rate < answered else math.inf


def _unanswered(rates: Rates, uniform: float) -> Decision | None:
    if uniform < rates.truncated:
        return Decision.TRUNCATED
    if uniform < rates.truncated + rates.unparsed:
        return Decision.UNPARSED
    if rates.competence is not None and uniform < rates.unanswered:
        return Decision.REFUSED
    return None
