"""Who is asked, how, and for what price: the models, and the judges, which are models too.

A model holds no secret: its key is read from the environment when it is asked for.

Tested in tests/tasks/settings/test_providers.py.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationInfo, model_validator

from tasks.domain import PromptStyle, content_hash
from tasks.errors import SettingsError
from tasks.settings.batch import BatchSettings
from tasks.settings.benchmarks import Names, PromptStyles
from tasks.settings.budget import BudgetSettings
from tasks.settings.composites import (
    COMPOSITE,
    BestOfSettings,
    CompositionSettings,
    HybridSettings,
    composite_values,
    is_composite,
)
from tasks.settings.fields import (
    Count,
    Flag,
    Identifier,
    IsoDate,
    Number,
    Positive,
    Text,
    Url,
    VariableName,
    Whole,
    is_loopback,
    is_secret_key,
    not_one_of,
)
from tasks.settings.known import CACHE_WRITE_FACTOR, BatchFacts, Known, facts_of, known_from
from tasks.settings.limits import Limits
from tasks.settings.lineage import stated_by_files
from tasks.settings.local import LLAMA_CPP, LocalSettings, weights_endpoint
from tasks.settings.nights import Cadence
from tasks.settings.price import PriceSettings
from tasks.settings.sampling import SamplingSettings
from tasks.settings.section import Section

RECORDED = "recorded"
_SLOWEST_S = 600.0  # an answer of weights that this machine serves


class KnobSettings(Section):
    """The strength at which a variant was aligned."""

    name: Text
    value: Number


class DevelopmentSettings(Section):
    """What it took to make a model from its base, as its owner states it. None of it is measured.

    Attributes:
        ready_on: The day on which it could be deployed. Compared with its base's day it says how long alignment took.
    """

    hours: Annotated[Number, Field(ge=0)] | None = None
    usd: Annotated[Number, Field(ge=0)] | None = None
    ready_on: IsoDate | None = None


def checked_provider(value: object, info: ValidationInfo) -> object:
    """A provider that exists. ``recorded`` is asked nowhere, and ``composite`` is filled in."""
    names = [*known_from(info.context).providers, RECORDED]
    if value not in (*names, COMPOSITE):
        raise ValueError(not_one_of(value, names))
    return value


def checked_api(value: object, info: ValidationInfo) -> object:
    """A kind of endpoint that some provider has; which one has which is checked with the whole model."""
    names = known_from(info.context).apis
    if value not in names:
        raise ValueError(not_one_of(value, names))
    return value


def stated_endpoint(value: object, info: ValidationInfo) -> object:
    """The endpoint's name, by default host and path of the address without port, or the vendor's own name."""
    if value is not None:
        return value
    provider = info.data.get("provider", "")  # it is absent where it was refused, which is reported already
    facts = facts_of(provider, info)
    own = facts.own_endpoint if facts else None
    served = weights_endpoint(info.data)
    return served or endpoint_name(info.data.get("base_url")) or own or provider or "unknown"


def stated_styles(value: object, info: ValidationInfo) -> object:
    """The prompt styles, by default the one that the endpoint's kind is made for."""
    if value is not None:
        return value
    facts = facts_of(info.data.get("provider"), info)
    api = facts.apis.get(info.data.get("api", "")) if facts else None
    return (api.style if api else PromptStyle.CHAT,)


