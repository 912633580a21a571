"""The hand-written data beside this module, in ``data/``, as plain dicts. Knows no benchmark.

Tested in tests/tasks/benchmarks/test_knowledge.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

_DATA = Path(__file__).with_name("data")


def read_data(name: str) -> dict[str, Any]:
    """Read ``data/<name>.yaml``, a mapping, in the order of the file."""
    import yaml  # noqa: PLC0415 - takes 30 ms, which a start that builds no benchmark should not pay

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is ten times faster, but optional
    content: dict[str, Any] = yaml.load((_DATA / f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader
    return content
