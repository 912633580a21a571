"""Several machines: the Prefect work pool whose workers ask, and the lake in which they land what comes in.

Tested in tests/tasks/settings/test_machines.py.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from tasks.settings.fields import Count, Text, checked_bucket_url, path_in_folder
from tasks.settings.section import Section


def checked_catalog(value: str) -> str:
    """The catalog of a DuckLake; refused with a password, which would stand in a file."""
    example = "such as ducklake:postgres:host=db.example dbname=lake user=aligntax"
    if re.search(r"password|://[^/@\s]*:[^/@\s]*@", value, re.IGNORECASE):
        raise ValueError(f"must hold no password, {example}: the variable PGPASSWORD or the file ~/.pgpass holds it.")
    if re.fullmatch(r"ducklake:(postgres|sqlite):\S.*", value.strip()) is None:
        raise ValueError(f"must be the catalog of a DuckLake in PostgreSQL, {example}.")
    return value.strip()


def checked_data(value: object, info: ValidationInfo) -> str:
    """The folder or the bucket of a lake's files; a relative path is read from the configuration's folder."""
    if isinstance(value, str) and value.startswith("s3://"):
        return checked_bucket_url(value)
    return str(path_in_folder(Path(str(value)), info))


class _Short(Section):
    """A section that a bare text may stand for."""

    @model_validator(mode="before")
    @classmethod
    def read_short_form(cls, values: Any) -> Any:
        """Read a bare text as the first key."""
        return {next(iter(cls.model_fields)): values} if isinstance(values, str) else values


class LandingSettings(_Short):
    """The lake in which answers land, where several machines ask. Its password is never here."""

    catalog: Annotated[Text, AfterValidator(checked_catalog)]
    data: Annotated[str, AfterValidator(checked_data)] = Field(default="lake", validate_default=True)


class WorkPoolSettings(_Short):
    """The Prefect work pool whose workers ask.

    Attributes:
        name: The name of the pool and of the deployment of the flow ``ask`` in it.
        shard_requests: How many requests a shard holds at most.
        slots: How many shards may ask an endpoint at once that has a limit a minute; each gets its part of the limit.
    """

    name: Text
    shard_requests: Count = 500
    slots: Count = 4
