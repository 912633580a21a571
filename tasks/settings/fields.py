"""The kinds of single values a configuration holds. Knows no section; must not know where a value stands.

A check raises ``ValueError`` with the rest of a sentence that starts with the value's path. Where a user may have put
a secret by mistake, the sentence does not repeat the value.

Tested in tests/tasks/settings/test_bad_values.py.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    JsonValue,
    PlainValidator,
    Strict,
    StringConstraints,
    ValidationInfo,
)

from tasks.domain import HUB_SOURCE
from tasks.settings.known import known_from

Text = Annotated[str, StringConstraints(min_length=1)]
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]  # strict: `yes` is not 1, '8' is not 8
Number = Annotated[float, Strict()]
Count = Annotated[int, Strict(), Field(ge=1)]
Positive = Annotated[float, Strict(), Field(gt=0)]
UsdPerMillion = Annotated[float, Strict(), Field(ge=0)]
Rate = Annotated[float, Strict(), Field(ge=0, le=1)]
Points = Annotated[float, Strict(), Field(ge=0, lt=1)]  # of a score, as a proportion

SCHEME = re.compile(r":|[A-Za-z][A-Za-z0-9+]+:")  # :memory:, md:..., s3://...: not a local path
RESERVED_PARAMETERS = ("messages", "model", "n", "prompt", "stream")
_LOOPBACK = re.compile(r"localhost|.*\.localhost|127(?:\.\d{1,3}){3}|::1")
# The placeholders of local servers (EMPTY, ollama, not-needed) are words that answers may contain.
_SHORTEST_KEY = 8
_SHORTEST_WORD = 20  # a key without a digit
SECRET_PARAMETERS = ("api_key", "apikey", "authorization", "extra_headers", "headers", "password", "secret")


def checked_identifier(value: str) -> str:
    """An id that is safe in a table, a log line and a shell command."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:/@+=-]{0,99}", value) is None:
        raise ValueError(
            f"must be 1 to 100 letters, digits or . _ : / @ + = - and start with a letter or digit, found {value!r}."
        )
    return value


def checked_variable_name(value: str) -> str:
    """The name of an environment variable, in capitals: a key pasted in its place is almost never that."""
    if re.fullmatch(r"[A-Z_][A-Z0-9_]*", value) is None:
        raise ValueError(
            "must be the NAME of an environment variable in capitals, such as OPENAI_API_KEY, never the key itself."
        )
    return value


