"""What a simulated model does with a request: pure decisions from hashed uniforms, without clock or global state.

A correct answer follows a latent-threshold model. Difficulty is a standard normal

    z = sqrt(c) z_cluster + sqrt(i) z_item + sqrt(f) z_family,item + sqrt(1 - c - i - f) z_model,request,repeat

and the answer is correct where z lies under the quantile of the model's competence. Models therefore find the same
items hard, relatives even more so, and each marginal rate is exactly the one in the truth file.

Whether there is an answer at all is drawn first, independently of z. The threshold is the quantile of
competence / P(there is an answer), so competence stays the marginal rate, and the parts of a tax have closed forms:
refusals cost c_base r_aligned - c_aligned r_base.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from enum import StrEnum
from statistics import NormalDist

from infra.simulator.question_index import Question
from infra.simulator.stream import Stream
from infra.simulator.truth import Rates, SimulatedModel, Truth

_STANDARD_NORMAL = NormalDist()


class Decision(StrEnum):
    """What happens to a question.

    ``filtered``: the vendor declines in the model's place. ``judged``: the answer grades a rubric. ``generic``: the
    prompt belongs to no benchmark.
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


def decide(truth: Truth, model: SimulatedModel, question: Question | None, stream: Stream) -> Decision:
    """Draw how the model answers.

    Args:
        truth: Seed and correlation of the simulation.
        model: The model that answers.
        question: What was asked, None for a prompt of no benchmark.
        stream: Uniforms of this model, request and repeat; this takes the first two of them.
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
    """The model's rates on the question's benchmark, under its attack and wording; None where the truth lacks it."""
    rates, attack = model.rates.get(question.benchmark.benchmark_id), question.benchmark.attack
    if rates is None:
        return None
    if attack is not None:
        rates = dataclasses.replace(rates, refusal=rates.refusal * truth.attacks.get(attack.name, 1.0))
    return rates if question.wording is None else rates.shifted(wording_shift(truth, model, question))


def wording_shift(truth: Truth, model: SimulatedModel, question: Question) -> float:
    """What the question's wording adds to the model's rate, as a proportion: a shared part and one of its own."""
    names = question.benchmark.benchmark_id, question.wording
    shared = Stream(truth.seed, "wording", *names).normal()
    own = Stream(truth.seed, "wording", model.model_id, *names).normal()
    return truth.wordings.shared * shared + truth.wordings.own * own


def margin(truth: Truth, model: SimulatedModel, question: Question, stream: Stream) -> float:
    """How clearly competence decided: threshold minus difficulty, in standard deviations, positive where correct.

    Args:
        truth: As for ``decide``.
        model: As for ``decide``.
        question: What was asked, on a benchmark that asks for an answer.
        stream: The uniforms of ``decide`` from their beginning; this takes the first of them.
    """
    rates = rates_of(truth, model, question) or Rates()
    return threshold(rates.competence or 0.0, rates.unanswered) - _difficulty(truth, model, question, stream)


def _difficulty(truth: Truth, model: SimulatedModel, question: Question, stream: Stream) -> float:
    own_share = math.sqrt(max(0.0, truth.correlation.residual))
    return shared_difficulty(truth, model.family, question) + own_share * stream.normal()


def shared_difficulty(truth: Truth, family: str, question: Question) -> float:
    """The part of z that models share: by cluster and item for all models, and by item within a family."""
    benchmark_id, item, shares = question.benchmark.benchmark_id, question.item, truth.correlation
    return (
        math.sqrt(shares.cluster) * Stream(truth.seed, "cluster", benchmark_id, item.cluster_id).normal()
        + math.sqrt(shares.item) * Stream(truth.seed, "item", benchmark_id, item.item_id).normal()
        + math.sqrt(shares.family) * Stream(truth.seed, "family", family, benchmark_id, item.item_id).normal()
    )


@functools.cache
def threshold(rate: float, unanswered: float) -> float:
    """The normal quantile below which z means that an event of marginal probability ``rate`` happens.

    The event needs an answer, so its conditional probability is rate / (1 - unanswered).
    """
    answered = 1.0 - unanswered
    if rate <= 0.0:
        return -math.inf
    return _STANDARD_NORMAL.inv_cdf(rate / answered) if rate < answered else math.inf


def _unanswered(rates: Rates, uniform: float) -> Decision | None:
    """What happens instead of an answer. Where conduct is asked for, a refusal is itself an answer."""
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
