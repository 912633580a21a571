from __future__ import annotations

import re

import pytest

import tasks.errors
from tasks.errors import AligntaxError, CellError, UnknownName, innermost, why_failed
from tasks.sandbox import SandboxError
from warehouse.errors import WarehouseError


def family(root: type) -> set[type]:
    """An error and those that descend from it; what surrounds the program has errors of its own."""
    ours = [child for child in root.__subclasses__() if not child.__module__.startswith("infra.")]
    return {root, *(found for child in ours for found in family(child))}


def drawn_errors() -> dict[str, str]:
    lines = (re.sub(r"^[ |]*(\+-- )?", "", line) for line in tasks.errors.__doc__.splitlines())
    found = (re.fullmatch(r"([A-Z]\w+) {2,}(.+)", line) for line in lines)
    return {match[1]: match[2] for match in found if match}


def test_the_docstring_draws_every_error_that_there_is():
    exist = {error.__name__ for root in (AligntaxError, WarehouseError, SandboxError) for error in family(root)}
    assert set(drawn_errors()) == exist


@pytest.mark.parametrize("root", [AligntaxError, WarehouseError])
def test_the_docstring_names_every_exit_code_that_differs_from_the_parents(root):
    for error in family(root):
        said = re.findall(r"exit (\d+)", drawn_errors()[error.__name__])
        inherits = error is not root and error.exit_code == error.__base__.exit_code
        assert said == ([] if inherits else [str(error.exit_code)]), error.__name__


def test_an_unknown_name_suggests_the_nearest_one():
    error = UnknownName.of("benchmark", "gms8k", ["mmlu", "gsm8k"])
    assert str(error) == "'gms8k' is not a benchmark. Did you mean 'gsm8k'? Known: gsm8k, mmlu."
    assert error.exit_code == 2


def test_nothing_is_suggested_where_no_name_is_near():
    assert str(UnknownName.of("scorer", "zzz", ["exact"])) == "'zzz' is not a scorer. Known: exact."


def test_an_error_with_several_causes_keeps_them():
    group = ExceptionGroup("two", [ValueError("a"), ValueError("b")])
    assert innermost(group) is group


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (CellError("a/b: wrong key", error_type="cell"), "a/b: wrong key"),
        (ExceptionGroup("tasks", [CellError("wrong key", error_type="cell")]), "wrong key"),
        (
            ExceptionGroup("tasks", [OSError(32, "Broken pipe")]),
            "unexpected error: BrokenPipeError: [Errno 32] Broken pipe",
        ),
        ("not run", "not run"),
    ],
)
def test_a_line_says_why_work_failed(outcome, line):
    assert why_failed(outcome) == line
