"""Models that are composed of others: which part is asked what, and whose answer counts. Pure.

Knows rubrics, the rule on refusals and settings; must not know how anybody is asked, rows' tables, or whether an answer
is right. Each module is one kind of composition: given what its parts have said so far, it says what to ask next, or
whose answer counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tasks.composites.best_of import BestOf
from tasks.composites.contract import Ask, ChosenPart, Composition, Occasion, Part
from tasks.composites.hybrid import Hybrid
from tasks.domain import Prompt
from tasks.providers import effective_parameters
from tasks.settings import ModelSettings

KINDS: dict[str, Callable[[ModelSettings], Composition]] = {"hybrid": Hybrid.of, "best_of": BestOf.of}

__all__ = ["Ask", "ChosenPart", "Composition", "Occasion", "Part", "composed_parameters", "composition"]


def composition(model: ModelSettings) -> Composition | None:
    """How a model is composed; None for a model that is asked itself."""
    return None if model.composition is None else KINDS[model.composition.kind](model)


def composed_parameters(model: ModelSettings, rule: str, prompt: Prompt, repeat: int) -> dict[str, Any]:
    """What a composite model is asked with: the parameters of the part that leads it, and what it is composed of."""
    described = {"parts": [part.id for part in model.asked], "version": model.model_version, "rule": rule}
    return {**effective_parameters(model.leading, prompt, repeat), "model": model.model, "composite": described}
