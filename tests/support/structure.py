"""The structure of the code: modules without a test of their name, file names in use twice, long functions.

``python -m tests.support.structure`` prints it, and ``tests/test_structure.py`` checks what is required.
"""

from __future__ import annotations

import ast
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("flows", "tasks", "warehouse", "infra")
TESTED_IN = re.compile(r"Tested in (tests/[\w/]+\.py)")


@dataclass(frozen=True, slots=True)
class Function:
    """A function of ours: where it is, its lines, those of its body without the docstring, and its parameters."""

    place: str
    count_lines: int
    count_body: int
    count_parameters: int


def modules(*packages: str) -> list[Path]:
    """The Python files of some packages, relative to the project."""
    found = (path for package in packages for path in (ROOT / package).rglob("*.py"))
    return sorted(path.relative_to(ROOT) for path in found if "__pycache__" not in path.parts)


def untested(*packages: str) -> list[str]:
    """Modules without a test of their name whose docstring does not say where they are tested either."""
    tests = {str(path) for path in modules("tests")}
    missing = []
    for path in modules(*packages):
        docstring = ast.get_docstring(ast.parse((ROOT / path).read_text())) or ""
        name = path.parent.name if path.name == "__init__.py" else path.stem
        folder = path.parent.parent if path.name == "__init__.py" else path.parent
        expected = {f"tests/{folder}/test_{name.strip('_')}.py", f"tests/{path.parent}/test_{name.strip('_')}.py"}
        said = TESTED_IN.findall(docstring)
        is_front_door = path.name == "__init__.py" and not _functions_of(path)
        if not (expected & tests or (said and set(said) <= tests) or is_front_door):
            missing.append(str(path))
    return missing


def functions(*packages: str) -> list[Function]:
    """All functions of some packages, outside the Typer commands' own signatures."""
    return [function for path in modules(*packages) for function in _functions_of(path)]


def names_twice(*packages: str) -> dict[str, list[str]]:
    """File names that are used more than once, with their places."""
    places = defaultdict(list)
    for path in modules(*packages):
        places[path.name].append(str(path))
    return {name: found for name, found in sorted(places.items()) if len(found) > 1 and not name.startswith("__")}


def _functions_of(path: Path) -> list[Function]:
    return list(_walked(ast.parse((ROOT / path).read_text()), path))


def _walked(tree: ast.AST, path: Path) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = node.args
            parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            count = len([parameter for parameter in parameters if parameter.arg not in {"self", "cls"}])
            end = node.end_lineno or node.lineno
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            count_body = end - body[0].lineno + 1 if body else 0
            yield Function(f"{path}:{node.lineno} {node.name}", end - node.lineno + 1, count_body, count)


def main() -> None:
    """Print what was found."""
    found = functions(*PACKAGES)
    for what, lengths in (
        ("functions", [f.count_lines for f in found]),
        ("their bodies", [f.count_body for f in found]),
    ):
        p90 = statistics.quantiles(lengths, n=10)[8]
        print(f"{what}: median {statistics.median(lengths)} lines, p90 {p90:.0f}, longest {max(lengths)}")
    for function in sorted(found, key=lambda f: -f.count_lines)[:25]:
        print(f"  {function.count_lines:3} lines, {function.count_parameters} parameters: {function.place}")
    print("Widest signatures:")
    for function in sorted(found, key=lambda f: -f.count_parameters)[:15]:
        print(f"  {function.count_parameters} parameters: {function.place}")
    print("Entries of tasks/:", len([p for p in (ROOT / "tasks").iterdir() if p.name != "__pycache__"]))
    print("File names that stand twice:")
    for name, places in names_twice(*PACKAGES).items():
        print(f"  {name}: {', '.join(places)}")
    missing = untested("tasks", "warehouse")
    print(f"{len(missing)} modules without a test of their name:", *missing, sep="\n  ")


if __name__ == "__main__":
    main()
