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

import dataclasses
import functools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from statistics import NormalDist

from infra.simulator.stream import Stream
from infra.simulator.truth import Rates, SimulatedModel, Truth
from tasks.benchmarks.attacks import attacked, attacks
from tasks.domain import Benchmark, Dimension, Item, PromptStyle

_STANDARD_NORMAL = NormalDist()


class Decision(StrEnum):
    """What happens to a question.

    ``filtered`` is the vendor's doing, ``judged`` a rubric's grades, ``generic`` answers a prompt of no benchmark.
    """

    CORRECT = "correct"
    INCORRECT = "incorrect"
    REFUSED = "refused"
    COMPLIED = "complied"
    UNPARSED = "unparsed"
    TRUNCATED = "truncated"
    FILTERED = "filtered"
    JUDGED = "judged"
    GENERIC = "generic"


@dataclass(frozen=True, slots=True)
class Question:
    """A known prompt: the item that was asked, and of which benchmark."""

    benchmark: Benchmark
    item: Item


def build_index(benchmarks: Mapping[str, Benchmark]) -> dict[bytes, Question]:
    """Map the digest of every rendered prompt, in both styles, to its question.

    Items with identical content render to one prompt; the first of them stands for all.
    """
    index: dict[bytes, Question] = {}
    for benchmark in _askable(benchmarks):
        for item in benchmark.items:
            question = Question(benchmark, item)
            chat = benchmark.render(item, PromptStyle.CHAT)
            for text in (chat.messages[-1].content, chat.content):
                index.setdefault(prompt_digest(PromptStyle.CHAT, text), question)
            completion = benchmark.render(item, PromptStyle.COMPLETION)
            index.setdefault(prompt_digest(PromptStyle.COMPLETION, completion.text), question)
    return index


def _askable(benchmarks: Mapping[str, Benchmark]) -> Iterator[Benchmark]:
    """Each benchmark as it is, and a safety benchmark under every attack, too, with the same items and difficulties."""
    for benchmark in benchmarks.values():
        yield benchmark
        if benchmark.dimension is Dimension.SAFETY:
            for name in attacks():
                yield dataclasses.replace(attacked(benchmark, name), benchmark_id=benchmark.benchmark_id)


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
    rates = rates_of(truth, model, question) if question else None
    if question is None or rates is None:
        return Decision.GENERIC
    z = _difficulty(truth, model, question, stream)
    unanswered = _unanswered(rates, stream.uniform())
    if unanswered is not None:
        return unanswered
    if rates.competence is None:
        return Decision.REFUSED if z < threshold(rates.refusal, rates.unanswered) else Decision.COMPLIED
    return Decision.CORRECT if z < threshold(rates.competence, rates.unanswered) else Decision.INCORRECT


def rates_of(truth: Truth, model: SimulatedModel, question: Question) -> Rates | None:
    """The model's rates on the question's benchmark, under its attack if there is one; None if the truth has none."""
    rates, attack = model.rates.get(question.benchmark.benchmark_id), question.benchmark.attack
    if rates is None or attack is None:
        return rates
    return dataclasses.replace(rates, refusal=rates.refusal * truth.attacks.get(attack.name, 1.0))


def margin(truth: Truth, model: SimulatedModel, question: Question, stream: Stream) -> float:
    """How clearly competence decided: threshold minus difficulty, in standard deviations, positive where correct.

    Args:
        truth: As for ``decide``.
        model: As for ``decide``.
        question: What was asked, on a benchmark that asks for an answer.
        stream: The same uniforms from their beginning; the first of them is taken.
    """
    rates = model.rates[question.benchmark.benchmark_id]
    return threshold(rates.competence or 0.0, rates.unanswered) - _difficulty(truth, model, question, stream)


def _difficulty(truth: Truth, model: SimulatedModel, question: Question, stream: Stream) -> float:
    own_share = math.sqrt(max(0.0, truth.correlation.residual))
    return shared_difficulty(truth, model.family, question) + own_share * stream.normal()


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
    """What happens instead of an answer; on conduct a refusal is an answer, and drawn from difficulty."""
    ways = [(Decision.TRUNCATED, rates.truncated), (Decision.UNPARSED, rates.unparsed)]
    if rates.competence is not None:
        ways.append((Decision.REFUSED, rates.refusal))
    ways.append((Decision.FILTERED, rates.filtered))
    edge = 0.0
    for decision, rate in ways:
        edge += rate
        if uniform < edge:
            return decision
    return None
