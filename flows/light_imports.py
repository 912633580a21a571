"""Keep modules that the asking does without out of memory until it has ended.

DuckDB imports pandas when it first reads a parameter, to recognise its missing values, and pyarrow's data sets when it
first reads a frame: 50 MB. It does without both where they are not installed. Validation imports pandas later.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

_NOT_NEEDED = ("pandas", "pyarrow.dataset")


@contextmanager
def light_imports(*, has_frames: bool = True) -> Iterator[None]:
    """Inside, importing these modules fails as if they were not installed; those imported before stay.

    Args:
        has_frames: whether the work needs polars and pyarrow. They look once, when they are imported, whether pandas is
            installed, and must find it.
    """
    for name in ("polars", "pyarrow") if has_frames else ():
        importlib.import_module(name)
    modules = cast("dict[str, object]", sys.modules)
    absent = dict.fromkeys(name for name in _NOT_NEEDED if name not in modules)
    modules.update(absent)
    try:
        yield
    finally:
        for name in absent:
            del modules[name]
