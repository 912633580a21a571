"""Reads a text that may be code: does it define a function, or go on with the one that the prompt begins? Runs nothing.

Tested in tests/tasks/scorers/test_found_code.py.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from itertools import islice

_MOST_PARSED = 262_144  # characters of all candidates of an answer; bounds the time
_MOST_CUTS = 12  # how often what stands behind the code is cut off where the parser stops
_CODE_BEGINS = re.compile(r"^(?:(?:async )?def |class |@\w|from [\w.]{1,80} import |import \w)", re.MULTILINE)
_INDENTATION = re.compile(r"[ \t]*+")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class CodeParser:
    """Parses candidates for one function of one answer. It stops to parse after ``_MOST_PARSED`` characters."""

    def __init__(self, prompt: str, entry_point: str) -> None:
        self.entry_point = entry_point
        self._prompt = prompt if prompt.endswith("\n") else f"{prompt}\n"
        self._left = _MOST_PARSED
        last_line = self._prompt.rstrip().rpartition("\n")[2]
        self._indentation = (_INDENTATION.match(last_line) or [""])[0] or "    "
        signature = rf"(?:async )?def {re.escape(entry_point)}\("
        self._repeated = re.compile(rf"^{signature}[^\n]{{0,400}}\n(?={signature})", re.MULTILINE)

    def whole(self, text: str, *, may_end_early: bool = False) -> str | None:
        """The text, if it defines the function; up to where the parser stops, if it ``may_end_early``."""
        if self.entry_point not in text:
            return None
        code = self._repeated.sub("", textwrap.dedent(text), count=1)
        for _ in range(_MOST_CUTS if may_end_early else 1):
            tree, stopped = self._parsed(code)
            if tree:
                return self._defining(code, tree)
            code = _before(code, stopped)
        return None

    def whole_between_prose(self, text: str) -> str | None:
        """The code that defines the function, from a line that begins code to where the parser stops."""
        begins = islice(_CODE_BEGINS.finditer(text), 5)
        found = (self.whole(text[begin.start() :], may_end_early=True) for begin in begins)
        return next((code for code in found if code), None)

    def body(self, text: str) -> str | None:
        """The text as the rest of the prompt's function, indented as it must be, up to where the parser stops."""
        bare = text.lstrip("\n")
        indented = textwrap.indent(textwrap.dedent(bare), self._indentation)
        for form in (text, self._indentation + bare.lstrip(), indented) if bare.strip() else ():
            if code := self._continuing(form):
                return code
        return None

    def _continuing(self, code: str) -> str | None:
        count_lines = self._prompt.count("\n")
        for _ in range(_MOST_CUTS):
            tree, stopped = self._parsed(self._prompt + code)
            if tree:
                function = next((node for node in reversed(tree.body) if self.entry_point in _defined(node)), None)
                body = function.body if isinstance(function, _Function) else ()
                is_more = any(node.lineno > count_lines and _does_something(node) for node in body)
                return _without_names(code, tree, skipped=count_lines) if is_more else None
            code = _before(code, stopped - count_lines)
        return None

    def _defining(self, code: str, tree: ast.Module) -> str | None:
        """The code, if it defines the function and that does something; an inner function if that is all it holds."""
        node = next((node for node in reversed(tree.body) if self.entry_point in _defined(node)), None)
        body = [part for part in getattr(node, "body", [node]) if part and _does_something(part)]
        inner = body[0] if len(body) == 1 and isinstance(node, _Function) else None
        if isinstance(inner, _Function) and inner.name == self.entry_point:
            return textwrap.dedent(_lines_of(code, inner))
        return _without_names(code, tree) if body else None

    def _parsed(self, code: str) -> tuple[ast.Module | None, int]:
        """The tree of a program, or None and the line in which the parser stopped (0 where it cannot tell)."""
        self._left -= len(code)
        return parsed(code) if self._left >= 0 else (None, 0)


def parsed(code: str) -> tuple[ast.Module | None, int]:
    """The tree of a program, or None and the line in which the parser stopped (0 where it cannot tell)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(code), 0
    except SyntaxError as error:
        return None, error.lineno or 0
    except (ValueError, RecursionError, MemoryError):
        return None, 0


def with_definitions(code: str, blocks: Sequence[str]) -> str:
    """The code behind those top statements of other blocks that define a name which it uses and does not define."""
    trees = [(block, parsed(block)[0]) for block in blocks]
    parts = [(block, node) for block, tree in trees if tree for node in tree.body]
    sources = {name: part for part in reversed(parts) for name in _defined(part[1])}
    own = parsed(code)[0]
    known = {name for node in own.body for name in _defined(node)} if own else set()
    wanted = sorted(_used(own)) if own else []
    added: list[str] = []
    while wanted:
        name = wanted.pop()
        if name in sources and name not in known:
            added.append(_lines_of(*sources[name]))
            wanted += sorted(_used(sources[name][1]))
        known.add(name)
    return "".join(dict.fromkeys(reversed(added))) + code


def _without_names(code: str, tree: ast.Module, skipped: int = 0) -> str:
    """The code without top statements that are a name or a list of names: "python", "[PYTHON]", "Done"."""
    lines = code.split("\n")
    for node in tree.body:
        parts = [node.value, *getattr(node.value, "elts", [])] if isinstance(node, ast.Expr) else []
        if parts and all(isinstance(part, ast.Name | ast.List | ast.Tuple) for part in parts):
            lines[node.lineno - skipped - 1] = ""
    return "\n".join(lines)


def _lines_of(code: str, node: ast.stmt) -> str:
    begin = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
    return "\n".join(code.split("\n")[begin - 1 : node.end_lineno]) + "\n"


def behind_prompt(prompt: str, code: str) -> str:
    """Prompt and code as one program. Python takes imports from ``__future__`` in its first lines only."""
    tree = parsed(code)[0]
    lines = code.split("\n")
    first: list[str] = []
    for node in tree.body if tree else ():
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            first.append(_lines_of(code, node))
            last = node.end_lineno or node.lineno
            lines[node.lineno - 1 : last] = [""] * (last - node.lineno + 1)
    return "".join(first) + prompt + "\n".join(lines)


def _defined(node: ast.stmt | ast.ExceptHandler) -> Iterator[str]:
    """The names that a statement defines: by def, class, import or assignment, also under a condition."""
    if isinstance(node, _Function | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign):
        targets = [part for target in node.targets for part in (target, *getattr(target, "elts", ()))]
        yield from (target.id for target in targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    elif isinstance(node, ast.If | ast.Try | ast.With):
        for part in (*node.body, *getattr(node, "orelse", ()), *getattr(node, "handlers", ())):
            yield from _defined(part)
    elif isinstance(node, ast.ExceptHandler):
        for part in node.body:
            yield from _defined(part)


def _used(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}


def _does_something(node: ast.stmt) -> bool:
    """Whether a statement is more than an unused value, ``pass``, ``...``, or an annotation without a value."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call | ast.Await | ast.Yield | ast.YieldFrom)
    if isinstance(node, ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return not (isinstance(raised, ast.Name) and raised.id == "NotImplementedError")
    return not isinstance(node, ast.Pass) and not (isinstance(node, ast.AnnAssign) and node.value is None)


def _before(code: str, line: int) -> str:
    """The code before a line, counted from 1, in which the parser stopped. At least its last line is cut off."""
    lines = code.rstrip().split("\n")
    return "\n".join(lines[: max(0, min(line - 1, len(lines) - 1))])
