"""What is sent with a prompt. Must not know how a provider spells it.

Tested in tests/tasks/settings/test_providers.py.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from tasks.settings.fields import Count, Number, Parameters, Text, Whole
from tasks.settings.section import Section


class SamplingSettings(Section):
    """What is sent beside the prompt. None leaves a parameter out, or (``max_tokens``, ``stop``) to the benchmark.

    Attributes:
        reasoning_effort: For reasoning models. They refuse a temperature, so none is sent with it.
        max_stop_strings: How many stop strings the server takes, by default as many as its wire does; 0 sends none.
            Answers are cut at all stop strings, whatever the server was sent.
        token_limit_name: What the server calls the limit; by default what goes with ``reasoning_effort``.
    """

    temperature: Annotated[Number, Field(ge=0)] | None = 0.0
    top_p: Annotated[Number, Field(gt=0, le=1)] | None = None
    max_tokens: Count | None = None
    seed: Whole | None = None
    stop: tuple[Text, ...] | None = None
    max_stop_strings: Annotated[Whole, Field(ge=0)] | None = None
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
