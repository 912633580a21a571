"""The hand-written tables and entries beside this module, as plain dicts. Knows no benchmark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_DATA = Path(__file__).with_name("data")


def table(name: str) -> dict[str, Any]:
    """Read ``data/<name>.yaml``: a mapping whose order is kept."""
    import yaml  # noqa: PLC0415 - 30 ms that a start without building should not pay

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is ten times faster, but optional
    content: dict[str, Any] = yaml.load((_DATA / f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader
    return content
