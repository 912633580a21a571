"""The sections of the configuration as frozen pydantic models, and what follows from them: pairs and hashes.

A record is built by ``tasks.settings.load_settings``, which also makes the checks that span several of them. No record
holds a secret: a key is read from the environment when it is asked for.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, PrivateAttr, model_validator

from tasks.domain import PromptStyle, UnparsedRule, content_hash
from tasks.errors import SettingsError, UnknownName
from tasks.settings.analysis import AnalysisSettings, GateSettings
from tasks.settings.fields import (
    Count,
    Definition,
    Flag,
    FolderPath,
    Identifier,
    IsoDate,
    NotEmpty,
    Number,
    Parameters,
    Positive,
    Rate,
    Source,
    Text,
    Url,
    UsdPerMillion,
    VariableName,
    Whole,
    checked_distinct,
)
from tasks.settings.section import Section

RECORDED = "recorded"
ANTHROPIC = "anthropic"
# What a provider is called in hashes and tables when no address is given.
ENDPOINT_NAMES = {RECORDED: RECORDED, ANTHROPIC: "api.anthropic.com"}
# What both vendors ask for input that is written to a cache, in prices of plain input.
CACHE_WRITE_FACTOR = 1.25
PairKind = Literal["tax", "version", "method", "prompt"]
PromptStyles = Annotated[tuple[PromptStyle, ...], NotEmpty, AfterValidator(checked_distinct)]
Names = Annotated[tuple[Text, ...], AfterValidator(checked_distinct)]


class SamplingSettings(Section):
    """What is sent beside the prompt. None leaves a parameter out, or (``max_tokens``, ``stop``) to the benchmark.

    Attributes:
        reasoning_effort: For OpenAI's reasoning models. They refuse a temperature, so with it none is sent.
        token_limit_name: What the server calls the limit; by default what goes with ``reasoning_effort``.
    """

    temperature: Annotated[Number, Field(ge=0)] | None = 0.0
    top_p: Annotated[Number, Field(gt=0, le=1)] | None = None
    max_tokens: Count | None = None
    seed: Whole | None = None
    stop: tuple[Text, ...] | None = None
    reasoning_effort: Text | None = None
    token_limit_name: Literal["max_tokens", "max_completion_tokens"] | None = None
    extra: Parameters = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def reasoning_takes_no_temperature(cls, values: Any) -> Any:
        """Drop the temperature, which a reasoning model often inherits from ``model_defaults``."""
        if isinstance(values, dict) and values.get("reasoning_effort") is not None:
            return {**values, "temperature": None}
        return values

    @property
    def limit_name(self) -> str:
        """The name under which the token limit travels."""
        by_effort = "max_completion_tokens" if self.reasoning_effort is not None else "max_tokens"
        return self.token_limit_name or by_effort


class PriceSettings(Section):
    """What a million tokens cost from a day on, in US dollars.

    Cached input without a price costs what plain input does, a cache write ``CACHE_WRITE_FACTOR`` times that.
    """

    effective_from: IsoDate = Field(alias="from")
    input_usd_per_million: UsdPerMillion
    output_usd_per_million: UsdPerMillion
    cached_input_usd_per_million: UsdPerMillion | None = None
    cache_write_usd_per_million: UsdPerMillion | None = None

    @property
    def cached_input_usd(self) -> float:
        """A million tokens read from a cache, after defaults."""
        own = self.cached_input_usd_per_million
        return self.input_usd_per_million if own is None else own

    @property
    def cache_write_usd(self) -> float:
        """A million tokens written to a cache, after defaults."""
        own = self.cache_write_usd_per_million
        return self.input_usd_per_million * CACHE_WRITE_FACTOR if own is None else own


class KnobSettings(Section):
    """The strength at which a variant was aligned."""

    name: Text
    value: Number


class DevelopmentSettings(Section):
    """What making a model took beyond what it was made from, as its owner states it; nothing of it is measured.

    Attributes:
        ready_on: The day it could be deployed; later than its base's by what alignment added.
    """

    hours: Annotated[Number, Field(ge=0)] | None = None
    usd: Annotated[Number, Field(ge=0)] | None = None
    ready_on: IsoDate | None = None


class ModelSettings(Section):
    """One callable model version.

    Attributes:
        base_url: Where the server is; only Anthropic's own needs none.
        endpoint: What the server is called in hashes and tables; by default host and path of ``base_url`` without port.
        base: The id of the model it was aligned from; makes a pair of kind ``tax``.
        family: The nearest ``family`` declared up the chain of bases, or the id at its root.
        stage: How far it was trained; by default ``base`` without a base, ``aligned`` with one.
        differs: Effective parameters that are meant to differ from those of its reference.
        requests_per_minute: With ``tokens_per_minute`` the pace of the endpoint; the smallest of its models holds.
        prompt_styles: By default the style of ``api``: completions asks for ``completion``, the others for ``chat``.
    """

    id: Identifier
    provider: Literal["openai", "anthropic", "recorded"]
    base_url: Url | None
    endpoint: Text = Field(default_factory=lambda data: endpoint_name(data["provider"], data["base_url"]))
    model: Text
    api: Literal["chat", "completions", "messages"]
    api_key_env: VariableName | None = None
    sampling: SamplingSettings = SamplingSettings()
    system_prompt: Text | None = None
    base: Text | None = None
    family: Text = ""
    stage: Text = Field(default_factory=lambda data: "aligned" if data["base"] else "base")
    method: Text | None = None
    knob: KnobSettings | None = None
    parameters_billion: Positive | None = None
    price: tuple[PriceSettings, ...] = ()
    development: DevelopmentSettings | None = None
    concurrency: Count = 16
    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    timeout_s: Positive = 60.0
    max_attempts: Count = 5
    is_simulated: Flag = False
    differs: Names = ()
    prompt_styles: PromptStyles = Field(default_factory=lambda data: (default_style(data["api"]),))

    @model_validator(mode="before")
    @classmethod
    def some_need_no_address(cls, values: Any) -> Any:
        """Anthropic's own server is known; a model whose answers are imported is asked nowhere."""
        if isinstance(values, dict) and values.get("provider") == RECORDED:
            return {"base_url": None, "endpoint": RECORDED, "model": values.get("id"), "api": "chat", **values}
        if isinstance(values, dict) and values.get("provider") == ANTHROPIC:
            return {"base_url": None, **values}
        return values

    @property
    def is_recorded(self) -> bool:
        """Its answers were obtained elsewhere and come by ``aligntax import``."""
        return self.provider == RECORDED

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
        return (spent + cached * price.cached_input_usd + written * price.cache_write_usd) / 1_000_000

    def request_parameters(self) -> dict[str, Any]:
        """The parameters to send beside model, prompt and the benchmark's own limits; a copy the caller may change."""
        own = self.sampling.model_dump(mode="json", exclude={"extra"}, exclude_none=True)
        return {**own, **copy.deepcopy(self.sampling.extra)}

    @property
    def model_version(self) -> str:
        """Identity of everything that changes an answer; the port, the key, prices and limits do not."""
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

    def price_on(self, day: date) -> PriceSettings | None:
        """The price in force on a day, None before the first."""
        return max((p for p in self.price if p.effective_from <= day), key=lambda p: p.effective_from, default=None)


