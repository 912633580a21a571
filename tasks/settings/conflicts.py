"""The checks that span several values of a configuration. Each yields one problem per mistake, in file order.

Tested in tests/tasks/settings/test_bad_values.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

from tasks.domain import PromptStyle, content_hash
from tasks.errors import suggestion
from tasks.settings.benchmarks import BenchmarkSettings
from tasks.settings.known import Known, ProviderFacts
from tasks.settings.local import LocalSettings
from tasks.settings.models import ModelSettings, missing_variable
from tasks.settings.problems import Problem
from tasks.settings.sampling import SamplingSettings
from tasks.settings.section import Section
from tasks.settings.whole import Settings

# Besides sampling parameters, what two models of a pair can differ in.
DECLARABLE = ("api", "endpoint", "prompt_style", "provider", "system_prompt")

# What checkpoints of one method have in common, besides base and family.
_OF_METHOD = ("stage", "method", "knob", "system_prompt", "sampling", "prompt_styles", "is_simulated")


def model_problems(settings: Settings, known: Known) -> Iterator[Problem]:
    """What is wrong among the models; every command checks it."""
    yield from duplicate_ids("models", [model.id for model in settings.models])
    yield from bad_bases(settings.models)
    yield from replicate_problems(settings.models)
    yield from shared_endpoint_names(settings)
    yield from local_problems(settings)
    yield from identical_requests(settings.models)
    yield from identical_within_a_style(settings)
    yield from judge_problems(settings, known)
    parameters = {name for model in settings.models for name in model.sampling.extra}
    declarable = {*DECLARABLE, *SamplingSettings.model_fields, *parameters} - {"extra", "max_stop_strings"}
    for index, model in enumerate(settings.models):
        yield from unknown_names(("models", index, "differs"), "parameter", model.differs, declarable)
        yield from prices_out_of_order(index, model)
        yield from misfits(index, model, known)
        if model.system_prompt is not None and model.api == "completions":
            yield Problem(("models", index, "system_prompt"), "only chat has one, and this model's api is completions.")


def judge_problems(settings: Settings, known: Known) -> Iterator[Problem]:
    """What is wrong with the judges, and benchmarks that name one which does not exist or cannot judge them."""
    models = {model.id: model for model in settings.models}
    seen: set[str] = set(models)
    for index, judge in enumerate(settings.judges):
        if judge.id in seen:
            yield Problem(("judges", index, "id"), f"{judge.id!r} is already the id of another model or judge.")
        seen.add(judge.id)
        if judge.base is not None:
            yield Problem(("judges", index, "base"), "must be left out: a judge is not compared with any model.")
        if judge.replicate_of is not None:
            yield Problem(("judges", index, "replicate_of"), "must be left out: a judge has no tax.")
        for problem in (*prices_out_of_order(index, judge), *misfits(index, judge, known)):
            yield Problem(("judges", *problem.location[1:]), problem.sentence)
    able = models | {judge.id: judge for judge in settings.judges}
    for index, benchmark in enumerate(settings.benchmarks):
        if benchmark.judge is not None:
            yield from misjudged(("benchmarks", index, "judge"), able.get(benchmark.judge), benchmark.judge, settings)


def misjudged(
    location: tuple[str | int, ...], judge: ModelSettings | None, name: str, settings: Settings
) -> Iterator[Problem]:
    """Why a benchmark cannot have its judge."""
    if judge is None:
        known = [model.id for model in (*settings.judges, *settings.models)]
        yield unknown_name(location, "judge or model of this file", name, known)
    elif judge.composition is not None:
        yield Problem(location, f"{name!r} cannot judge: a judge is one model, and this one is composed of several.")
    elif judge.is_recorded or judge.api == "completions":
        yield Problem(
            location, f"{name!r} cannot judge: a judge is asked in chat, and a recorded model cannot be asked."
        )
    elif judge.is_simulated and not all(model.is_simulated for model in settings.models):
        yield Problem(location, f"{name!r} is_simulated and cannot judge real models.")


def composite_problems(settings: Settings, known: Known) -> Iterator[Problem]:
    """Composite models whose parts do not exist, cannot be asked, or do not go together."""
    for (section, index), model in placed_models(settings):
        if (composition := model.composition) is None:
            continue
        here = (section, index, composition.kind)
        if section == "judges":
            yield Problem(here, "must be left out: a judge is one model.")
            continue
        judges = [*settings.models, *settings.judges]
        for role, name in composition.parts.items():
            among = {m.id: m for m in (judges if role == composition.judging else settings.models)}
            yield from unfit_part((*here, role), among, name, is_judging=role == composition.judging)
        yield from unlike_parts(here, model, known)


def unfit_part(
    location: tuple[str | int, ...], known: Mapping[str, ModelSettings], name: str, *, is_judging: bool
) -> Iterator[Problem]:
    """Why a model cannot play its role in a composite one."""
    part = known.get(name)
    if part is None:
        yield unknown_name(location, "judge or model of this file" if is_judging else "model of this file", name, known)
    elif part.composition is not None:
        yield Problem(location, f"{name!r} is itself composed of others. Name models that are asked themselves.")
    elif part.mode == "batch":
        yield Problem(
            location,
            f"{name!r} has mode: batch. A composite model asks its parts in turns, one question after the other, so "
            "they must be asked live. Name a part with mode: live.",
        )
    elif part.is_recorded:
        yield Problem(location, f"{name!r} is recorded and cannot be asked.")
    elif is_judging and part.api == "completions":
        yield Problem(location, f"{name!r} cannot judge: it is asked in chat, and its api is completions.")


def unlike_parts(here: tuple[str | int, ...], model: ModelSettings, known: Known) -> Iterator[Problem]:
    """Parts that do not go together, or that would all give the same answer."""
    if len({part.is_simulated for part in model.asked}) > 1:
        yield Problem(here, "some of its parts are is_simulated, others are not.")
    if model.best_of is not None and model.leading.sampling.temperature == 0:
        yield Problem(
            (*here, model.best_of.leading),
            f"{model.leading.id!r} is asked at temperature 0, where all its answers are the same. "
            "Name a model with sampling: {temperature: 0.7} or the like.",
        )
    if PromptStyle.COMPLETION in model.prompt_styles and not has_completions(model.leading, known):
        yield Problem((*here[:2], "prompt_styles"), f"must be [chat]: {model.leading.id!r} has no completions.")


def misfits(index: int, model: ModelSettings, known: Known) -> Iterator[Problem]:
    """Values that do not go with the model's provider."""
    here, provider, facts = ("models", index), model.provider, known.providers.get(model.provider)
    if facts is None:
        return
    if model.api not in facts.apis:
        names = " or ".join(facts.apis)
        yield Problem((*here, "api"), f"must be {names} for provider {provider}, found {model.api!r}.")
    if model.base_url is None and facts.own_endpoint is None:
        yield Problem((*here, "base_url"), f"is missing. {facts.vendor}'s own is {facts.own_address}.")
    if facts.added_path and (model.base_url or "").endswith(facts.added_path):
        yield Problem((*here, "base_url"), f"must end before {facts.added_path!r}: provider {provider} adds it.")
    if PromptStyle.COMPLETION in model.prompt_styles and not has_completions(model, known):
        yield Problem((*here, "prompt_styles"), f"must be [chat]: provider {provider} has no completions.")
    if model.mode == "batch" and facts.batch is None:
        yield Problem((*here, "mode"), f"must be live: provider {provider} has no batch API.")
    yield from unsendable_sampling(index, model, facts, known)


