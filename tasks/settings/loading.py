"""Read a configuration: file, layers, sections, checks, in this order; the first bad value ends it in one line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from pydantic import ValidationError

from tasks.settings.checks import (
    benchmark_problems,
    comparison_problems,
    model_problems,
    origin_problems,
    sending_problems,
)
from tasks.settings.document import read_document
from tasks.settings.overrides import Document, Overrides, layered
from tasks.settings.problems import Problem, problems_of, settings_error
from tasks.settings.records import Places, Settings


def load_settings(
    path: Path,
    *,
    environment: Mapping[str, str],
    known_benchmarks: Collection[str],
    known_scorers: Collection[str],
    overrides: Overrides | None = None,
    will_send: bool = True,
) -> Settings:
    """Read and check a configuration file.

    Args:
        path: The YAML file; its relative paths are read from its folder.
        environment: Environment variables (``os.environ``), for overrides and to see that keys are set.
        known_benchmarks: Ids of the benchmarks that exist.
        known_scorers: Names of the scorers that exist.
        overrides: Values given as flags.
        will_send: False for a command that asks no model; key variables and benchmark files may then be missing.

    Raises:
        SettingsError: The first bad value, as one line that starts with its path, and how many more there are.
    """
    values = read_document(path)
    document = layered(path.name, values, environment, overrides or Overrides())
    settings = parsed_settings(document, path.parent.absolute())
    problems = [
        *model_problems(settings),
        *benchmark_problems(settings, known_benchmarks, known_scorers),
        *comparison_problems(settings),
        *(sending_problems(settings, environment) if will_send else ()),
    ]
    problems = problems or list(origin_problems(settings))  # needs the models of every pair
    if problems:
        raise settings_error(problems, document)
    return with_families(settings)


def load_places(path: Path, environment: Mapping[str, str]) -> Places:
    """Read where the results are, and nothing else: whatever is wrong with the rest, they can be read.

    Raises:
        SettingsError: No such file, not YAML, or one of the places is none.
    """
    document = layered(path.name, read_document(path), environment, Overrides())
    values = {key: value for key, value in document.values.items() if key in Places.model_fields}
    try:
        return Places.model_validate(values, context={"folder": path.parent.absolute()})
    except ValidationError as error:
        raise settings_error(problems_of(error), document) from None


def parsed_settings(document: Document, folder: Path) -> Settings:
    """Build the sections from plain values."""
    values = {key: value for key, value in document.values.items() if key != "model_defaults"}
    problems = model_defaults_problems(document.values.get("model_defaults", {}))
    try:
        settings = Settings.model_validate(values, context={"folder": folder})
    except ValidationError as error:
        problems += problems_of(error)
    if problems:
        raise settings_error(problems, document) from None
    return settings


def model_defaults_problems(defaults: object) -> list[Problem]:
    """What the checks of the models it was merged under cannot see."""
    if not isinstance(defaults, dict):
        return [Problem(("model_defaults",), "must be a mapping of keys to values.")]
    if "id" in defaults:
        return [Problem(("model_defaults", "id"), "each model needs its own id. Remove this one.")]
    return []


def with_families(settings: Settings) -> Settings:
    """Fill each model's family: the nearest one declared up its chain of bases, else the id at the root."""
    models = {model.id: model for model in settings.models}

    def family(model_id: str) -> str:
        model = models[model_id]
        return model.family or (model.id if model.base is None else family(model.base))

    filled = tuple(model.model_copy(update={"family": family(model.id)}) for model in settings.models)
    return settings.model_copy(update={"models": filled})


def starter_text() -> str:
    """The commented starter file that ``aligntax init`` writes; it runs as it is against the simulated server."""
    return Path(__file__).with_name("starter.yaml").read_text(encoding="utf-8")
