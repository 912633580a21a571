"""What every mapping of the configuration has in common. Knows no key of its own.

Tested in tests/tasks/settings/test_round_trip.py.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Section(BaseModel):
    """A mapping of the file: unknown keys are refused, and nothing changes after it was read.

    Its validator is built when it is first needed, so that a command that reads only the places builds no other one.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True, defer_build=True
    )

    @model_validator(mode="before")
    @classmethod
    def null_is_absent(cls, values: Any) -> Any:
        """Treat ``key:`` with nothing after it as a key that was left out, unless null means something there."""
        if not isinstance(values, dict):
            return values
        fields = {field.alias or name: field for name, field in cls.model_fields.items()}
        optional = {key for key, field in fields.items() if type(None) in getattr(field.annotation, "__args__", ())}
        return {key: v for key, v in values.items() if v is not None or key in optional or key not in fields}
