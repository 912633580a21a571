"""How an endpoint fails: rates of faults, what happens to one attempt, and how often each request was tried.

What happens to an attempt is a function of seed, model, request and attempt number. A request that is tried again
therefore has another chance, and with rates below 1 it gets its answer in the end. The answer itself does not depend on
faults. Must not know HTTP: the wire formats say what a rate limit looks like.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from infra.simulator import batch_faults
from infra.simulator.allowed_values import bad_amounts, bad_rates, is_amount, is_integer, unknown_keys
from infra.simulator.batch_faults import BatchFaults
from infra.simulator.stream import Stream

#: Stands for every model in posted faults.
ALL_MODELS = "*"


class Fault(StrEnum):
    """What can happen to an attempt. The first six exclude each other; the last two leave the answer readable."""

    RATE_LIMITED = "429"
    SERVER_ERROR = "500"
    OVERLOADED = "529"
    DROPPED = "dropped"
    MALFORMED_JSON = "malformed_json"
    HTML = "html"
    MISSING_USAGE = "missing_usage"
    SERVED_MODEL = "served_model"


# A gateway refuses these requests before a model has worked on them, so they take no time.
_AT_ONCE = frozenset({Fault.RATE_LIMITED, Fault.OVERLOADED})


@dataclass(frozen=True, slots=True)
class Latency:
    """How long an answer takes: log-normal around a median; with sigma 0 always the median."""

    median_ms: float
    sigma: float = 0.0

    def drawn_s(self, stream: Stream) -> float:
        """Seconds of one attempt."""
        spread = math.exp(self.sigma * stream.normal()) if self.sigma else 1.0
        return self.median_ms * spread / 1000


@dataclass(frozen=True, slots=True)
class ServedModel:
    """Another model's name, which answers carry after the first ``after`` requests to the model."""

    name: str
    after: int = 0


@dataclass(frozen=True, slots=True)
class Faults:
    """Rates (0 to 1, per attempt) of one model's faults, its latency (None for the model's own), and its batches."""

    rate_429: float = 0.0
    rate_500: float = 0.0
    rate_529: float = 0.0
    dropped: float = 0.0
    malformed_json: float = 0.0
    html: float = 0.0
    missing_usage: float = 0.0
    retry_after_s: float | None = None
    served_model: ServedModel | None = None
    latency_ms: Latency | None = None
    batch: BatchFaults = field(default_factory=BatchFaults)

    @property
    def exclusive(self) -> tuple[tuple[Fault, float], ...]:
        """The faults that exclude each other, with their rates."""
        return (
            (Fault.RATE_LIMITED, self.rate_429),
            (Fault.SERVER_ERROR, self.rate_500),
            (Fault.OVERLOADED, self.rate_529),
            (Fault.DROPPED, self.dropped),
            (Fault.MALFORMED_JSON, self.malformed_json),
            (Fault.HTML, self.html),
        )

    @property
    def is_certain(self) -> bool:
        """Whether nothing has to be drawn: every rate is 0 and the latency does not vary."""
        is_steady = self.latency_ms is None or self.latency_ms.sigma == 0
        return is_steady and not self.missing_usage and not any(rate for _, rate in self.exclusive)


HEALTHY = Faults()
_RATES = ("rate_429", "rate_500", "rate_529", "dropped", "malformed_json", "html", "missing_usage")
_KEYS = tuple(each.name for each in fields(Faults))


@dataclass(frozen=True, slots=True)
class Incident:
    """What happens to one attempt. With ``fault`` None it is answered after ``delay_s``, perhaps with a flaw."""

    fault: Fault | None = None
    delay_s: float = 0.0
    is_usage_missing: bool = False
    served_name: str | None = None
    retry_after_s: float | None = None
    attempt: int = 1

    @property
    def kinds(self) -> tuple[Fault, ...]:
        """The faults that the statistics count for this attempt."""
        if self.fault is not None:
            return (self.fault,)
        flaws = ((Fault.MISSING_USAGE, self.is_usage_missing), (Fault.SERVED_MODEL, self.served_name is not None))
        return tuple(kind for kind, happened in flaws if happened)


