"""Logs of Inspect (UKGovernmentBEIS/inspect_ai): ``.eval`` archives sample by sample, ``.json`` streamed.

Format: EvalLog version 2. An archive holds ``header.json`` (while it runs, ``_journal/start.json``) and one JSON file
per sample and epoch, deflated or, since 2026, compressed with Zstandard.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import ijson
import orjson

from tasks.data_files.packing import UNREADABLE, check_growth
from tasks.data_files.tables import check_file
from tasks.domain import content_hash
from tasks.errors import InputError
from tasks.importers.log import (
    MALFORMED,
    ForeignLog,
    ForeignScore,
    LogSample,
    LogTool,
    as_value,
    problem_of,
    reasoning_of,
    text_of,
)

_NAME = "inspect"
_ZSTANDARD = 93  # the zip method; Python's zipfile reads it from 3.14 on
_WHOLE_BYTES = 64 * 2**20  # a .json log up to this size is read whole, which also takes NaN
_LOCAL_HEADER = struct.Struct("<26xHH")
_GROUPS = ("subject", "category")
_LETTERS = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}
# What stops a sample without its having been answered; any other limit cuts its answer off.
_HALTS = frozenset({"time", "working", "cost", "operator"})
_UNSAID = "unknown"  # Inspect's own word where the provider gave none
_FINE = "success"

Document = dict[str, Any]


def read_inspect(path: Path) -> ForeignLog:
    """Open a log; its samples are read as they are asked for.

    Raises:
        InputError: no such file, or not a log of Inspect.
    """
    check_file(path)
    is_archive = zipfile.is_zipfile(path)
    header = _archive_header(path) if is_archive else _document_header(path)
    described = header.get("eval")
    if not isinstance(described, dict) or not isinstance(described.get("model"), str) or "task" not in described:
        raise InputError(f"{path}: not a log of Inspect: it names neither a task nor a model.")
    skipped: Counter[str] = Counter()

    def samples() -> Iterator[LogSample]:
        raw = _archive_samples(path, skipped) if is_archive else _document_samples(path)
        return _converted(raw, described, path, skipped)

    status = header.get("status", "started")
    return ForeignLog(
        tool=_NAME,
        sources=(path,),
        samples=samples,
        version=str(described.get("task_version", 0)),
        unfinished=None if status == _FINE else f"the log's status is {status}",
        count_planned=_count_planned(described),
        skipped=skipped,
    )


def _archive_header(path: Path) -> Document:
    with zipfile.ZipFile(path) as archive:
        names = archive.NameToInfo
        for name in ("header.json", "_journal/start.json"):
            if name in names:
                return _parsed(_content(archive, names[name], path), f"{path}: {name}")
    raise InputError(f"{path}: not a log of Inspect: the archive holds no header.json.")


def _archive_samples(path: Path, skipped: Counter[str]) -> Iterator[tuple[str, Document]]:
    with zipfile.ZipFile(path) as archive:
        for name, info in archive.NameToInfo.items():  # of a sample that was logged twice, the last counts
            if not name.startswith("samples/") or not name.endswith(".json"):
                continue
            if name.count("/") > 1:  # pieces of one sample, of a format that is not released yet
                skipped["samples in pieces (log format 3): convert the log with `inspect log convert`"] += int(
                    name.endswith("/sample.json")
                )
                continue
            yield name, _parsed(_content(archive, info, path), f"{path}: {name}")


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> bytes:
    """The bytes of a member, also of one compressed with Zstandard."""
    check_growth(f"{path}: {info.filename}", info.file_size, info.compress_size)
    try:
        if info.compress_type != _ZSTANDARD:
            return archive.read(info)  # never more than ``file_size``, which the archive states
        import pyarrow as pa  # noqa: PLC0415 - a third of a second that other logs need not pay

        with path.open("rb") as stream:
            stream.seek(info.header_offset)
            name_length, extra_length = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
            stream.seek(name_length + extra_length, 1)
            packed = stream.read(info.compress_size)
        return bytes(pa.Codec("zstd").decompress(packed, decompressed_size=info.file_size, asbytes=True))
    except (*UNREADABLE, struct.error) as error:
        raise InputError(f"{path}: {info.filename} cannot be read ({error}).") from error


def _parsed(content: bytes, place: str) -> Document:
    """One JSON object; NaN, which Inspect writes for a score it does not have, only Python's parser takes."""
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        try:
            document = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{place} is not JSON ({error}).") from error
    if not isinstance(document, dict):
        raise InputError(f"{place} must be a JSON object, found {type(document).__name__}.")
    return document


def _document_header(path: Path) -> Document:
    """What stands before the samples: Inspect writes them last but for their reductions."""
    if path.stat().st_size <= _WHOLE_BYTES:
        return {name: value for name, value in _parsed(path.read_bytes(), str(path)).items() if name != "samples"}
    header: Document = {}
    builder, key = ijson.ObjectBuilder(), ""
    with path.open("rb") as stream:
        for prefix, event, value in _events(stream, path):
            if (prefix, event) == ("", "map_key"):
                if value == "samples":
                    break
                builder, key = ijson.ObjectBuilder(), value
            elif prefix:
                builder.event(event, value)
                header[key] = builder.value
    return header


def _events(stream: IO[bytes], path: Path) -> Iterator[tuple[str, str, Any]]:
    try:
        yield from ijson.parse(stream, use_float=True)
    except ijson.JSONError as error:
        raise InputError(f"{path}: not JSON ({error}). Convert it with `inspect log convert --to eval`.") from error


