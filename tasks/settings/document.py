"""Read the YAML file into plain values. Knows YAML; must not know any key of ours.

It is stricter than YAML where YAML would hide a mistake: a key that appears twice is refused, and a date stays text
until it is checked.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import ReaderError

from tasks.errors import SettingsError

INIT_HINT = "Run 'aligntax init' to write a commented starter file."


_TAGS = "tag:yaml.org,2002:"
_KINDS = frozenset({"str", "int", "float", "bool", "null", "map", "seq"})
_MOST_DIGITS = 100


class DocumentLoader(yaml.SafeLoader):
    """The safe loader, reading ``1e-5`` as a number (YAML 1.2) and dates as text."""


# An impossible date (2026-13-01) would otherwise end in a bare ValueError of the loader, without path or line.
DocumentLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
DocumentLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def read_document(path: Path) -> dict[str, Any]:
    """Read the mapping a configuration file holds; top-level keys without a value are left out.

    Raises:
        SettingsError: No such file, not readable, not YAML, empty, or no mapping at the top.
    """
    document = parsed_document(path.name, file_text(path))
    if document is None:
        raise SettingsError(f"{path.name}: the file is empty. {INIT_HINT}")
    if not isinstance(document, dict):
        found = "a list" if isinstance(document, list) else "a single value"
        raise SettingsError(f"{path.name}: must hold keys such as models: and benchmarks: at the top, found {found}.")
    return {key: value for key, value in document.items() if value is not None}


def file_text(path: Path) -> str:
    """Read a file as UTF-8 with one clear line for each way to fail."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file. {INIT_HINT} --config names another file.") from None
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{path.name}: must be UTF-8 text, found another byte at {error.start}. Save the file as UTF-8."
        ) from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}).") from None


def parsed_document(name: str, text: str) -> Any:
    """Parse YAML into dicts, lists and scalars."""
    try:
        loader = DocumentLoader(text)
    except ReaderError as error:
        line, character = text.count("\n", 0, error.position) + 1, text[error.position]
        raise SettingsError(f"{name}: line {line}: the character {character!r} is not allowed in YAML.") from None
    try:
        node = loader.get_single_node()
        check_keys(name, node)
        return None if node is None else loader.construct_document(node)
    except RecursionError:
        raise SettingsError(f"{name}: brackets or lists nest too deeply.") from None
    except yaml.MarkedYAMLError as error:
        raise SettingsError(f"{name}: {syntax_sentence(error)}") from None
    except (ValueError, AttributeError, yaml.YAMLError) as error:  # an explicit !!tag on a value that does not fit it
        raise SettingsError(f"{name}: not readable as YAML: {' '.join(str(error).split())}") from None
    finally:
        loader.dispose()


def syntax_sentence(error: yaml.MarkedYAMLError) -> str:
    """Say on which line YAML breaks and, for the common slips, why."""
    mark = error.problem_mark or error.context_mark
    line = "" if mark is None else f"line {mark.line + 1}: "
    problem = " ".join((error.problem or error.context or "not YAML").split())
    if r"'\t'" in problem:
        return f"{line}a tab where YAML wants spaces. Replace tabs by spaces."
    if "mapping values are not allowed" in problem:
        return f"{line}not YAML: a second ': ' on the line. Check the indentation, or put the text in quotes."
    return f"{line}not YAML: {problem}. Check indentation, quotes and brackets."


def check_keys(name: str, root: yaml.Node | None) -> None:
    """Refuse keys that appear twice or are not text, and values of kinds that no key of ours has.

    PyYAML would silently keep the last of two keys.
    """
    waiting, seen = [] if root is None else [root], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:  # an alias, perhaps to one of its own parents
            continue
        seen.add(id(node))
        check_kind(name, node)
        if isinstance(node, yaml.MappingNode):
            check_mapping_keys(name, node)
            waiting += [value for _, value in reversed(node.value)]
        elif isinstance(node, yaml.SequenceNode):
            waiting += reversed(node.value)


def check_kind(name: str, node: yaml.Node) -> None:
    """Refuse a tag such as !!set, and a whole number of more digits than Python reads."""
    line, kind = node.start_mark.line + 1, node.tag.removeprefix(_TAGS)
    if kind not in _KINDS:
        raise SettingsError(
            f"{name}: line {line}: the tag {node.tag.replace(_TAGS, '!!')} is not known here. Leave it out."
        )
    if kind == "int" and len(node.value) > _MOST_DIGITS:
        raise SettingsError(f"{name}: line {line}: a number of {len(node.value)} digits is too long.")


def check_mapping_keys(name: str, node: yaml.MappingNode) -> None:
    """Check the keys of one mapping."""
    lines: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if key.tag.endswith(":merge"):
            continue
        if not key.tag.endswith(":str"):
            found = repr(key.value) if isinstance(key, yaml.ScalarNode) else "a list or mapping"
            raise SettingsError(f"{name}: line {line}: a key must be text, found {found}. Put it in quotes.")
        if key.value in lines:
            first = lines[key.value]
            raise SettingsError(f"{name}: line {line}: the key {key.value!r} appears twice (first on line {first}).")
        lines[key.value] = line
