"""The data files of a benchmark that is not shipped: a local file, folder or archive, or a pinned data set of a hub.

Every benchmark reads its files through here, so each can come as JSON, JSON Lines, CSV, TSV, Parquet or Arrow, plain or
``.gz``, in a folder (with sub-folders), a ``.zip`` or a ``.tar``. Knows no benchmark.
"""

from __future__ import annotations

import csv
import fnmatch
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from tasks.data_files.packing import UNREADABLE, check_growth, gunzipped
from tasks.data_files.records import ENDINGS, Record, records_of
from tasks.data_files.tables import check_file
from tasks.domain import HUB_SOURCE
from tasks.errors import InputError, UsageError, one_line

_HUB_SCHEME = "hf://"
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
# Written by the library that caches data sets.
_METADATA = ("dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json")
_SPLIT = re.compile(r"(?:^|[/._-])(train|dev|val|validation|test)(?=$|[/._-])")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One data file. ``name`` is its path inside the source without ``.gz``, ``place`` what messages call it.

    The examples below are of the name ``test/anatomy_test.csv``.
    """

    name: str
    place: str
    content: bytes = field(repr=False)

    @property
    def stem(self) -> str:
        """The name without folder and ending: ``anatomy_test``."""
        return PurePosixPath(self.name).stem

    @property
    def split(self) -> str | None:
        """The split that stands in the name, see ``split_of``: ``test``."""
        return split_of(self.name)

    @property
    def group(self) -> str:
        """The rest of the name, without the split and the number of a part: ``anatomy``.

        Where a file is named by its split alone, it is the folder's name, as in
        ``anatomy/test-00000-of-00001.parquet``.
        """
        path = PurePosixPath(self.name)
        split = _SPLIT.search(path.stem)
        return (path.stem[: split.start()] if split else path.stem) or path.parent.name

    def records(self) -> list[Record]:
        """Its rows: of a table, of lines of JSON, of a JSON list, or of the only list inside a JSON object.

        An empty cell of a CSV is None.
        """
        return [record for _, record in self.placed_records()]

    def placed_records(self) -> Iterator[tuple[str, Record]]:
        """Its rows with their places, ``<file>: line 3``, for messages."""
        for where, record in records_of(io.BufferedReader(io.BytesIO(self.content)), self.name, self.place):
            yield f"{self.place}: {where}", record

    @property
    def text(self) -> str:
        """Its text."""
        return self.content.decode("utf-8-sig", errors="replace")

    def document(self) -> Any:
        """Its JSON as it stands, for formats that do not consist of rows."""
        try:
            return json.loads(self.content.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise InputError(f"{self.place}: not JSON ({error}).") from error

    def cells(self) -> list[list[str]]:
        """The cells of a CSV without a header."""
        try:
            return list(csv.reader(io.StringIO(self.content.decode("utf-8-sig"), newline=""), strict=True))
        except (csv.Error, UnicodeDecodeError) as error:
            raise InputError(f"{self.place}: not CSV ({error}).") from error


def split_of(name: str) -> str | None:
    """The split in a file's name: ``train``, ``dev``, ``val``, ``validation`` or ``test``; None for another name."""
    found = _SPLIT.findall(name)
    return found[-1] if found else None


def _is_data(name: str) -> bool:
    return name.endswith(ENDINGS)


def read_files(
    source: str | Path,
    expected: str,
    *,
    hub_files: Sequence[str] = ("*",),
    wanted: Callable[[str], bool] = _is_data,
) -> Iterator[SourceFile]:
    """Yield the data files of a source, in the order of their names.

    Args:
        source: a path, or ``hf://owner/name@commit``, optionally with a file or folder of it: ``.../name@commit/main``.
        expected: what the files should hold, for messages: ``MMLU-Pro rows``.
        hub_files: patterns of what to fetch from the hub where the source names no file or folder.
        wanted: which files of a folder, archive or data set to read, by their name inside it without ``.gz``. A source
            that is a single file is always read.

    Raises:
        UsageError: the hub's address is not pinned, or its library is not installed.
        InputError: the source is missing, unreadable, or holds no data file.
    """
    if str(source).startswith(_HUB_SCHEME):
        path, is_meant = _fetched(str(source), hub_files)
    else:
        path, is_meant = Path(source), _any
    if not path.exists():
        raise InputError(f"{source}: no such file. Expected {expected} as {', '.join(ENDINGS)}, or a folder of them.")
    is_empty = True
    try:
        for file in _files(path, lambda name: wanted(name) and is_meant(name)):
            is_empty = False
            yield file
    except UNREADABLE as error:
        raise InputError(f"{source}: not readable as {expected}: {error}") from error
    if is_empty:
        raise InputError(f"{source}: holds no file of {expected}. Expected {', '.join(ENDINGS)}.")