def checked_url(value: str, info: ValidationInfo) -> str:
    """An http(s) address without trailing slash; refused with a user, a password or a query, where secrets hide."""
    example = "such as http://127.0.0.1:8000/v1"
    try:
        parts = urlsplit(value.strip())
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is not a number, an unclosed [ of IPv6
        is_address = False
    if "@" in value or "?" in value or "#" in value:
        raise ValueError(f"must hold no user, password, query or fragment, {example}. Keys go through api_key_env.")
    if not is_address or any(character.isspace() for character in value.strip()):
        raise ValueError(f"must be an http:// or https:// address, {example}, found {value!r}.")
    address = value.strip().rstrip("/")
    for suffix in known_from(info.context).paths:
        if address.endswith(suffix):
            raise ValueError(f"must end before {suffix!r}, {example}: `api:` chooses the rest of the path.")
    return address


def checked_postgres_url(value: str) -> str:
    """The address of a PostgreSQL database; refused with a password, which would stand in a file."""
    example = "such as postgresql://user@host:5432/database"
    try:
        parts = urlsplit(value.strip())
        # libpq takes several hosts, of which it asks the first that answers
        is_address = parts.scheme in {"postgresql", "postgres"} and ("," in parts.netloc or parts.port != 0)
        has_password = parts.password is not None or "password" in parts.query.lower()
    except ValueError:  # a port that is not a number, an unclosed [ of IPv6
        is_address, has_password = False, "@" in value
    if has_password:
        raise ValueError(f"must hold no password, {example}: the variable PGPASSWORD or the file ~/.pgpass holds it.")
    if not is_address:
        raise ValueError(f"must be an address of PostgreSQL, {example}.")
    return value.strip()


def checked_bucket_url(value: str) -> str:
    """The address of a folder in a bucket; its keys come from the environment."""
    if re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+(/[\w.=-]+)*/?", value.strip()) is None:
        raise ValueError("must be a folder in a bucket, such as s3://bucket/folder; keys come from the environment.")
    return value.strip()


def checked_role(value: str) -> str:
    """The name of a role of PostgreSQL that needs no quotes."""
    if re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", value) is None:
        raise ValueError(f"must be a role of 1 to 63 small letters, digits or _, found {value!r}.")
    return value


def parsed_date(value: object) -> date:
    """A calendar day written as ISO 8601."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:  # the 13th month, the 30th of February
            pass
    raise ValueError(f"must be a date written year-month-day, such as 2026-01-31, found {value!r}.")


def checked_path(value: object) -> object:
    """A path of the local file system."""
    if isinstance(value, str) and SCHEME.match(value):
        raise ValueError(f"must be a path of the local file system, found {value!r}.")
    if value == "" or not isinstance(value, str | Path):
        raise ValueError(f"must be a path, found {value!r}.")
    return value


def path_in_folder(value: Path, info: ValidationInfo) -> Path:
    """Read a relative path from the configuration file's folder, not from wherever the command was started."""
    folder = (info.context or {}).get("folder", Path())
    return Path(folder) / value.expanduser()


def source_in_folder(value: object, info: ValidationInfo) -> Path | str:
    """Where a benchmark's items are: a path, read from the configuration's folder, or a data set of a hub."""
    if isinstance(value, str) and value.startswith("hf://"):
        if HUB_SOURCE.fullmatch(value) is None:
            pinned = "hf://owner/name@<commit, 40 hexadecimal digits>"
            raise ValueError(f"must be pinned, {pinned}, because a branch may change under a trend; found {value!r}.")
        return value
    return path_in_folder(Path(str(checked_path(value))), info)


def parsed_definition(value: object, info: ValidationInfo) -> Path | dict[str, Any]:
    """An entry, whose keys are checked where it is used, or the path of the file that holds it."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, str | Path):
        sentence = f"must be a mapping of keys to values or the path of a file with one, found {value!r}."
        raise ValueError(sentence)  # noqa: TRY004 - pydantic turns a ValueError into a problem
    return path_in_folder(Path(str(checked_path(value))), info)


def checked_parameters(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Extra request parameters. One that has its own key, or that would carry a secret into a hash, is refused."""
    own = ("max_tokens", "reasoning_effort", "seed", "stop", "temperature", "top_p")
    for name in value:
        if re.fullmatch(r"[\w.-]+", name) is None:
            raise ValueError(f"must hold names of parameters, found {name!r}.")
        if name in own:
            raise ValueError(f"must not hold {name!r}, which has its own key: sampling.{name}.")
        if name in RESERVED_PARAMETERS:
            raise ValueError(f"must not hold {name!r}, which is set for every request from the rest of this file.")
        if name.lower().replace("-", "_") in SECRET_PARAMETERS:
            raise ValueError(f"must not hold {name!r}: extra is stored with the answers. Keys go through api_key_env.")
    return value


def checked_distinct(value: tuple[str, ...]) -> tuple[str, ...]:
    """A list in which nothing appears twice."""
    for index, entry in enumerate(value):
        if entry in value[:index]:
            raise ValueError(f"must not hold {str(entry)!r} twice.")
    return value


def checked_not_empty(value: object) -> object:
    """A list with an entry. Looks before the entries do: pydantic's own minimum counts only the valid ones."""
    if isinstance(value, list | tuple) and not value:
        raise ValueError("must hold at least one entry.")
    return value


def not_one_of(value: object, names: Iterable[str]) -> str:
    """Say which values a closed set has and which is nearest."""
    known = list(names)
    near = difflib.get_close_matches(value, known, n=1) if isinstance(value, str) else []
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"must be one of {', '.join(known)}, found {shown(value)}.{hint}"


def shown(value: object) -> str:
    """A found value in one short piece, in the words of YAML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "nothing"
    if isinstance(value, dict | list | tuple):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


NotEmpty = BeforeValidator(checked_not_empty)
Identifier = Annotated[str, AfterValidator(checked_identifier)]
VariableName = Annotated[str, AfterValidator(checked_variable_name)]
Url = Annotated[str, AfterValidator(checked_url)]
BucketUrl = Annotated[str, AfterValidator(checked_bucket_url)]
PostgresUrl = Annotated[str, AfterValidator(checked_postgres_url)]
RoleName = Annotated[str, AfterValidator(checked_role)]
IsoDate = Annotated[date, BeforeValidator(parsed_date)]
FolderPath = Annotated[Path, AfterValidator(path_in_folder), BeforeValidator(checked_path)]
Source = Annotated[Path | str, PlainValidator(source_in_folder)]
Definition = Annotated[Path | dict[str, Any], PlainValidator(parsed_definition)]
Parameters = Annotated[dict[str, JsonValue], AfterValidator(checked_parameters)]


def is_secret_key(key: str) -> bool:
    """Whether a key is more than a placeholder.

    >>> [is_secret_key(key) for key in ("EMPTY", "not-needed", "sk-0123456789")]
    [False, False, True]
    """
    return len(key) >= _SHORTEST_KEY and (len(key) >= _SHORTEST_WORD or any(map(str.isdigit, key)))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, so that nobody else can read what is sent to it."""
    return _LOOPBACK.fullmatch(host) is not None