class ModelSettings(LocalSettings):
    """One callable model version, or with ``hybrid`` or ``best_of`` one that is composed of others.

    Attributes:
        base_url: Where the server is. May be left out where the provider knows its vendor's own address.
        allow_http: Send the key to another machine without encryption, e.g. within a private network.
        endpoint: What the server is called in hashes and tables; by default host and path of ``base_url`` without port.
        base: The id of the model it was aligned from; makes a pair of kind ``tax``.
        replicate_of: The id of the model whose training was repeated with another seed to make this one.
        family: The nearest ``family`` declared up the chain of bases, or the id at its root; a replicate belongs to the
            family of the model that it repeats.
        stage: How far it was trained; by default ``base`` without a base, ``aligned`` with one.
        differs: Effective parameters that are meant to differ from those of its reference.
        budget: What this model may take, also as a judge or as a part of a composite model.
        requests_per_minute: With ``tokens_per_minute`` the pace of the endpoint; the smallest of its models holds.
        mode: ``batch`` asks through the provider's batch API, within the limits of ``batch``.
        alternatives: How many alternatives of a token its server tells at most, where that is not the usual number;
            0 if it tells none.
        prompt_styles: By default the style of ``api``: completions asks for ``completion``, the others for ``chat``.
        cadence: How many days lie between two evaluations by nights.
        hybrid: The parts of a hybrid; ``with_parts`` takes over from them what is not stated.
        best_of: The parts of a best of n.
    """

    id: Identifier
    provider: Annotated[Text, BeforeValidator(checked_provider)]
    base_url: Url | None
    endpoint: Annotated[Text, BeforeValidator(stated_endpoint)] = Field(default=None, validate_default=True)
    model: Text
    api: Annotated[Text, BeforeValidator(checked_api)]
    api_key_env: VariableName | None = None
    allow_http: Flag = False
    sampling: SamplingSettings = SamplingSettings()
    system_prompt: Text | None = None
    base: Text | None = None
    replicate_of: Text | None = None
    family: Text = ""
    stage: Text = Field(default_factory=lambda data: "aligned" if data["base"] else "base")
    method: Text | None = None
    knob: KnobSettings | None = None
    parameters_billion: Positive | None = None
    price: tuple[PriceSettings, ...] = ()
    budget: BudgetSettings | None = None
    development: DevelopmentSettings | None = None
    concurrency: Count = Field(
        default_factory=lambda data: data.get("parallel", 1) if data.get("weights") else Limits.concurrency
    )
    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    timeout_s: Positive = Field(default_factory=lambda data: _SLOWEST_S if data.get("weights") else 60.0)
    max_attempts: Count = 5
    mode: Literal["live", "batch"] = "live"
    batch: BatchSettings = BatchSettings()
    alternatives: Annotated[Whole, Field(ge=0)] | None = None
    is_simulated: Flag = False
    differs: Names = ()
    prompt_styles: Annotated[PromptStyles, BeforeValidator(stated_styles)] = Field(default=None, validate_default=True)
    cadence: Cadence = 1
    hybrid: HybridSettings | None = None
    best_of: BestOfSettings | None = None

    _parts: Mapping[str, ModelSettings] = PrivateAttr(default_factory=dict)
    _cache_write_factor: float = PrivateAttr(default=CACHE_WRITE_FACTOR)
    _batch_facts: BatchFacts | None = PrivateAttr(default=None)

    def model_post_init(self, context: Any, /) -> None:
        """Remember what the provider asks for cache writes and in batches."""
        if facts := known_from(context).providers.get(self.provider):
            self._cache_write_factor, self._batch_facts = facts.cache_write_factor, facts.batch

    @model_validator(mode="before")
    @classmethod
    def some_need_no_address(cls, values: Any, info: ValidationInfo) -> Any:
        """A vendor's own server may be known; a model that is imported or composed of others is asked nowhere."""
        if is_composite(values):
            return composite_values(values)
        if isinstance(values, dict) and values.get("provider") == COMPOSITE:
            raise ValueError("must have hybrid: or best_of: in the place of provider: composite.")
        if isinstance(values, dict) and values.get("provider") == RECORDED:
            return {"base_url": None, "endpoint": RECORDED, "model": values.get("id"), "api": "chat", **values}
        if isinstance(values, dict) and values.get("provider") == LLAMA_CPP:
            return llama_cpp_values(values, Path((info.context or {}).get("folder", Path())))
        if isinstance(values, dict) and values.get("weights") is not None:
            raise ValueError(f"must have provider: {LLAMA_CPP}, which serves weights:, or leave out weights:.")
        facts = facts_of(values.get("provider"), info) if isinstance(values, dict) else None
        return {"base_url": None, **values} if facts and facts.own_endpoint else values

    @property
    def is_recorded(self) -> bool:
        """Its answers were obtained elsewhere and come by ``aligntax import``."""
        return self.provider == RECORDED

    @property
    def composition(self) -> CompositionSettings | None:
        """How it is composed of other models; None for a model that is asked itself."""
        return self.hybrid or self.best_of

    @property
    def parts(self) -> Mapping[str, ModelSettings]:
        """Who plays which role in a composite model; empty for any other."""
        return self._parts

    @property
    def leading(self) -> ModelSettings:
        """The part that is asked first and in the model's own style; the model itself where it has no parts."""
        return self.parts.get(self.composition.leading, self) if self.composition else self

    @property
    def answering(self) -> tuple[ModelSettings, ...]:
        """Who may give the answer: the model itself, or the parts of a composite one that do not judge."""
        return tuple(self.parts[role] for role in self.composition.answering) if self.composition else (self,)

    @property
    def asked(self) -> tuple[ModelSettings, ...]:
        """Whose endpoints are asked when this model is."""
        return tuple(self.parts.values()) if self.composition else (self,)

    def composed(self, parts: Mapping[str, ModelSettings]) -> ModelSettings:
        """This composite model with its parts, and with what it does not state from the one that leads it."""
        if self.composition is None:
            return self
        leading = parts.get(self.composition.leading, self)
        unstated = type(self).model_fields.keys() - self.model_fields_set
        taken = {name: getattr(leading, name) for name in {"base", "prompt_styles"} & unstated}
        named = dict.fromkeys({"method", "stage"} & unstated, self.composition.kind)
        differs = tuple(dict.fromkeys((*self.differs, *leading.differs)))
        own = {"api": leading.api, "is_simulated": leading.is_simulated, "differs": differs}
        copied = self.model_copy(update={**taken, **named, **own})
        copied._parts = dict(parts)  # noqa: SLF001 - our own, not handed out yet
        return copied

    def cost_usd(
        self,
        day: date,
        tokens_input: int | None,
        tokens_output: int | None,
        tokens_cached: int | None = None,
        tokens_cache_write: int | None = None,
    ) -> float | None:
        """What an answer cost on a day, in US dollars; None while price or usage is unknown.

        ``tokens_input`` includes cached tokens and cache writes, as an ``Answer`` counts them.
        """
        price = self.price_on(day)
        if price is None or tokens_input is None or tokens_output is None:
            return None
        cached, written = tokens_cached or 0, tokens_cache_write or 0
        plain = max(0, tokens_input - cached - written)
        spent = plain * price.input_usd_per_million + tokens_output * price.output_usd_per_million
        write_usd = price.cache_write_usd(self._cache_write_factor)
        live_usd = (spent + cached * price.cached_input_usd + written * write_usd) / 1_000_000
        return live_usd * self.batch_limits.price_factor if self.mode == "batch" else live_usd

    @property
    def batch_limits(self) -> BatchFacts:
        """The most requests and megabytes of one batch, and its price in live prices."""
        return self.batch.within(self._batch_facts)

    def most_usd(self, day: date, tokens_input: int, tokens_output: int) -> float | None:
        """The most that so many tokens can cost on a day, whatever is read from or written to a cache."""
        caches = ((0, 0), (tokens_input, 0), (0, tokens_input))
        costs = (self.cost_usd(day, tokens_input, tokens_output, *cache) for cache in caches)
        return max((cost for cost in costs if cost is not None), default=None)

    def request_parameters(self) -> dict[str, Any]:
        """The parameters to send beside model, prompt and the benchmark's own limits; a copy the caller may change.

        Of a composite model: its parts and how they are combined.
        """
        if self.composition is not None:
            return {"kind": self.composition.kind, "parts": self.composition.parts, **self.composition.rule}
        own = self.sampling.model_dump(mode="json", exclude={"extra"}, exclude_none=True)
        scales = {"adapters": self.adapter_scales} if self.adapters else {}
        return {**own, **scales, **copy.deepcopy(self.sampling.extra)}

    @property
    def model_version(self) -> str:
        """Hash of everything that changes an answer. The port, the key, prices and limits do not change one."""
        if self.composition is not None:
            versions = {role: part.model_version for role, part in self.parts.items()}
            return content_hash(self.provider, self.composition.kind, self.composition.rule, versions)
        sampling = self.request_parameters()
        return content_hash(self.provider, self.endpoint, self.api, self.model, sampling, self.system_prompt)

    def api_key(self, environment: Mapping[str, str]) -> str | None:
        """Read the key; None if the model needs none.

        Raises:
            SettingsError: The variable is not set, or empty.
        """
        if self.api_key_env is None:
            return None
        key = environment.get(self.api_key_env, "").strip()
        if not key:
            raise SettingsError(f"model {self.id!r}: {missing_variable(self.api_key_env)}")
        return key

    def exposes(self, environment: Mapping[str, str]) -> str | None:
        """The host to which a key would go that others on the way can read; None if none does."""
        address = urlsplit(self.base_url or "")
        host = address.hostname or ""
        key = environment.get(self.api_key_env or "", "").strip()
        is_plain = address.scheme == "http" and not is_loopback(host)
        is_exposed = is_plain and not self.allow_http and is_secret_key(key)
        return host if is_exposed else None

    def price_on(self, day: date) -> PriceSettings | None:
        """The price in force on a day, None before the first."""
        return max((p for p in self.price if p.effective_from <= day), key=lambda p: p.effective_from, default=None)