def unsendable_sampling(index: int, model: ModelSettings, facts: ProviderFacts, known: Known) -> Iterator[Problem]:
    """Keys of ``sampling:`` that the provider's wire cannot carry."""
    here = ("models", index, "sampling")
    if model.sampling.seed is not None and not facts.takes_seed:
        yield Problem((*here, "seed"), f"must be left out: provider {model.provider} takes no seed.")
    for name in facts.not_taken:
        if name in model.sampling.model_fields_set and getattr(model.sampling, name) is not None:
            takers = " or ".join(other for other, its in known.providers.items() if name not in its.not_taken)
            yield Problem((*here, name), f"must be left out: only provider {takers} takes it. {facts.instead}".rstrip())


def has_completions(model: ModelSettings, known: Known) -> bool:
    """Whether a model can be asked to continue a text; one that is asked nowhere has no such limit."""
    facts = known.providers.get(model.provider)
    return facts is None or PromptStyle.COMPLETION in facts.styles


def benchmark_problems(settings: Settings, known: Known) -> Iterator[Problem]:
    """Names of benchmarks and scorers that do not exist, benchmarks named twice, styles that a model cannot answer."""
    yield from duplicate_ids("benchmarks", [benchmark.name for benchmark in settings.benchmarks])
    chat_only = next((model.id for model in settings.models if not has_completions(model, known)), None)
    for index, benchmark in enumerate(settings.benchmarks):
        if chat_only is not None and PromptStyle.COMPLETION in (benchmark.prompt_styles or ()):
            yield Problem(
                ("benchmarks", index, "prompt_styles"), f"must not hold 'completion': {chat_only!r} speaks only chat."
            )
        if benchmark.imported:
            yield from imported_problems(index, benchmark)
        elif benchmark.define is not None:
            yield from definition_problems(index, benchmark, known.benchmarks)
        elif benchmark.id not in known.benchmarks:
            problem = unknown_name(("benchmarks", index, "id"), "benchmark", benchmark.id, known.benchmarks)
            yield replace(problem, sentence=f"{problem.sentence} One that only imports know needs imported: true.")
        if benchmark.scorer is not None and benchmark.scorer not in known.scorers:
            yield unknown_name(("benchmarks", index, "scorer"), "scorer", benchmark.scorer, known.scorers)


