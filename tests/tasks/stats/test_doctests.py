from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import tasks.stats

MODULES = sorted(module.name for module in pkgutil.iter_modules(tasks.stats.__path__, "tasks.stats."))
ROOT = Path(tasks.stats.__file__).parents[2]


def used_elsewhere():
    """Names that the rest of the program imports from a module of ``tasks.stats``."""
    for path in sorted((ROOT / "tasks").rglob("*.py")):
        if path.parent != ROOT / "tasks" / "stats":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tasks.stats."):
                    yield from (getattr(importlib.import_module(node.module), name.name) for name in node.names)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_every_function_that_others_use_has_an_example():
    functions = {part for part in used_elsewhere() if type(part).__name__ == "function"}
    assert len(functions) > 20
    assert [function.__name__ for function in functions if ">>>" not in function.__doc__] == []
