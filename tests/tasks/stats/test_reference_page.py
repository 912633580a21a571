"""The page that explains every number: its examples hold, and no method of an interval is missing."""

from __future__ import annotations

import ast
import doctest
from pathlib import Path

STATS = Path(__file__).resolve().parents[3] / "tasks" / "stats"
PAGE = STATS / "README.md"
METHOD_NAMES = {"method", "score"}  # what the modules call a word that ends up in se_method


def test_every_example_of_the_page_holds():
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert found.attempted > 10
    assert found.failed == 0


def test_every_method_of_an_interval_is_on_the_page():
    text = PAGE.read_text()
    methods = {word for module in STATS.glob("*.py") for word in methods_in(ast.parse(module.read_text()))}
    assert {"t", "cr2_bm", "tango_deff", "mover", "unpaired_welch", "delta_t", "pareto"} <= methods
    assert sorted(word for word in methods if f"`{word}`" not in text) == []


def methods_in(tree):
    """Words that a module assigns to a method, passes as one, or returns from a function of that name."""
    for node in ast.walk(tree):
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
