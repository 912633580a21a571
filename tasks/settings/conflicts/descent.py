"""Who descends from whom, and which pairs are compared: bases, checkpoints of a method, families, comparisons.

Tested in tests/tasks/settings/test_bad_values.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tasks.settings.conflicts.names import unknown_name
from tasks.settings.models import ModelSettings
from tasks.settings.problems import Problem
from tasks.settings.section import Section
from tasks.settings.whole import Settings

# What checkpoints of one method have in common, besides base and family.
_OF_METHOD = ("stage", "method", "knob", "system_prompt", "sampling", "prompt_styles", "is_simulated")


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
