"""The sections that compose a model of other models. They know ids only, not how a part is asked.

A part plays a role, which is the name of its field. The *leading* part is asked first and in the composite's own prompt
style; the *judging* part answers a rubric and is never the answer itself.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, PrivateAttr

from tasks.settings.fields import Text, Whole
from tasks.settings.known import known_from
from tasks.settings.section import Section

COMPOSITE = "composite"
KINDS = ("hybrid", "best_of")
# Keys that have no effect on a composite model, because only its parts are asked, and these have their own.
_OF_THE_PARTS = (
    *("provider", "base_url", "endpoint", "model", "api", "api_key_env", "sampling", "system_prompt", "price"),
    *("requests_per_minute", "tokens_per_minute", "timeout_s", "max_attempts", "alternatives", "is_simulated"),
)


class CompositionSettings(Section):
    """What all compositions have in common."""

    kind: ClassVar[str]
    leading: ClassVar[str]
    answering: ClassVar[tuple[str, ...]]
    judging: ClassVar[str]
    rubric: ClassVar[str]

    _rubric_version: int = PrivateAttr(default=0)

    def model_post_init(self, context: Any, /) -> None:
        """Remember the version of the rubric that the judging part answers."""
        self._rubric_version = known_from(context).rubrics.get(self.rubric, 0)

    @property
    def parts(self) -> dict[str, str]:
        """The ids of the parts by role."""
        return {role: getattr(self, role) for role in (*self.answering, self.judging)}

    @property
    def rule(self) -> dict[str, Any]:
        """How the parts are combined: every key that does not name a part, and the version of the rubric."""
        said = self.model_dump(mode="json", exclude={*self.answering, self.judging})
        return {**said, "rubric": f"{self.rubric}@{self._rubric_version}"}


class HybridSettings(CompositionSettings):
    """``first`` answers; where it refuses a request that ``checker`` calls legitimate, ``fallback`` does.

    Attributes:
        guardrail: What the fallback is told before the request, because a base model is not aligned.
    """

    kind = "hybrid"
    leading = "first"
    answering = ("first", "fallback")
    judging = "checker"
    rubric = "legitimacy"

    first: Text
    fallback: Text
    checker: Text
    guardrail: Text


class BestOfSettings(CompositionSettings):
    """``model`` answers ``n`` times with as many seeds; the answer that ``chooser`` rates highest stands."""

    kind = "best_of"
    leading = "model"
    answering = ("model",)
    judging = "chooser"
    rubric = "rating"

    model: Text
    n: Annotated[Whole, Field(ge=2)]
    chooser: Text


def is_composite(entry: Any) -> bool:
    """Whether a plain entry of the file is composed of others."""
    return isinstance(entry, dict) and any(entry.get(kind) is not None for kind in KINDS)


def composite_values(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry with what every composite model is called.

    Raises:
        ValueError: It states what only its parts have, or two compositions.
    """
    if all(entry.get(kind) is not None for kind in KINDS):
        raise ValueError(f"must have one of {' and '.join(KINDS)}, found both.")
    stated = next((name for name in _OF_THE_PARTS if name in entry), None)
    if stated is not None:
        raise ValueError(f"must leave out {stated!r}: a composite model is asked through its parts, which have theirs.")
    named = {"provider": COMPOSITE, "endpoint": COMPOSITE, "base_url": None, "model": entry.get("id"), "api": "chat"}
    return {**entry, **named}