class BenchmarkSettings(Section):
    """What to ask of a benchmark. None means its own rule, and for ``sample_size`` all items.

    Attributes:
        define: Makes it a benchmark of the user's own: the entry itself, or the file that holds it.
        attack: Wraps the requests of a safety benchmark; the same benchmark may stand in the list plain and under each
            attack.
        judge: The id of a model of ``judges:`` or ``models:`` that grades the answers, where the scorer reads grades.
    """

    id: Text
    source: Source | None = None
    define: Definition | None = None
    attack: Text | None = None
    sample_size: Count | None = None
    repeats: Count = 1
    prompt_styles: PromptStyles | None = None
    unparsed: UnparsedRule | None = None
    cluster_by: Text | None = None
    scorer: Text | None = None
    judge: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def from_id(cls, values: Any) -> Any:
        """Read the short form, a bare id."""
        return {"id": values} if isinstance(values, str) else values

    @property
    def name(self) -> str:
        """What its rows are called: the id, with the attack if it is under one."""
        return f"{self.id}+{self.attack}" if self.attack else self.id


class ComparisonSettings(Section):
    """A pair that no ``base:`` implies."""

    kind: PairKind
    reference: Text
    candidate: Text
    differs: Names = ()


class Thresholds(Section):
    """Limits of validation per cell, as rates from 0 to 1; None switches one off."""

    max_truncated_rate: Rate | None = 0.2
    max_failed_rate: Rate | None = 0.05
    max_judge_error_rate: Rate | None = 0.05
    max_unparsed_rate: Rate | None = None
    max_filtered_rate: Rate | None = None


class PublishSettings(Section):
    """Where the tables go, and how much text of safety items and answers goes with them."""

    folder: FolderPath = Field(default=Path("publish"), validate_default=True)
    text: Literal["none", "hash", "full"] = "none"


@dataclass(frozen=True, slots=True)
class Pair:
    """A comparison by model ids. ``differs`` names the parameters whose difference was declared."""

    candidate: str
    reference: str
    kind: PairKind
    family: str
    differs: tuple[str, ...] = ()


class Places(Section):
    """Where the results are; all that a command needs which only reads them."""

    warehouse: FolderPath = Field(default=Path("warehouse.duckdb"), validate_default=True)
    publish: PublishSettings = Field(default_factory=dict, validate_default=True)