def llama_cpp_values(entry: dict[str, Any], folder: Path) -> dict[str, Any]:
    """An entry of ``provider: llama_cpp`` with what follows from its files; ``folder`` is where relative paths start.

    Raises:
        ValueError: It says twice, or nowhere, where the model is, or names what its weights name.
    """
    has_weights = entry.get("weights") is not None
    if has_weights == (entry.get("base_url") is not None):
        found = "both" if has_weights else "neither"
        raise ValueError(
            f"must have weights:, which the run serves, or base_url: of a server that runs, found {found}."
        )
    if not has_weights:
        return entry
    stated = next((name for name in ("endpoint", "api_key_env", "is_simulated") if name in entry), None)
    if stated is not None:
        raise ValueError(f"must leave out {stated!r}: weights are served on loopback, and known by their content.")
    name = Path(str(entry["weights"])).stem
    return {"base_url": None, "api": "chat", "model": name, **stated_by_files(entry, folder), **entry}


def as_judge(model: ModelSettings, known: Known) -> ModelSettings:
    """The same model, asked as a judge: at temperature 0, with one seed and without a system prompt.

    A judge that samples would give the same answer other grades, and the tax between two nights would contain that
    noise. No seed is sent where the provider takes none, and no temperature to a reasoning model.
    """
    own, facts = model.sampling, known.providers.get(model.provider)
    pinned = own.model_copy(
        update={
            "temperature": None if own.reasoning_effort is not None else 0.0,
            "top_p": None,
            "stop": None,
            "seed": own.seed or 0 if facts is None or facts.takes_seed else None,
        }
    )
    return model.model_copy(update={"sampling": pinned, "system_prompt": None})


def endpoint_name(base_url: str | None) -> str | None:
    """Host and path without port, so that a server restarted on another port is still the same one."""
    if base_url is None:
        return None
    parts = urlsplit(base_url)
    return f"{parts.hostname}{parts.path}"


def missing_variable(name: str) -> str:
    """Say which variable is missing and what to do."""
    return f"the environment variable {name} is not set. Run: export {name}=<your key>"