@dataclass(slots=True)
class FaultBook:
    """The faults in force for each model, and how often this process was asked each model and each request."""

    by_model: dict[str, Faults]
    _attempts: Counter[tuple[object, ...]] = field(default_factory=Counter)
    _requests: Counter[str] = field(default_factory=Counter)

    def befall(self, model_id: str, key: tuple[object, ...], latency_ms: float) -> Incident:
        """Draw what happens to the next attempt at a request.

        Args:
            model_id: The model that is asked.
            key: The request's identity. It is equal only for attempts at the same answer.
            latency_ms: The model's own latency, used where its faults state none.
        """
        self._attempts[key] += 1
        self._requests[model_id] += 1
        faults, attempt = self.by_model[model_id], self._attempts[key]
        served = faults.served_model
        served_name = served.name if served is not None and self._requests[model_id] > served.after else None
        if faults.is_certain:
            certain_ms = latency_ms if faults.latency_ms is None else faults.latency_ms.median_ms
            return Incident(None, certain_ms / 1000, served_name=served_name, attempt=attempt)
        stream = Stream("fault", *key, attempt)
        fault = _drawn(faults, stream.uniform())
        is_usage_missing = stream.uniform() < faults.missing_usage
        delay_s = (faults.latency_ms or Latency(latency_ms)).drawn_s(stream)
        if fault is not None:
            retry_after_s = faults.retry_after_s if fault is Fault.RATE_LIMITED else None
            return Incident(fault, 0.0 if fault in _AT_ONCE else delay_s, retry_after_s=retry_after_s, attempt=attempt)
        return Incident(None, delay_s, is_usage_missing, served_name, attempt=attempt)

    def replace(self, posted: Any) -> list[str]:
        """Put other faults in force: ``{model or "*": faults}``. ``{}`` removes a model's faults.

        Models that are not named keep theirs.

        Returns:
            One line for each mistake. If there is one, nothing has been changed.
        """
        mistakes = list(self._posted_mistakes(posted))
        if not mistakes:
            if ALL_MODELS in posted:
                self.by_model = dict.fromkeys(self.by_model, built(posted[ALL_MODELS]))
            self.by_model |= {name: built(entry) for name, entry in posted.items() if name != ALL_MODELS}
        return mistakes

    def _posted_mistakes(self, posted: Any) -> Iterator[str]:
        if not isinstance(posted, dict):
            yield f"expected a mapping of model to faults, found {posted!r}"
            return
        yield from unknown_keys("", posted, {*self.by_model, ALL_MODELS})
        for name, entry in posted.items():
            yield from find_mistakes(name, entry)


def find_mistakes(where: str, entry: Any) -> Iterator[str]:
    """Yield one line for each mistake in a mapping of faults."""
    if not isinstance(entry, dict):
        yield f"{where}: expected a mapping of faults, found {entry!r}"
        return
    yield from unknown_keys(f"{where}.", entry, _KEYS)
    stated = {name: value for name, value in entry.items() if value is not None}
    bad = list(bad_rates(f"{where}.", stated, _RATES))
    yield from bad
    total = 0 if bad else sum(stated.get(name, 0) for name in _RATES if name != "missing_usage")
    if total > 1 + 1e-9:
        yield f"{where}: the rates of faults that exclude each other must add up to at most 1, found {total:g}"
    yield from bad_amounts(f"{where}.", stated, ["retry_after_s"])
    if not _is_latency(stated.get("latency_ms", 0)):
        yield f"{where}.latency_ms: expected milliseconds or {{median_ms, sigma}}, found {stated['latency_ms']!r}"
    yield from batch_faults.find_mistakes(f"{where}.batch", stated.get("batch", {}))
    if not _is_served_model(stated.get("served_model", "any")):
        yield f"{where}.served_model: expected a model name or {{name, after}}, found {stated['served_model']!r}"


def built(entry: Mapping[str, Any]) -> Faults:
    """The faults that a mapping describes, which must be without mistakes."""
    stated = {name: value for name, value in entry.items() if value is not None}
    latency, served, batch = stated.get("latency_ms"), stated.get("served_model"), stated.get("batch")
    if latency is not None:
        stated["latency_ms"] = Latency(**latency) if isinstance(latency, dict) else Latency(latency)
    if served is not None:
        stated["served_model"] = ServedModel(**served) if isinstance(served, dict) else ServedModel(served)
    if batch is not None:
        stated["batch"] = BatchFaults(**batch)
    return Faults(**stated)


def _is_latency(value: Any) -> bool:
    if not isinstance(value, dict):
        return is_amount(value)
    return {"median_ms"} <= set(value) <= {"median_ms", "sigma"} and all(map(is_amount, value.values()))


def _is_served_model(value: Any) -> bool:
    if not isinstance(value, dict):
        return isinstance(value, str) and bool(value)
    after = value.get("after", 0)
    is_complete = {"name"} <= set(value) <= {"name", "after"}
    return is_complete and _is_served_model(value["name"]) and is_integer(after)


def _drawn(faults: Faults, uniform: float) -> Fault | None:
    edge = 0.0
    for fault, rate in faults.exclusive:
        edge += rate
        if uniform < edge:
            return fault
    return None
