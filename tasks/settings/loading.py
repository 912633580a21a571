"""Read a configuration: file, layers, sections, checks, in this order; the first bad value ends it in one line.

Tested in tests/tasks/settings/test_round_trip.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from tasks.settings.composites import CompositionSettings
from tasks.settings.conflicts import (
    benchmark_problems,
    budget_problems,
    cadence_problems,
    comparison_problems,
    composite_problems,
    families_of,
    margin_problems,
    model_problems,
    origin_problems,
    pool_problems,
    receiver_problems,
    sending_problems,
)
from tasks.settings.document import read_document
from tasks.settings.known import Known
from tasks.settings.models import ModelSettings, as_judge
from tasks.settings.overrides import Document, Overrides, layered
from tasks.settings.places import Places
from tasks.settings.problems import Problem, problems_of, settings_error
from tasks.settings.sweeps import with_variants
from tasks.settings.whole import Settings


def load_settings(
    path: Path,
    *,
    environment: Mapping[str, str],
    known: Known,
    overrides: Overrides | None = None,
    will_send: bool = True,
) -> Settings:
    """Read and check a configuration file.

    Args:
        path: The YAML file; its relative paths are read from its folder.
        environment: Environment variables (``os.environ``), for overrides and to see that keys are set.
        known: The names that exist, and the facts of providers.
        overrides: Values given as flags.
        will_send: False for a command that asks no model; key variables and benchmark files may then be missing.

    Raises:
        SettingsError: The first bad value, as one line that starts with its path, and how many more there are.
    """
    values = with_variants(path.name, read_document(path), path.parent.absolute())
    document = layered(path.name, values, environment, overrides or Overrides())
    settings = with_parts(parsed_settings(document, path.parent.absolute(), known), known)
    problems = [
        *model_problems(settings, known),
        *composite_problems(settings, known),
        *benchmark_problems(settings, known),
        *comparison_problems(settings),
        *margin_problems(settings),
        *cadence_problems(settings),
        *receiver_problems(settings),
        *pool_problems(settings),
        *(sending_problems(settings, environment) if will_send else ()),
        *(budget_problems(settings, datetime.now(UTC).date()) if will_send else ()),
    ]
    problems = problems or list(origin_problems(settings))  # needs the models of every pair
    if problems:
        raise settings_error(problems, document)
    return with_families(settings)


def load_places(path: Path, environment: Mapping[str, str]) -> Places:
    """Read where the results are and nothing else, so that they can be read even if the rest of the file is wrong.

    Raises:
        SettingsError: The file is missing or not YAML, or one of the places is not a path.
    """
    document = layered(path.name, read_document(path), environment, Overrides())
    values = {key: value for key, value in document.values.items() if key in Places.model_fields}
    try:
        return Places.model_validate(values, context={"folder": path.parent.absolute()})
    except ValidationError as error:
        raise settings_error(problems_of(error), document) from None


def parsed_settings(document: Document, folder: Path, known: Known) -> Settings:
    """Build the sections from plain values."""
    values = {key: value for key, value in document.values.items() if key != "model_defaults"}
    problems = model_defaults_problems(document.values.get("model_defaults", {}))
    try:
        settings = Settings.model_validate(values, context={"folder": folder, "known": known})
    except ValidationError as error:
        problems += problems_of(error)
    if problems:
        raise settings_error(problems, document) from None
    return settings


def model_defaults_problems(defaults: object) -> list[Problem]:
    """What is wrong with ``model_defaults`` itself; the rest is found in the models that it was merged into."""
    if not isinstance(defaults, dict):
        return [Problem(("model_defaults",), "must be a mapping of keys to values.")]
    if "id" in defaults:
        return [Problem(("model_defaults", "id"), "each model needs its own id. Remove this one.")]
    return []


def with_parts(settings: Settings, known: Known) -> Settings:
    """Give each composite model its parts; the part that judges is asked as a judge. Unknown names are left out."""
    models = {model.id: model for model in settings.models}
    judges = {judge.id: as_judge(judge, known) for judge in (*settings.judges, *settings.models)}

    def parts(names: CompositionSettings) -> dict[str, ModelSettings]:
        among = {role: judges if role == names.judging else models for role in names.parts}
        return {role: among[role][name] for role, name in names.parts.items() if name in among[role]}

    filled = tuple(m.composed(parts(m.composition)) if m.composition else m for m in settings.models)
    return settings.model_copy(update={"models": filled})


def with_families(settings: Settings) -> Settings:
    """Fill each model's family, and note which models are compared with each other."""
    families = families_of(settings.models)
    filled = tuple(model.model_copy(update={"family": families[model.id]}) for model in settings.models)
    whole = settings.model_copy(update={"models": filled})
    whole.remember_compared()
    return whole


def starter_text() -> str:
    """The commented starter file that ``aligntax init`` writes; it runs as it is against the simulated server."""
    return Path(__file__).with_name("starter.yaml").read_text(encoding="utf-8")
