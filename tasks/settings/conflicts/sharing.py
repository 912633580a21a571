"""Models that share a server, an endpoint or their requests, and should not, or contradict each other.

Tested in tests/tasks/settings/test_bad_values.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tasks.domain import PromptStyle, content_hash
from tasks.settings.conflicts.names import placed_models
from tasks.settings.local import LocalSettings
from tasks.settings.models import ModelSettings
from tasks.settings.problems import Problem
from tasks.settings.whole import Settings


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
