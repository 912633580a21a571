"""Can a test be asked from another process than the program's? Then only values cross, and no program can cheat it.

A test defines ``check(candidate)``. It is read and never run. It must run beside the program, in one process, where it
asks for more than calls with plain values: whether two objects are the same or a change of one changes the other, names
that only the program defines, classes and exceptions that are not built in, state of a module that both sides share,
how a function looks, what it prints, functions as arguments, or generators, exceptions and objects as values.

Tested in tests/tasks/scorers/test_asked_tests.py.
"""

from __future__ import annotations

import ast
import builtins
import collections
import datetime as dt
import decimal
import fractions
from collections.abc import Iterable, Iterator
from functools import cache

from tasks.scorers.parsed_code import parsed

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Import = ast.Import | ast.ImportFrom
# What values that cross can do.
_PLAIN: tuple[type, ...] = (
    bool, int, float, complex, str, bytes, bytearray, list, tuple, set, frozenset, dict, range, collections.deque,
    collections.Counter, collections.OrderedDict, collections.defaultdict, decimal.Decimal, fractions.Fraction,
    dt.datetime, dt.timedelta, type({}.keys()), type({}.items()), Exception, OSError,
)  # fmt: skip
_ATTRIBUTES = {name for kind in _PLAIN for name in dir(kind) if not name.startswith("__")}
# Words of what only one process can see: printed text, files, modules, patches, generators and coroutines as such, the
# state of a module, and NaN, which equals itself only where it is the same object.
_OF_ONE_PROCESS = {
    "assertLogs", "assertNoLogs", "assertWarns", "assertWarnsRegex", "asyncio", "builtins", "capsys", "contextlib",
    "ctypes", "exec", "eval", "GeneratorType", "Generator", "gc", "getattr", "getcontext", "getstate", "globals",
    "hasattr", "id", "importlib", "input", "inspect", "io", "iter", "localcontext", "locals", "mock", "monkeypatch",
    "nan", "next", "open", "os", "patch", "pathlib", "pickle", "redirect_stdout", "seed", "setattr", "setcontext",
    "setstate", "stdin", "stdout", "sys", "tempfile", "threading", "timeit", "tracemalloc", "types", "vars", "weakref",
}  # fmt: skip
_PARTS_OF_ONE_PROCESS = (ast.Await, ast.AsyncFor, ast.AsyncWith, ast.AsyncFunctionDef, ast.TryStar, ast.YieldFrom)
# The modules whose values cross, or of which a test uses nothing but functions.
_OF_VALUES = {
    "__future__", "bisect", "cmath", "collections", "copy", "datetime", "decimal", "fractions", "functools", "hashlib",
    "heapq", "itertools", "json", "math", "numbers", "operator", "random", "re", "statistics", "string", "textwrap",
    "time", "typing", "unicodedata", "unittest",
}  # fmt: skip
_EXPECTING = {"assertRaises", "assertRaisesRegex", "raises"}
# Functions that make a class without a ``class`` statement.
_MAKING_CLASSES = {
    "namedtuple", "NamedTuple", "make_dataclass", "TypedDict", "Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "type",
}  # fmt: skip
# Methods that change their object, and functions that change their first argument.
_CHANGING = {
    "add", "append", "appendleft", "clear", "difference_update", "discard", "extend", "extendleft", "insert",
    "intersection_update", "move_to_end", "pop", "popitem", "popleft", "remove", "reverse", "rotate", "setdefault",
    "sort", "subtract", "symmetric_difference_update", "update",
}  # fmt: skip
_CHANGING_FIRST = {
    "heapify", "heappop", "heappush", "heappushpop", "heapreplace", "insort", "insort_left", "insort_right", "shuffle",
}  # fmt: skip


@cache
def is_beside(test: str, prompt: str, entry_point: str) -> bool:
    """Whether the test must run in the program's process. A test that cannot be parsed runs there and fails."""
    tree, stub = parsed(test)[0], parsed(given(prompt))[0]
    if tree is None or stub is None:
        return True
    reading = _Reading(tree, stub, entry_point)
    return (
        reading.asks_for_a_class()
        or reading.wants_names()
        or reading.expects_other_exceptions()
        or reading.changes_what_may_be_shared()
        or reading.passes_functions()
        or any(reading.is_of_one_process(node) for node in _without_expected(tree))
        or any(reading.is_of_objects(node) for node in ast.walk(tree))
    )


