"""The truth file: which simulated models exist, and how often each of them does what on which benchmark.

Knows YAML and rates; must not know HTTP, decisions or texts. ``truth.yaml`` beside this module documents the format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from infra.simulator import faults
from infra.simulator.allowed_values import bad_amounts, bad_rates, is_integer, unknown_keys
from infra.simulator.faults import HEALTHY, Faults
from tasks.benchmarks.attacks import attacks
from tasks.domain import Benchmark, content_hash

_NO_ANSWER = ("refusal", "unparsed", "truncated", "filtered")
#: The rates that can be stated for each scorer's benchmarks. Benchmarks that ask for an answer have a competence and
#: rates for the ways of giving none. Where a scorer judges only words or form, a refusal or a cut text may still score,
#: so its rate would not be the truth and cannot be stated. Benchmarks that ask for conduct have no competence: their
#: refusal rate says everything.
RATES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("numeric", "choice", "exact", "exact_answer", "code"), ("competence", *_NO_ANSWER)),
    "token_f1": ("competence", "unparsed", "filtered"),
    "instructions": ("competence", "filtered"),
    **dict.fromkeys(("complies", "refuses"), ("refusal", "truncated", "filtered")),
}

DEFAULT_TRUTH = Path(__file__).with_name("truth.yaml")

_FILE_KEYS = ("seed", "correlation", "api_key", "faults", "families", "judges", "attacks", "wordings")
_JUDGE_KEYS = ("noise", "off_menu", "favours_first")
_MODEL_KEYS = ("base", "strength", "mitigates", "latency_ms", "faults", "rates")
_CORRELATION_KEYS = ("cluster", "item", "family")
_WORDING_KEYS = ("shared", "own")


class TruthError(ValueError):
    """The truth file cannot be used. The message has one line for each mistake."""


@dataclass(frozen=True, slots=True)
class Rates:
    """True marginal probabilities (0 to 1) of how an answer ends. All other answers are wrong, or comply.

    ``competence`` is the probability of a correct answer, None on a benchmark that asks for conduct.
    """

    competence: float | None = None
    refusal: float = 0.0
    unparsed: float = 0.0
    truncated: float = 0.0
    filtered: float = 0.0

    @property
    def unanswered(self) -> float:
        """The probability that there is no answer at all, which is drawn before difficulty and independently of it."""
        if self.competence is None:
            return self.truncated + self.filtered
        return self.refusal + self.unparsed + self.truncated + self.filtered

    def shifted(self, by: float) -> Rates:
        """The rates with another rate of correct answers or, where conduct is asked for, of refusals."""
        stated = self.refusal if self.competence is None else self.competence
        rate = min(max(stated + by, 0.0), 1.0 - self.unanswered)
        return replace(self, refusal=rate) if self.competence is None else replace(self, competence=rate)


@dataclass(frozen=True, slots=True)
class Wordings:
    """Standard deviations of what another wording of the instruction adds to a model's rate, as proportions.

    ``shared`` is the part that is the same for all models, ``own`` is drawn for each model. The benchmark's own wording
    keeps the stated rates.
    """

    shared: float = 0.03
    own: float = 0.03


@dataclass(frozen=True, slots=True)
class Correlation:
    """How the variance of the latent difficulty is shared: by cluster, by item, and by item within a family."""

    cluster: float = 0.05
    item: float = 0.60
    family: float = 0.15

    @property
    def residual(self) -> float:
        """The share that is drawn again for each model, request and repeat."""
        return 1.0 - self.cluster - self.item - self.family


@dataclass(frozen=True, slots=True)
class JudgeTruth:
    """How often a judge gives a wrong grade, a grade that is not on the menu, or the first of two whatever it says."""

    noise: float = 0.0
    off_menu: float = 0.0
    favours_first: float = 0.0


@dataclass(frozen=True, slots=True)
class SimulatedModel:
    """One model of the truth. ``base`` is None for a base model; ``rank`` is its position in the file.

    ``strength`` is the alignment knob, ``mitigates`` the plain aligned model whose tax this one tries to lower. Both
    describe the truth for readers and tests and change no answer. ``judge`` is set for a model that judges.
    """

    model_id: str
    family: str
    rank: int
    rates: Mapping[str, Rates]
    base: str | None = None
    strength: float | None = None
    mitigates: str | None = None
    latency_ms: float = 0.0
    faults: Faults = HEALTHY
    judge: JudgeTruth | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """A validated truth file. ``version`` changes with everything in it that may change an answer; faults do not.

    ``attacks`` holds the share of its refusals that a model keeps under each attack. Under other attacks it keeps all.
    """

    version: str
    seed: int
    correlation: Correlation
    models: Mapping[str, SimulatedModel]
    judges: Mapping[str, SimulatedModel] = field(default_factory=dict)
    attacks: Mapping[str, float] = field(default_factory=dict)
    wordings: Wordings = Wordings()
    api_key: str | None = field(default=None, repr=False)

    @property
    def everyone(self) -> dict[str, SimulatedModel]:
        """All that can be asked: the models and the judges."""
        return {**self.models, **self.judges}


def load(path: Path, benchmarks: Mapping[str, Benchmark]) -> Truth:
    """Read a truth file and validate it against the benchmarks that it may name.

    Raises:
        TruthError: The file cannot be read or has mistakes. Each is one line that begins with the file's name.
    """
    try:
        document = yaml.load(path.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    except (OSError, yaml.YAMLError) as error:
        raise TruthError(f"{path.name}: cannot be read: {' '.join(str(error).split())}") from error
    mistakes = list(find_mistakes(document, benchmarks))
    if mistakes:
        raise TruthError("\n".join(f"{path.name}: {mistake}" for mistake in mistakes))
    return _built(document)


def find_mistakes(document: Any, benchmarks: Mapping[str, Benchmark]) -> Iterator[str]:
    """Yield one line for each mistake in a parsed truth file: where it is, what was expected, what was found."""
    if not isinstance(document, dict) or not isinstance(document.get("families"), dict) or not document["families"]:
        yield "families: expected a mapping of family name to its models"
        return
    yield from unknown_keys("", document, _FILE_KEYS)
    seed = document.get("seed", 0)
    if not is_integer(seed):
        yield f"seed: expected an integer, found {seed!r}"
    api_key = document.get("api_key")
    if api_key is not None and not (isinstance(api_key, str) and api_key):
        yield "api_key: expected a non-empty text"  # does not show the value, which may be a real key
    yield from _correlation_mistakes(document.get("correlation", {}))
    yield from faults.find_mistakes("faults", document.get("faults", {}))
    yield from _family_mistakes(document["families"], benchmarks)
    yield from _judge_mistakes(document.get("judges", {}), document["families"])
    yield from _attack_mistakes(document.get("attacks", {}))
    yield from _rate_mistakes("wordings", document.get("wordings", {}), _WORDING_KEYS)


def _attack_mistakes(shares: Any) -> Iterator[str]:
    if not isinstance(shares, dict):
        yield f"attacks: expected a mapping of attack to the share of refusals that stays, found {shares!r}"
        return
    yield from unknown_keys("attacks.", shares, attacks())
    yield from bad_rates("attacks.", shares, shares)


def _judge_mistakes(judges: Any, families: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(judges, dict):
        yield f"judges: expected a mapping of judge name to its rates, found {judges!r}"
        return
    taken = {model_id for models in families.values() if isinstance(models, dict) for model_id in models}
    for judge_id, rates in judges.items():
        where = f"judges.{judge_id}"
        if judge_id in taken:
            yield f"{where}: is the name of a model"
        if not isinstance(rates, dict):
            yield f"{where}: expected a mapping of rates, found {rates!r}"
            continue
        yield from unknown_keys(f"{where}.", rates, _JUDGE_KEYS)
        yield from bad_rates(f"{where}.", rates, rates)


def _rate_mistakes(where: str, entry: Any, allowed: Sequence[str]) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield f"{where}: expected a mapping, found {entry!r}"
        return
    yield from unknown_keys(f"{where}.", entry, allowed)
    yield from bad_rates(f"{where}.", entry, entry)


def _correlation_mistakes(correlation: Any) -> Iterator[str]:
    bad = list(_rate_mistakes("correlation", correlation, _CORRELATION_KEYS))
    yield from bad
    if not bad:
        residual = Correlation(**correlation).residual
        if residual < -1e-9:
            yield f"correlation: the shares must add up to at most 1, found {1 - residual:g}"


def _family_mistakes(families: Mapping[str, Any], benchmarks: Mapping[str, Benchmark]) -> Iterator[str]:
    seen: set[str] = set()
    for family, models in families.items():
        if not isinstance(models, dict) or not models:
            yield f"families.{family}: expected a mapping of model name to its truth"
            continue
        for model_id, model in models.items():
            where = f"families.{family}.{model_id}"
            if model_id in seen:
                yield f"{where}: the model name is used twice"
            seen.add(model_id)
            if isinstance(model, dict):
                yield from _model_mistakes(where, model, models, benchmarks)
            else:
                yield f"{where}: expected a mapping with rates, found {model!r}"


def _model_mistakes(
    where: str, model: Mapping[str, Any], siblings: Mapping[str, Any], benchmarks: Mapping[str, Benchmark]
) -> Iterator[str]:
    yield from unknown_keys(f"{where}.", model, _MODEL_KEYS)
    for key in ("base", "mitigates"):
        name = model.get(key)
        if name is not None and name not in siblings:
            yield f"{where}.{key}: {name!r} is not a model of this family"
    yield from bad_amounts(f"{where}.", model, ["strength", "latency_ms"])
    yield from faults.find_mistakes(f"{where}.faults", model.get("faults", {}))
    rates = model.get("rates")
    if not isinstance(rates, dict) or not rates:
        yield f"{where}.rates: expected a mapping of benchmark to rates, found {rates!r}"
        return
    for benchmark_id, entry in rates.items():
        benchmark = benchmarks.get(benchmark_id)
        if benchmark is None:
            known = ", ".join(sorted(benchmarks))
            yield f"{where}.rates: {benchmark_id!r} is not a benchmark. Known: {known}"
        else:
            yield from _rates_mistakes(f"{where}.rates.{benchmark_id}", entry, benchmark.scorer)


def _rates_mistakes(where: str, entry: Any, scorer: str) -> Iterator[str]:
    if scorer not in RATES:
        yield f"{where}: answers for the scorer {scorer!r} cannot be simulated"
        return
    if not isinstance(entry, dict):
        yield f"{where}: expected a mapping of rates, found {entry!r}"
        return
    required = RATES[scorer][0]
    yield from unknown_keys(f"{where}.", entry, RATES[scorer])
    if required not in entry:
        yield f"{where}.{required}: is missing"
    bad = list(bad_rates(f"{where}.", entry, entry))
    yield from bad
    if not bad and sum(entry.values()) > 1 + 1e-9:
        yield f"{where}: the rates must add up to at most 1, found {sum(entry.values()):g}"


def _built(document: Mapping[str, Any]) -> Truth:
    models: dict[str, SimulatedModel] = {}
    for family, members in document["families"].items():
        for model_id, model in members.items():
            rates = {benchmark_id: Rates(**entry) for benchmark_id, entry in model["rates"].items()}
            broken = faults.built(model.get("faults", document.get("faults", {})))
            stated = {**model, "rates": rates, "faults": broken}
            models[model_id] = SimulatedModel(model_id=model_id, family=family, rank=len(models), **stated)
    return Truth(
        version=content_hash(_answering(document), length=12),
        seed=document.get("seed", 0),
        correlation=Correlation(**document.get("correlation", {})),
        models=models,
        judges={
            judge_id: SimulatedModel(judge_id, "judges", len(models) + rank, {}, judge=JudgeTruth(**rates))
            for rank, (judge_id, rates) in enumerate(document.get("judges", {}).items())
        },
        attacks=document.get("attacks", {}),
        wordings=Wordings(**document.get("wordings", {})),
        api_key=document.get("api_key"),
    )


def _answering(document: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a truth file that an answer may depend on."""
    families = {
        family: {model_id: _without(model, "faults") for model_id, model in members.items()}
        for family, members in document["families"].items()
    }
    return {**_without(document, "api_key", "faults"), "families": families}


def _without(mapping: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key not in keys}
