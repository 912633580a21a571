"""Keep modules that the asking does without out of memory until it has ended.

DuckDB imports pandas when it first reads a parameter, to recognise its missing values, and pyarrow's data sets when it
first reads a frame: 50 MB. It does without both where they are not installed. Validation imports pandas later.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

# Both look once whether pandas is installed, when they are imported, and must find it.
import polars as pl  # noqa: F401
import pyarrow as pa  # noqa: F401

_NOT_NEEDED = ("pandas", "pyarrow.dataset")


@contextmanager
def light_imports() -> Iterator[None]:
    """Inside, importing these modules fails as if they were not installed; those imported before stay."""
    modules = cast("dict[str, object]", sys.modules)
    absent = dict.fromkeys(name for name in _NOT_NEEDED if name not in modules)
    modules.update(absent)
    try:
        yield
    finally:
        for name in absent:
            del modules[name]