def imported_problems(index: int, benchmark: BenchmarkSettings) -> Iterator[Problem]:
    """Keys that say how to ask a benchmark which no run asks."""
    for name in sorted(benchmark.model_fields_set - {"id", "imported", "margin"}):
        yield Problem(("benchmarks", index, name), "must be left out: no run asks a benchmark with imported: true.")


def margin_problems(settings: Settings) -> Iterator[Problem]:
    """Acceptable taxes that are above the tax at which the gate blocks."""
    stated = [(("benchmarks", index, "margin"), entry.margin) for index, entry in enumerate(settings.benchmarks)]
    block = settings.gate.block
    for location, margin in ((("analysis", "margin"), settings.analysis.margin), *stated):
        if margin is not None and margin > block:
            yield Problem(location, f"must be at most gate.block, {block:g}, found {margin:g}.")


def definition_problems(
    index: int, benchmark: BenchmarkSettings, known_benchmarks: Collection[str]
) -> Iterator[Problem]:
    """A benchmark of the user's own needs a name of its own and a file."""
    if benchmark.id in known_benchmarks:
        yield Problem(
            ("benchmarks", index, "id"), f"{benchmark.id!r} is a benchmark that aligntax has. Choose another."
        )
    if benchmark.source is None:
        yield Problem(("benchmarks", index, "source"), "is missing. A defined benchmark needs the path of its rows.")


def comparison_problems(settings: Settings) -> Iterator[Problem]:
    """Comparisons that cannot be made or are made already."""
    ids = {model.id for model in settings.models}
    made = {("tax", model.base, model.id): "is already implied by base:" for model in settings.models}
    made |= {
        (implied.kind, implied.reference, implied.candidate): "is already implied by the parts of the composite model"
        for implied in settings.mitigations()
    }
    for index, comparison in enumerate(settings.comparisons):
        here = ("comparisons", index)
        for side in ("reference", "candidate"):
            if getattr(comparison, side) not in ids:
                yield unknown_name((*here, side), "model of this file", getattr(comparison, side), ids)
        if comparison.reference == comparison.candidate:
            yield Problem(here, f"compares {comparison.candidate!r} with itself. Name two different models.")
        key = (comparison.kind, comparison.reference, comparison.candidate)
        if key in made:
            pair = f"{comparison.kind} of {comparison.candidate!r} against {comparison.reference!r}"
            yield Problem(here, f"the pair {pair} {made[key]}. Remove this entry.")
        made.setdefault(key, f"is already comparisons[{index}]")


def origin_problems(settings: Settings) -> Iterator[Problem]:
    """Pairs of a simulated and a real model. Their answers never stand in one report row."""
    models = {model.id: model for model in settings.models}
    places: list[tuple[tuple[str, int, str] | tuple[str, int], str, str]] = [
        (("models", index, "base"), model.id, model.base)
        for index, model in enumerate(settings.models)
        if model.base is not None
    ]
    places += [(("comparisons", i), c.candidate, c.reference) for i, c in enumerate(settings.comparisons)]
    for place, candidate, reference in places:
        if models[candidate].is_simulated != models[reference].is_simulated:
            yield Problem(
                place, f"{candidate!r} and {reference!r} cannot be compared: one is_simulated, the other is not."
            )