@cache
def given(prompt: str) -> str:
    """What the prompt defines, as a program: a function that it only begins gets an empty body."""
    endings = ("", "\n    pass\n", "\n        pass\n")
    return next((f"{prompt}{ending}" for ending in endings if parsed(f"{prompt}{ending}")[0]), prompt)


class _Reading:
    """What a test names, what it passes to the program, and what it does with what comes back."""

    def __init__(self, tree: ast.Module, stub: ast.Module, entry_point: str) -> None:
        self._tree, self._stub, self._entry_point = tree, stub, entry_point
        parts = [*ast.walk(tree), *ast.walk(stub)]
        check = next((n for n in tree.body if isinstance(n, _Function) and n.name == "check"), None)
        self._candidates = {entry_point, *(argument.arg for argument in (check.args.args if check else ()))}
        self._classes = {node.name for node in parts if isinstance(node, ast.ClassDef)}
        self._made = {name for node in stub.body if _makes_a_class(node) for name in _bound(*ast.walk(node))}
        defined = {node.name for node in parts if isinstance(node, _Function)} | self._classes | self._made
        self._functions = defined | _lambdas(parts) - self._candidates
        imports = [node for node in parts if isinstance(node, _Import)]
        imported = {name for node in imports for name in _bound(node)}
        self._foreign = {name for node in imports if not _is_of_values(node) for name in _bound(node)}
        self._bound = {name for node in parts for name in _bound(node)}
        self._own = self._bound - imported  # names that hide built-in ones
        self._results = {name for node in parts for name in self._named_results(node)}

    def asks_for_a_class(self) -> bool:
        """Whether the program is a class, or the prompt defines one: their objects cannot cross."""
        of_prompt = any(isinstance(node, ast.ClassDef) for node in ast.walk(self._stub))
        return of_prompt or bool(self._made) or self._entry_point in self._classes

    def wants_names(self) -> bool:
        """Whether the test reads a name that neither it nor the prompt defines."""
        known = {self._entry_point, *dir(builtins), "__name__"} | self._bound
        return any(isinstance(n, ast.Name) and n.id not in known for n in ast.walk(self._tree))

    def expects_other_exceptions(self) -> bool:
        """Whether the test expects exceptions that do not cross as what they are."""
        expected = [kind for node in ast.walk(self._tree) for kind in _expected(node)]
        return any(not (isinstance(kind, ast.Name) and self._crosses(kind.id)) for kind in expected)

    def _crosses(self, name: str) -> bool:
        """Whether an exception is the same on both sides: built in, and not one that ends a loop or a program."""
        if name in self._own or not _is_type(name, BaseException):
            return False
        ends = _is_type(name, (StopIteration, StopAsyncIteration, BaseExceptionGroup))
        return not ends and (name == "BaseException" or _is_type(name, Exception))

    def changes_what_may_be_shared(self) -> bool:
        """Whether the test changes a result, or an argument behind a call whose result it keeps.

        A result may be the argument itself, or what the program returned before. Only in one process both change.
        """
        calls = [node for node in ast.walk(self._tree) if self._is_call(node)]
        passed = {(part.id, part.lineno) for call in calls for part in ast.walk(call) if isinstance(part, ast.Name)}
        for root in (root for node in ast.walk(self._tree) for root in _changed(node)):
            is_behind = any(name == _name(root) and line < root.lineno for name, line in passed)
            if self._is_result(root) or (self._results and is_behind):
                return True
        return False

    def passes_functions(self) -> bool:
        """Whether a function, a class or an object of a class may be an argument, alone or in a list of cases."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.List | ast.Tuple | ast.Dict | ast.Set):
                passed: list[ast.expr] = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)]
            elif self._is_call(node):
                passed = [*node.args, *(keyword.value for keyword in node.keywords)]  # type: ignore[attr-defined]
            else:
                continue
            if any(self._is_function(part) for part in passed):
                return True
        return False

    def is_of_one_process(self, node: ast.AST) -> bool:
        """Whether a part of the test compares identities or speaks of what only one process can see."""
        if isinstance(node, ast.Compare):
            places = zip(node.ops, node.comparators, strict=True)
            return any(isinstance(op, ast.Is | ast.IsNot) and not self._is_single(right) for op, right in places)
        if isinstance(node, _Import):
            return not _is_of_values(node) or any(alias.name in _OF_ONE_PROCESS for alias in node.names)
        if isinstance(node, ast.Constant):
            return isinstance(node.value, str) and node.value.strip("+-").lower() == "nan"
        name = _name(node)
        if isinstance(node, ast.Name) and name in self._own:
            return False
        if name in self._foreign or (isinstance(node, ast.Attribute) and name.startswith("__")):
            return True
        is_word = name in _OF_ONE_PROCESS or isinstance(node, _PARTS_OF_ONE_PROCESS)
        return is_word or (name != "AssertionError" and _is_type(name, BaseException))

    def is_of_objects(self, node: ast.AST) -> bool:
        """Whether a part of the test reads what a plain value does not have, or an attribute of the function."""
        if isinstance(node, ast.Call):
            return self._is_result(node.func)
        if not isinstance(node, ast.Attribute):
            return False
        if isinstance(node.value, ast.Name) and node.value.id in self._candidates:
            return True
        return self._is_result(node.value) and node.attr not in _ATTRIBUTES

    def _is_result(self, node: ast.expr) -> bool:
        return self._is_call(node) or (isinstance(node, ast.Name) and node.id in self._results)

    def _is_call(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and _name(node.func) in self._candidates

    def _is_function(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Call):
            return _name(node.func) in self._classes
        if isinstance(node, ast.Name):
            return node.id in self._functions or (node.id not in self._own and _is_built_in_function(node.id))
        return isinstance(node, ast.Lambda)

    def _is_single(self, node: ast.expr) -> bool:
        """Whether there is one such object in whatever process: None, a truth value, or a built-in type."""
        if isinstance(node, ast.Constant):
            return isinstance(node.value, type(None) | bool)
        return isinstance(node, ast.Name) and node.id not in self._own and _is_type(node.id, object)

    def _named_results(self, node: ast.AST) -> Iterator[str]:
        """The names that a statement gives to results of the program, and to its exceptions."""
        if isinstance(node, ast.ExceptHandler):
            yield from _bound(node)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.For | ast.comprehension):
            value = getattr(node, "value", None) or getattr(node, "iter", None)
            if value is not None and any(self._is_call(part) for part in ast.walk(value)):
                for target in getattr(node, "targets", None) or [node.target]:  # type: ignore[union-attr]
                    yield from _bound(*ast.walk(target))


def _without_expected(tree: ast.AST) -> Iterator[ast.AST]:
    """All parts of a test but the exceptions that it expects or raises."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ExceptHandler):
            inner: list[ast.AST] = list(node.body)
        elif isinstance(node, ast.Call) and _name(node.func) in _EXPECTING:
            inner = list(node.args[1:])
        elif isinstance(node, ast.Raise):
            inner = []
        else:
            inner = [node]
        for part in inner:
            yield part
            yield from _without_expected(part)


