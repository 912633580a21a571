"""What can go wrong with the file itself, as lines a user can act on. Their place in the tree: tasks/errors.py.

Tested in tests/tasks/test_errors.py and tests/warehouse/test_errors.py.
"""

from __future__ import annotations


class WarehouseError(Exception):
    """Base of the warehouse's own errors. The command line prints the message and ends with ``exit_code``."""

    exit_code = 1


class WarehouseBusy(WarehouseError):  # noqa: N818 - a state, not a mistake
    """Another process holds the file's lock."""


class WarehouseMissing(WarehouseError):  # noqa: N818 - a state, not a mistake
    """There is no warehouse at this path."""


class WarehouseUnwritable(WarehouseError):  # noqa: N818 - a state, not a mistake
    """The file cannot be written any more: the disk is full, or the file is gone. What was committed stays."""


class WarehouseDamaged(WarehouseError):  # noqa: N818 - a state, not a mistake
    """Blocks of the file are not what DuckDB wrote: a bad disk, or a copy that broke off."""


class LakeUnreachable(WarehouseError):  # noqa: N818 - a state, not a mistake
    """The database or the files of a lake do not answer. What was committed stays."""

    @classmethod
    def of(cls, catalog: str, error: Exception) -> LakeUnreachable:
        """Build the message, with the first line of what went wrong."""
        if isinstance(error, LakeUnreachable):
            return error
        line = str(error).strip().splitlines()[0].rstrip(".")
        which = f"the lake at {catalog}" if catalog else "the lake"
        return cls(f"landing: {which} does not answer: {line}. The same command goes on once it does.")


class LakeRefuses(WarehouseError):  # noqa: N818 - a state, not a mistake
    """The database of a lake does not let this machine in, or the lake has another format: waiting does not help."""

    @classmethod
    def of(cls, catalog: str, line: str) -> LakeRefuses:
        """Build the message around what the database says."""
        return cls(f"landing: the lake at {catalog} refuses this machine: {line}.")


class LakeOfAnotherVersion(WarehouseError):  # noqa: N818 - a state, not a mistake
    """A lake has other tables than this version of aligntax."""

    @classmethod
    def of(cls, catalog: str, found: str | None, wanted: str) -> LakeOfAnotherVersion:
        """Build the message; ``found`` is None in a lake that was never prepared."""
        has = f"has schema {found}" if found else "was not prepared yet"
        return cls(
            f"landing: the lake at {catalog} {has}, and this machine has schema {wanted}: install one version of "
            "aligntax on all machines. The machine with the warehouse prepares the lake when a run starts."
        )


class ModelError(WarehouseError):
    """A SQL model or its description is wrong. This is a bug in aligntax, found when the models are built."""


class QueryError(WarehouseError):
    """DuckDB refused a query; the message is DuckDB's own."""

    exit_code = 2