def sending_problems(settings: Settings, environment: Mapping[str, str]) -> Iterator[Problem]:
    """What only a command that asks models needs: benchmarks, their files, and key variables."""
    if all(benchmark.imported for benchmark in settings.benchmarks):
        yield Problem(("benchmarks",), "is missing, or holds only imported ones.")
    for place, model in placed_models(settings):
        name = model.api_key_env
        if name is not None and not environment.get(name, "").strip():
            yield Problem((*place, "api_key_env"), missing_variable(name))
        if host := model.exposes(environment):
            advice = "Use https, or allow it for a network that you trust: allow_http: true."
            yield Problem((*place, "base_url"), f"would send the key to {host} without encryption. {advice}")
        for key, trouble in model.missing_files():
            yield Problem((*place, *key), trouble)
    for index, benchmark in enumerate(settings.benchmarks):
        if isinstance(benchmark.source, Path) and not benchmark.source.exists():
            yield Problem(("benchmarks", index, "source"), f"no such file or folder: {str(benchmark.source)!r}.")
        if isinstance(benchmark.define, Path) and not benchmark.define.exists():
            yield Problem(("benchmarks", index, "define"), f"no such file: {str(benchmark.define)!r}.")


def cadence_problems(settings: Settings) -> Iterator[Problem]:
    """Cells that would be too old to count before they are asked again."""
    for section in ("models", "benchmarks"):
        for index, entry in enumerate(getattr(settings, section)):
            if entry.cadence > max(settings.max_age_days, 1):
                yield Problem(
                    (section, index, "cadence"),
                    f"must be at most max_age_days, {settings.max_age_days}, found {entry.cadence}: an older answer "
                    "counts no more. Raise max_age_days, or ask more often.",
                )


def receiver_problems(settings: Settings) -> Iterator[Problem]:
    """Receivers of one name, which the warehouse could not tell apart."""
    yield from duplicate_ids("notify", [receiver.name for receiver in settings.notify], "name")


def pool_problems(settings: Settings) -> Iterator[Problem]:
    """A work pool whose workers could not land what they ask, or that a budget cannot follow."""
    if settings.work_pool is None:
        return
    if settings.landing is None:
        yield Problem(("landing",), "is needed beside work_pool: workers cannot write to the warehouse's file.")
    elif not settings.landing.catalog.startswith("ducklake:postgres:"):
        yield Problem(
            ("landing",), "must be in PostgreSQL where a work_pool asks: no other catalog takes many writers."
        )
    own = [model.budget for model in settings.models if model.budget]
    if any(list(budget.limits()) for budget in (settings.budget, *own)):
        yield Problem(("work_pool",), "cannot be used with a budget: the workers would not know what others spend.")


def budget_problems(settings: Settings, day: date) -> Iterator[Problem]:
    """Models that a budget of money covers, but whose price on a day is not known; budgets of models asked nowhere."""
    for place, model in placed_models(settings):
        if model.composition or model.is_recorded:
            if model.budget is not None:
                instead = "its parts have" if model.composition else "it is asked nowhere, so leave out"
                yield Problem((*place, "budget"), f"has no effect: {instead} the budget.")
            continue
        own = model.budget.of_money if model.budget else None
        if (key := own or settings.budget.of_money) and model.price_on(day) is None:
            whose = "its own" if own else "the"
            yield Problem(
                (*place, "price"),
                f"states no price for {day}, so {whose} {key} cannot be kept. State its price (0 for a server of your "
                "own), or limit requests instead of usd.",
            )


def duplicate_ids(section: str, ids: Iterable[str], key: str = "id") -> Iterator[Problem]:
    """Ids that appear twice."""
    first: dict[str, int] = {}
    for index, name in enumerate(ids):
        if name in first:
            yield Problem((section, index, key), f"{name!r} is already the {key} of {section}[{first[name]}].")
        first.setdefault(name, index)