def read_placed_rows(
    source: str | Path, expected: str, *, hub_files: Sequence[str] = ("*",), wanted: Callable[[str], bool] = _is_data
) -> Iterator[tuple[str, Record]]:
    """Yield (place, row) of all files of a source; arguments and errors are those of ``read_files``."""
    for file in read_files(source, expected, hub_files=hub_files, wanted=wanted):
        yield from file.placed_records()


def _any(_: str) -> bool:
    return True


def _files(path: Path, wanted: Callable[[str], bool]) -> Iterator[SourceFile]:
    if path.is_dir():
        files = {file.relative_to(path).as_posix(): file for file in path.rglob("*") if file.is_file()}
        for name in _named(files, wanted):
            yield _file(name, f"{path}/{name}", files[name].read_bytes())
    elif path.name.endswith(".zip"):
        with zipfile.ZipFile(path) as archive:
            for name in _named(archive.namelist(), wanted):
                found = archive.getinfo(name)
                check_growth(f"{path}/{name}", found.file_size, found.compress_size)
                yield _file(name, f"{path}/{name}", archive.read(name))
    elif path.name.endswith(_ARCHIVES):
        with tarfile.open(path) as tar:
            members = {member.name: member for member in tar if member.isfile()}  # a link may lead to itself
            for name in _named(members, wanted):
                check_growth(f"{path}/{name}", members[name].size, path.stat().st_size)
                if opened := tar.extractfile(members[name]):
                    yield _file(name, f"{path}/{name}", opened.read())
    else:
        check_file(path)
        yield _file(path.name, str(path), path.read_bytes())


def _named(names: Iterable[str], wanted: Callable[[str], bool]) -> list[str]:
    """The wanted members of a folder or archive, without metadata, hidden files and the shadow files of macOS."""
    return sorted(
        name
        for name in names
        if wanted(name.removesuffix(".gz"))
        and not name.endswith(_METADATA)
        and not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)
    )


def _file(name: str, place: str, content: bytes) -> SourceFile:
    if name.endswith(".gz"):
        return SourceFile(name.removesuffix(".gz"), place, gunzipped(content, place))
    return SourceFile(name, place, content)


def _fetched(source: str, hub_files: Sequence[str]) -> tuple[Path, Callable[[str], bool]]:
    """The folder of a data set in the hub's cache, downloaded if it is not there yet, and which of its files are meant.

    The folder may hold other files too, which another benchmark fetched from the same data set.
    """
    match = HUB_SOURCE.fullmatch(source)
    if match is None:
        example = "hf://owner/name@<commit, 40 hexadecimal digits>"
        raise UsageError(f"{source}: expected a pinned data set, {example}. A branch can change between two nights.")
    try:
        from huggingface_hub import snapshot_download  # noqa: PLC0415 - optional, and takes a second to import
    except ImportError as error:
        raise UsageError(f"{source}: data sets of a hub need the extra `hub`: pip install 'aligntax[hub]'") from error
    import httpx2  # noqa: PLC0415 - the hub's library has imported it

    name, commit, inside = match.groups()
    patterns = [inside, f"{inside.rstrip('/')}/*"] if inside else list(hub_files)
    try:
        folder = snapshot_download(name, repo_type="dataset", revision=commit, allow_patterns=patterns)
    except (OSError, ValueError, httpx2.HTTPError) as error:  # OSError covers the library's own errors
        raise InputError(f"{source}: cannot be fetched: {one_line(error)}") from error
    return Path(folder), lambda file: any(fnmatch.fnmatch(file, pattern) for pattern in patterns)
