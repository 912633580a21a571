"""Who is told when something is wrong: the receivers, and what each of them wants to know.

A receiver holds no secret: an address that is one, and the secret of a signature, are names of environment variables,
written ``${NAME}``.

Tested in tests/tasks/settings/test_notify.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from tasks.errors import SettingsError
from tasks.settings.fields import Flag, Identifier, NotEmpty, Text, checked_distinct, checked_url, is_loopback
from tasks.settings.section import Section

NoticeKind: TypeAlias = Literal[
    "alarm", "failure", "validation", "budget", "missed_night", "provider_down", "batch_waiting"
]
_VARIABLE = re.compile(r"\$\{([A-Z_][A-Z0-9_]*)\}")


def checked_variable(value: str) -> str:
    """A reference to an environment variable. The sentence does not repeat the value, which may be the secret."""
    if _VARIABLE.fullmatch(value) is None:
        raise ValueError('must name an environment variable, such as "${NOTIFY_SECRET}", never hold the secret itself.')
    return value


def checked_address(value: str, info: ValidationInfo) -> str:
    """The address of a webhook, or the environment variable that holds it."""
    return value if _VARIABLE.fullmatch(value) else checked_url(value, info)


class ReceiverSettings(Section):
    """Somebody who is told.

    Attributes:
        kind: ``slack`` gets ``{"text": ...}``, ``json`` a document of facts, ``prefect`` an event for each fact.
        name: What the receiver is called in the warehouse; by default its kind.
        url: The address of a webhook. Slack's is a secret, so it is always a variable.
        secret: With it, ``json`` is signed.
        on: What the receiver is told of.
        allow_http: Send to another machine without encryption, e.g. within a private network.
    """

    kind: Literal["slack", "json", "prefect"]
    name: Identifier = Field(default_factory=lambda given: given.get("kind", ""))
    url: Annotated[Text, AfterValidator(checked_address)] | None = None
    secret: Annotated[Text, AfterValidator(checked_variable)] | None = None
    on: Annotated[tuple[NoticeKind, ...], NotEmpty, AfterValidator(checked_distinct)] = get_args(NoticeKind)
    allow_http: Flag = False

    @model_validator(mode="after")
    def fits_its_kind(self) -> ReceiverSettings:
        """Each kind has keys of its own."""
        if self.kind == "prefect" and (self.url or self.secret):
            raise ValueError(
                "must have no url: and no secret: with kind: prefect, whose events go to Prefect's server."
            )
        if self.kind != "prefect" and self.url is None:
            raise ValueError(f"must have url: with kind: {self.kind}.")
        if self.kind == "slack" and _VARIABLE.fullmatch(self.url or "") is None:
            raise ValueError('must name its address as a variable, url: "${SLACK_WEBHOOK}": who has it can post.')
        if self.kind == "slack" and self.secret:
            raise ValueError("must have no secret: with kind: slack, which reads no signature.")
        return self

    def receiver(self, environment: Mapping[str, str]) -> Receiver:
        """The receiver with the values of its variables.

        Raises:
            SettingsError: a variable is not set, or its value would travel without encryption.
        """
        url, secret = (self._value(name, environment) for name in ("url", "secret"))
        if url is not None:
            self._check(url)
        return Receiver(self.name, self.kind, self.on, url, secret)

    def _value(self, key: str, environment: Mapping[str, str]) -> str | None:
        stated: str | None = getattr(self, key)
        variable = _VARIABLE.fullmatch(stated or "")
        if variable is None:
            return stated
        value = environment.get(variable[1], "").strip()
        if not value:
            raise self._error(
                key, f"the environment variable {variable[1]} is not set. Set it, or remove the receiver."
            )
        return value

    def _check(self, url: str) -> None:
        """What a variable holds is looked at here. It may be a secret, so it is not repeated."""
        try:
            parts = urlsplit(url)
            is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:  # a port that is not a number
            is_address = False
        if not is_address or any(character.isspace() for character in url):
            raise self._error("url", "must be an https:// address; its value is not shown, because it may be a secret.")
        is_plain = parts.scheme == "http" and not is_loopback(parts.hostname or "")
        if is_plain and (self.secret or url != self.url) and not self.allow_http:
            advice = "Use https, or allow it for a network that you trust: allow_http: true."
            raise self._error("url", f"would send a secret to {parts.hostname} without encryption. {advice}")

    def _error(self, key: str, sentence: str) -> SettingsError:
        return SettingsError(f"notify: {key} of receiver {self.name!r}: {sentence}")


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver as it is sent to: its address and secret are plain here, so it is neither logged nor stored."""

    name: str
    kind: str
    on: tuple[str, ...]
    url: str | None = field(repr=False)
    secret: str | None = field(repr=False)