def bad_bases(models: Iterable[ModelSettings]) -> Iterator[Problem]:
    """Bases that do not exist, and chains of bases that come back to their start."""
    bases, places = {}, {}
    for index, model in enumerate(models):
        bases[model.id], places[model.id] = model.base, index
    reported: set[str] = set()
    for name, base in bases.items():
        if base is not None and base not in bases:
            yield unknown_name(("models", places[name], "base"), "model of this file", base, bases)
        cycle = base_cycle(name, bases)
        if cycle and not reported.intersection(cycle):
            reported.update(cycle)
            path = " -> ".join([*cycle, cycle[0]])
            yield Problem(("models", places[name], "base"), f"the bases form a cycle: {path}.")


def base_cycle(start: str, bases: Mapping[str, str | None]) -> list[str]:
    """The chain of bases from ``start`` if it comes back to ``start``."""
    chain, current = [start], bases.get(start)
    while current is not None and current not in chain:
        chain.append(current)
        current = bases.get(current)
    return chain if current == start else []


def replicate_problems(models: Iterable[ModelSettings]) -> Iterator[Problem]:
    """Checkpoints of a method whose first one is not to be found, or that differ in more than the training seed."""
    known = {model.id: model for model in models}
    families = families_of(models)
    bases: dict[str, list[str | None]] = {}
    for index, model in enumerate(models):
        bases.setdefault(model.replicate_of or model.id, []).append(model.base)
        if (name := model.replicate_of) is None:
            continue
        here, first = ("models", index, "replicate_of"), known.get(name)
        if first is None:
            yield unknown_name(here, "model of this file", name, known)
        elif first.replicate_of is not None:
            what = "the model itself" if first is model else f"a replicate of {first.replicate_of!r}"
            yield Problem(here, f"{name!r} is {what}. Name the first checkpoint, which has no replicate_of.")
        else:
            yield from _unlike_checkpoints(index, model, first, known, families)
            if 1 < len(set(bases[name])) < len(bases[name]):
                yield Problem(
                    ("models", index, "base"),
                    f"must be the base of all checkpoints of {name!r}, or of this one alone, found {model.base!r}.",
                )


def _unlike_checkpoints(
    index: int,
    model: ModelSettings,
    first: ModelSettings,
    known: Mapping[str, ModelSettings],
    families: Mapping[str, str],
) -> Iterator[Problem]:
    """What a replicate states otherwise than the first checkpoint; bases that are replicates count as one."""
    facts = {
        "base": (_first_base(model, known), _first_base(first, known)),
        "family": (families[model.id], families[first.id]),
        **{name: (getattr(model, name), getattr(first, name)) for name in _OF_METHOD},
    }
    for name, (found, expected) in facts.items():
        if found != expected:
            yield Problem(
                ("models", index, name),
                f"must be {_stated(expected)} as in {first.id!r}, but is {_stated(found)}. A replicate differs only in "
                "the training seed; a model that differs in more has no replicate_of.",
            )


def _first_base(model: ModelSettings, known: Mapping[str, ModelSettings]) -> str | None:
    """The base, or the model that it is a replicate of."""
    base = known.get(model.base or "")
    return model.base if base is None else base.replicate_of or base.id


def _stated(value: object) -> str:
    """A value of a configuration as a message shows it."""
    stated = value.model_dump(mode="json", exclude_defaults=True) if isinstance(value, Section) else value
    return repr(stated) if stated not in (None, {}) else "left out"


def families_of(models: Iterable[ModelSettings]) -> dict[str, str]:
    """Each model's family: the nearest one declared up its chain of bases, else the id at the root.

    A replicate belongs to the family of the model that it repeats. Names that are unknown, or go round in a circle,
    end the chain; they are reported elsewhere.
    """
    known = {model.id: model for model in models}

    def family(model: ModelSettings, passed: frozenset[str]) -> str:
        before = known.get(model.replicate_of or model.base or "")
        if model.family or before is None or before.id in passed:
            return model.family or model.id
        return family(before, passed | {before.id})

    return {model.id: family(model, frozenset({model.id})) for model in known.values()}


def placed_models(settings: Settings) -> Iterator[tuple[tuple[str, int], ModelSettings]]:
    """Everyone who is asked something, with the place in the file."""
    for section, entries in (("models", settings.models), ("judges", settings.judges)):
        for index, model in enumerate(entries):
            yield (section, index), model