class Settings(Places):
    """The whole configuration; paths are absolute, defaults filled in."""

    models: Annotated[tuple[ModelSettings, ...], NotEmpty]
    judges: tuple[ModelSettings, ...] = ()
    comparisons: tuple[ComparisonSettings, ...] = ()
    benchmarks: Annotated[tuple[BenchmarkSettings, ...], NotEmpty]
    thresholds: Thresholds = Thresholds()
    analysis: AnalysisSettings = AnalysisSettings()
    gate: GateSettings = GateSettings()
    max_age_days: Annotated[Whole, Field(ge=0)] = 7
    sample_seed: Whole = 0

    _folder: Path = PrivateAttr(default=Path())

    def model_post_init(self, context: Any, /) -> None:
        """Remember the file's folder, from which the configuration hash sees paths."""
        self._folder = (context or {}).get("folder", Path())

    def model(self, model_id: str) -> ModelSettings:
        """Find a model by id.

        Raises:
            UnknownName: There is none.
        """
        found = next((model for model in self.models if model.id == model_id), None)
        if found is None:
            raise UnknownName.of("configured model", model_id, (model.id for model in self.models))
        return found

    def judge_for(self, benchmark: BenchmarkSettings) -> ModelSettings | None:
        """Who grades a benchmark's answers, with the parameters of a judge.

        Raises:
            UnknownName: There is no such judge.
        """
        if benchmark.judge is None:
            return None
        known = {model.id: model for model in (*self.models, *self.judges)}
        if benchmark.judge not in known:
            raise UnknownName.of("configured judge or model", benchmark.judge, known)
        return as_judge(known[benchmark.judge])

    def styles_for(self, model: ModelSettings, benchmark: BenchmarkSettings) -> tuple[PromptStyle, ...]:
        """The prompt styles in which a model answers a benchmark: the benchmark's if it states any."""
        return benchmark.prompt_styles or model.prompt_styles

    def pairs(self) -> tuple[Pair, ...]:
        """Every pair to compare: of kind ``tax`` from each ``base:``, then the declared comparisons, in file order."""
        models = {model.id: model for model in self.models}
        implied = [
            Pair(model.id, model.base, "tax", model.family, tuple(sorted(model.differs)))
            for model in self.models
            if model.base is not None
        ]
        return (*implied, *(declared_pair(comparison, models) for comparison in self.comparisons))

    @property
    def config_hash(self) -> str:
        """Identity of what decides answers and scores; neither order, folder, keys, prices nor limits change it."""
        models = sorted((m.id, m.model_version, sorted(m.prompt_styles), m.is_simulated) for m in self.models)
        benchmarks = sorted((self._benchmark_facts(b) for b in self.benchmarks), key=lambda facts: str(facts["id"]))
        judges = sorted({judge.model_version for b in self.benchmarks if (judge := self.judge_for(b))})
        return content_hash(models, benchmarks, self.sample_seed, *([judges] if judges else []))

    def _benchmark_facts(self, benchmark: BenchmarkSettings) -> dict[str, Any]:
        facts = benchmark.model_dump(mode="json", exclude={"define", "attack", "judge"})
        if isinstance(benchmark.source, Path):
            facts["source"] = self._relative(benchmark.source)
        # What came later is left out where it is not used, so that older configurations keep their hash.
        facts |= {name: value for name in ("attack", "judge") if (value := getattr(benchmark, name)) is not None}
        if (entry := benchmark.define) is not None:
            facts["define"] = self._relative(entry) if isinstance(entry, Path) else entry
        if benchmark.prompt_styles is not None:
            facts["prompt_styles"] = sorted(benchmark.prompt_styles)
        return facts

    def _relative(self, path: Path) -> str:
        return Path(os.path.relpath(path, self._folder)).as_posix()


def as_judge(model: ModelSettings) -> ModelSettings:
    """The same model as an instrument: temperature 0, one seed, no system prompt, whatever it answers with otherwise.

    A judge that samples gives other grades to the same answer, and a tax between two nights would hold its noise. Where
    a provider takes no seed, or a reasoning model no temperature, none is sent.
    """
    own = model.sampling
    pinned = own.model_copy(
        update={
            "temperature": None if own.reasoning_effort is not None else 0.0,
            "top_p": None,
            "stop": None,
            "seed": None if model.provider == ANTHROPIC else own.seed or 0,
        }
    )
    return model.model_copy(update={"sampling": pinned, "system_prompt": None})


def endpoint_name(provider: str, base_url: str | None) -> str:
    """Host and path without port, so that a server restarted on another port is still the same one."""
    if base_url is None:
        return ENDPOINT_NAMES.get(provider, provider)
    parts = urlsplit(base_url)
    return f"{parts.hostname}{parts.path}"


def default_style(api: str) -> PromptStyle:
    """The prompt style an endpoint kind is made for."""
    return PromptStyle.COMPLETION if api == "completions" else PromptStyle.CHAT


def missing_variable(name: str) -> str:
    """Say which variable is missing and what to do."""
    return f"the environment variable {name} is not set. Run: export {name}=<your key>"


def declared_pair(comparison: ComparisonSettings, models: Mapping[str, ModelSettings]) -> Pair:
    """The pair of a ``comparisons:`` entry; what either model declares against its base differs here too."""
    candidate, reference = models[comparison.candidate], models[comparison.reference]
    implied = ("system_prompt",) if comparison.kind == "prompt" else ()
    differs = {*candidate.differs, *reference.differs, *comparison.differs, *implied}
    return Pair(candidate.id, reference.id, comparison.kind, candidate.family, tuple(sorted(differs)))