def _document_samples(path: Path) -> Iterator[tuple[str, Document]]:
    if path.stat().st_size <= _WHOLE_BYTES:
        samples = _parsed(path.read_bytes(), str(path)).get("samples") or []
        if not isinstance(samples, list):
            raise InputError(f"{path}: expected a list of samples, found {type(samples).__name__}.")
        for number, sample in enumerate(samples, start=1):
            yield f"sample {number}", sample
        return
    with path.open("rb") as stream:
        try:
            for number, sample in enumerate(ijson.items(stream, "samples.item", use_float=True), start=1):
                yield f"sample {number}", sample
        except ijson.JSONError as error:  # such as NaN, which yajl refuses
            raise InputError(f"{path}: not JSON ({error}). Convert it with `inspect log convert --to eval`.") from error


def _count_planned(described: Document) -> int | None:
    """How many samples were to be run; older logs do not list them."""
    ids = (described.get("dataset") or {}).get("sample_ids")
    return len(ids) * int((described.get("config") or {}).get("epochs") or 1) if ids else None


def _converted(
    samples: Iterator[tuple[str, Document]], described: Document, path: Path, skipped: Counter[str]
) -> Iterator[LogSample]:
    for place, sample in samples:
        try:
            yield replace(_sample(sample, described, skipped), place=f"{path}: {place}")
        except MALFORMED as error:
            raise InputError(f"{path}: {place} is not a sample of Inspect ({problem_of(error)}).") from error


def _sample(sample: Document, described: Document, skipped: Counter[str]) -> LogSample:
    attachments: Mapping[str, str] = sample.get("attachments") or (sample.get("transcript") or {}).get("content") or {}
    question = _question(sample["input"], attachments)
    targets = sample["target"] if isinstance(sample["target"], list) else [sample["target"]]
    target = str(targets[0]) if len(targets) == 1 else json.dumps(targets)
    choices = tuple(map(str, sample.get("choices") or ()))
    output = sample.get("output") or {}
    answers = output.get("choices") or []
    metadata = sample.get("metadata") or {}
    usage = output.get("usage") or {}
    message = answers[0]["message"] if answers else {}
    error = _error(sample)
    return LogSample(
        model=described["model"],
        task=str(described["task"]),
        item=str(sample["id"]),
        content=content_hash(question, choices, target),
        question=question,
        target=target,
        choices=choices,
        repeat=int(sample["epoch"]) - 1,
        response=text_of(message["content"], attachments) if answers and not error else None,
        reasoning=reasoning_of(message, attachments),
        scores=tuple(_scores(sample, skipped)),
        group=next((str(metadata[name]) for name in _GROUPS if name in metadata), None),
        finish_word=_finish_word(sample, answers),
        model_served=output.get("model"),
        # Some providers count cached input as input and others beside it; the total holds it either way.
        tokens_input=usage["total_tokens"] - usage["output_tokens"] if "total_tokens" in usage else None,
        tokens_output=usage.get("output_tokens"),
        tokens_reasoning=usage.get("reasoning_tokens"),
        latency_ms=1000 * output["time"] if output.get("time") is not None else None,
        error=error,
    )


def _question(content: Any, attachments: Mapping[str, str]) -> str:
    """The text of the item: as such, or what the user of the conversation said."""
    if isinstance(content, str):
        return text_of(content, attachments)
    return "\n\n".join(text_of(message["content"], attachments) for message in content if message["role"] == "user")


def _error(sample: Document) -> str | None:
    """Why a sample has no answer: an error, or a limit on time or money that is no fault of the model."""
    error = sample.get("error")
    if error:
        return str(error.get("message", error) if isinstance(error, dict) else error)[:500]
    kind = (sample.get("limit") or {}).get("type")
    return f"stopped by the limit on {kind}" if kind in _HALTS else None


def _finish_word(sample: Document, answers: Sequence[Document]) -> str | None:
    """Why the text ended: a limit that cut the sample off, else the provider's word."""
    if kind := (sample.get("limit") or {}).get("type"):
        return f"limit: {kind}"
    word = answers[0].get("stop_reason") if answers else None
    return None if word in {None, _UNSAID} else str(word)


def _scores(sample: Document, skipped: Counter[str]) -> Iterator[ForeignScore]:
    older = {"score": sample["score"]} if sample.get("score") else {}  # the first logs had one score, without a name
    for name, score in (sample.get("scores") or older).items():
        value, answer = score["value"], score.get("answer")
        named = {f"{name}.{key}": part for key, part in value.items()} if isinstance(value, dict) else {name: value}
        for part, verdict in named.items():
            scorer = f"{_NAME}:{part}"
            try:
                if isinstance(verdict, list):
                    yield ForeignScore.shared(scorer, list(map(_known, verdict)))
                else:
                    yield ForeignScore.of(
                        scorer, as_value(_known(verdict)), None if answer is None else str(answer)[:500]
                    )
            except ValueError as error:
                skipped[f"scores of {scorer}: {error}"] += 1


def _known(verdict: Any) -> Any:
    """A verdict's letter as a number."""
    return _LETTERS.get(verdict, verdict) if isinstance(verdict, str) else verdict


TOOL = LogTool(
    command="inspect",
    help="Import logs of Inspect, .eval or .json.",
    metavar="PATH",
    given="Logs, or folders of them; one or more.",
    read=lambda path: [read_inspect(path)],
    patterns=("*.eval", "*T*_*.json"),  # the name of a log begins with its time, and other files lie beside it
)