def shared_endpoint_names(settings: Settings) -> Iterator[Problem]:
    """Two servers, or two keys, under one endpoint name: requests to both would have one hash and share answers."""
    first: dict[str, tuple[str, ModelSettings]] = {}
    for place, model in placed_models(settings):
        here = f"{place[0]}[{place[1]}]"
        other, sharing = first.setdefault(model.endpoint, (here, model))
        if sharing.api_key_env is None and model.api_key_env is not None:
            first[model.endpoint] = (here, model)
        if (model.provider, model.base_url) != (sharing.provider, sharing.base_url):
            where = sharing.base_url or f"provider {sharing.provider}"
            yield Problem(
                (*place, "base_url"),
                f"the endpoint name {model.endpoint!r} is already that of {other} at {where}. "
                f"Give each server its own name with endpoint:.",
            )
        elif model.api_key_env and sharing.api_key_env not in {None, model.api_key_env}:
            yield Problem(
                (*place, "api_key_env"),
                f"must be {sharing.api_key_env} as in {other}, which has the same endpoint "
                f"{model.endpoint!r}, or give one of them its own name with endpoint:.",
            )


def local_problems(settings: Settings) -> Iterator[Problem]:
    """Keys that only served weights take, on other models; models that share a server and contradict each other."""
    first: dict[str, tuple[str, ModelSettings]] = {}
    for place, model in placed_models(settings):
        here = f"{place[0]}[{place[1]}]"
        if model.weights is None:
            for name, field in LocalSettings.model_fields.items():
                if getattr(model, name) != field.default:
                    told = "belongs to weights that the run serves. Add weights:, or leave it out."
                    yield Problem((*place, name), told)
            continue
        other, sharing = first.setdefault(model.endpoint, (here, model))
        for name, value in sharing.serving.items():
            if model.serving[name] != value:
                yield Problem((*place, name), f"must be that of {other}, {value}: one server serves both.")


def identical_requests(models: Iterable[ModelSettings]) -> Iterator[Problem]:
    """Two models that would send identical requests, so that the tax between them would be exactly 0."""
    first: dict[str, str] = {}
    for index, model in enumerate(models):
        other = first.setdefault(model.model_version, model.id)
        if other != model.id:
            yield Problem(
                ("models", index),
                f"{model.id!r} and {other!r} would send identical requests, so their tax would be exactly 0. "
                f"Change model, endpoint, api, sampling or system_prompt of one.",
            )


def identical_within_a_style(settings: Settings) -> Iterator[Problem]:
    """Different models that would send identical requests in one prompt style: a text to continue has no system prompt.

    Whatever ``api`` says, each style is asked at its own kind of endpoint.
    """
    first: dict[str, ModelSettings] = {}
    for index, model in enumerate(settings.models):
        if model.composition is not None or model.is_recorded:
            continue
        for style in sorted({s for wanted in settings.benchmarks for s in settings.styles_for(model, wanted)}):
            system_prompt = model.system_prompt if style is PromptStyle.CHAT else None
            asked = (model.provider, model.endpoint, model.model, model.request_parameters(), system_prompt)
            other = first.setdefault(content_hash(style, *asked), model)
            if other.model_version != model.model_version:
                yield Problem(
                    ("models", index, "prompt_styles"),
                    f"{model.id!r} and {other.id!r} would send identical requests in {style} style, so their tax there "
                    f"would be exactly 0. Leave {style} to one of them.",
                )


def prices_out_of_order(index: int, model: ModelSettings) -> Iterator[Problem]:
    """Prices whose dates do not rise."""
    for position, (before, price) in enumerate(pairwise(model.price), start=1):
        if price.effective_from <= before.effective_from:
            yield Problem(
                ("models", index, "price", position, "from"),
                f"must be later than {before.effective_from} of price[{position - 1}], found {price.effective_from}.",
            )


def unknown_names(
    location: tuple[str | int, ...], kind: str, names: Iterable[str], known: Collection[str]
) -> Iterator[Problem]:
    """Entries of a list that are not in a closed set."""
    for position, name in enumerate(names):
        if name not in known:
            yield unknown_name((*location, position), kind, name, known)


def unknown_name(location: tuple[str | int, ...], kind: str, name: str, known: Iterable[str]) -> Problem:
    """A name that is not in a closed set, with the nearest that is."""
    return Problem(location, f"{name!r} is not a {kind}. {suggestion(name, known)}")