def _expected(node: ast.AST) -> Iterator[ast.expr]:
    """The exceptions that a part of a test expects."""
    kind = None
    if isinstance(node, ast.ExceptHandler):
        kind = node.type
    elif isinstance(node, ast.Call) and _name(node.func) in _EXPECTING and node.args:
        kind = node.args[0]
    yield from kind.elts if isinstance(kind, ast.Tuple) else [kind] if kind else ()


def _changed(node: ast.AST) -> Iterator[ast.expr]:
    """What a part of a test changes: the name or the call behind which the changed object was found."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
        yield _root(node.func.value)
    if isinstance(node, ast.Call) and _name(node.func) in _CHANGING_FIRST and node.args:
        yield _root(node.args[0])
    if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
        yield _root(node.value)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target


def _root(node: ast.expr) -> ast.expr:
    while True:
        if isinstance(node, ast.Subscript | ast.Attribute):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value
        else:
            return node


def _makes_a_class(node: ast.stmt) -> bool:
    value = getattr(node, "value", None)
    return isinstance(node, ast.Assign) and isinstance(value, ast.Call) and _name(value.func) in _MAKING_CLASSES


def _is_of_values(node: _Import) -> bool:
    modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    return all(module.partition(".")[0] in _OF_VALUES for module in modules)


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_built_in_function(name: str) -> bool:
    found = getattr(builtins, name, None)
    return callable(found) and not isinstance(found, type)  # a built-in type crosses by its name


def _is_type(name: str, base: type | tuple[type, ...]) -> bool:
    kind = getattr(builtins, name, None)
    return isinstance(kind, type) and issubclass(kind, base)


def _lambdas(parts: Iterable[ast.AST]) -> set[str]:
    """The names that are given to lambdas."""
    assigned = [node for node in parts if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda)]
    return {name for node in assigned for target in node.targets for name in _bound(target)}


def _bound(*nodes: ast.AST) -> Iterator[str]:
    """The names that these parts themselves define."""
    for node in nodes:
        if isinstance(node, _Function | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
        elif isinstance(node, _Import):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
