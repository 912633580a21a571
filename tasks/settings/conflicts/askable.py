"""Whether each model, judge and composite model can be asked as it is configured.

Tested in tests/tasks/settings/test_bad_values.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from tasks.domain import PromptStyle
from tasks.settings.conflicts.descent import bad_bases, replicate_problems
from tasks.settings.conflicts.names import duplicate_ids, placed_models, unknown_name, unknown_names
from tasks.settings.conflicts.sharing import (
    identical_requests,
    identical_within_a_style,
    local_problems,
    shared_endpoint_names,
)
from tasks.settings.known import Known, ProviderFacts
from tasks.settings.models import ModelSettings
from tasks.settings.problems import Problem
from tasks.settings.sampling import SamplingSettings
from tasks.settings.whole import Settings

# Besides sampling parameters, what two models of a pair can differ in.
DECLARABLE = ("api", "endpoint", "prompt_style", "provider", "system_prompt")


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


def prices_out_of_order(index: int, model: ModelSettings) -> Iterator[Problem]:
    """Prices whose dates do not rise."""
    for position, (before, price) in enumerate(pairwise(model.price), start=1):
        if price.effective_from <= before.effective_from:
            yield Problem(
                ("models", index, "price", position, "from"),
                f"must be later than {before.effective_from} of price[{position - 1}], found {price.effective_from}.",
            )
