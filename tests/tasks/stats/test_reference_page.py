"""The page that explains every number: its examples hold, and no method of an interval is missing."""

from __future__ import annotations

import ast
import doctest
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
STATS = ROOT / "tasks" / "stats"
PAGE = STATS / "README.md"
# Where a method can be written: the statistics, the rows that are made of them, and the models of the tables.
MODULES = [*STATS.glob("*.py"), *(ROOT / "tasks" / "steps" / "aggregate").glob("*.py")]
MODELS = [*(ROOT / "warehouse" / "models").rglob("*.sql"), *(ROOT / "warehouse" / "queries").glob("*.sql")]
IN_SQL = re.compile(r"'(\w+)'\s+(?:end\s+)?as\s+(?:se_)?method\b")
METHOD_NAMES = {"method", "score"}  # what the modules call a word that ends up in se_method


def test_every_example_of_the_page_holds():
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert found.attempted > 10
    assert found.failed == 0


def test_every_method_of_an_interval_is_on_the_page():
    text = PAGE.read_text()
    methods = {word for module in MODULES for word in methods_in(ast.parse(module.read_text()))}
    methods |= {word for model in MODELS for word in IN_SQL.findall(model.read_text())}
    assert {"t", "cr2_bm", "tango_deff", "mover", "unpaired_welch", "delta_t", "pareto"} <= methods
    assert sorted(word for word in methods if f"`{word}`" not in text) == []


def methods_in(tree):
    """Words that a module assigns to a method, passes as one, puts into a row, or returns as one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in {"method", "se_method"}:
                    yield from words_in(value)
        is_passed = isinstance(node, ast.keyword) and node.arg == "method"
        is_assigned = isinstance(node, ast.Assign) and names_of(node.targets) & METHOD_NAMES
        if is_passed or is_assigned:
            yield from words_in(node.value)
        elif isinstance(node, ast.FunctionDef) and node.name in METHOD_NAMES:
            for part in ast.walk(node):
                if isinstance(part, ast.Return) and part.value:
                    yield from words_in(part.value)


def names_of(targets):
    return {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}


def words_in(value):
    """The words of an expression that can be its value: not those of conditions."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from words_in(value.body)
        yield from words_in(value.orelse)
    elif isinstance(value, ast.Call | ast.Tuple):
        for part in value.args if isinstance(value, ast.Call) else value.elts:
            yield from words_in(part)
