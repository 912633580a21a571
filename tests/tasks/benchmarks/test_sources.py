"""Files, folders, archives and pinned data sets give the same rows."""

from __future__ import annotations

import gzip
import io
import json
import sys
import tarfile
import types
import zipfile

import polars as pl
import pyarrow as pa
import pytest

from tasks.benchmarks.sources import read_files, read_placed_rows
from tasks.errors import InputError, UsageError

ROWS = [{"id": "1", "text": "one"}, {"id": "2", "text": "zwei, drei"}]
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def read_rows(*arguments, **options):
    return [row for _, row in read_placed_rows(*arguments, **options)]


def as_lines(rows=ROWS):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def as_csv():
    return pl.DataFrame(ROWS).write_csv().encode()


def as_parquet():
    buffer = io.BytesIO()
    pl.DataFrame(ROWS).write_parquet(buffer)
    return buffer.getvalue()


def as_arrow(new):
    buffer = io.BytesIO()
    table = pa.Table.from_pylist(ROWS)
    with new(buffer, table.schema) as writer:
        writer.write_table(table)
    return buffer.getvalue()


def as_zip(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def as_tar(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


FORMATS = {
    "a.json": lambda: json.dumps(ROWS).encode(),
    "b.json": lambda: json.dumps({"canary": "x", "examples": ROWS}).encode(),
    "c.jsonl": as_lines,
    "d.jsonl.gz": lambda: gzip.compress(as_lines()),
    "e.csv": as_csv,
    "f.csv.gz": lambda: gzip.compress(as_csv()),
    "g.parquet": as_parquet,
    "h.arrow": lambda: as_arrow(pa.ipc.new_stream),
    "i.arrow": lambda: as_arrow(pa.ipc.new_file),
    "j.zip": lambda: as_zip({"data/rows.csv": as_csv(), "__MACOSX/._rows.csv": b"", "README.md": b"x"}),
    "k.tar.gz": lambda: as_tar({"rows.jsonl": as_lines(), "rows.txt": b"x"}),
    "l.zip": lambda: as_zip({"a.jsonl": as_lines(ROWS[:1]), "b.jsonl.gz": gzip.compress(as_lines(ROWS[1:]))}),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_and_packing_gives_the_same_rows(tmp_path, name):
    (tmp_path / name).write_bytes(FORMATS[name]())
    assert read_rows(tmp_path / name, "rows") == ROWS


def test_a_folder_is_read_with_its_sub_folders_in_the_order_of_names_and_without_metadata(tmp_path):
    for name, content in {
        "test/b.jsonl": as_lines(ROWS[1:]),
        "dev/a.jsonl.gz": gzip.compress(as_lines(ROWS[:1])),
        "a.dataset_info.json": b"{}",
        "notes.txt": b"x",
        ".cache/x.json": b"[{}]",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert read_rows(tmp_path, "rows") == ROWS
    files = list(read_files(tmp_path, "rows"))
    assert [(file.name, file.stem) for file in files] == [("dev/a.jsonl", "a"), ("test/b.jsonl", "b")]
    assert [file.name for file in read_files(tmp_path, "rows", wanted=lambda name: "test" in name)] == ["test/b.jsonl"]


def test_a_file_can_be_read_as_json_or_as_cells(tmp_path):
    (tmp_path / "a.json").write_text('\ufeff{"passage": {"qa": []}}')
    (tmp_path / "b.csv").write_text('What?,"x, y",,A\n"a ""b""",None,2,B\n')
    document, table = read_files(tmp_path, "rows")
    assert document.document() == {"passage": {"qa": []}}
    assert table.cells() == [["What?", "x, y", "", "A"], ['a "b"', "None", "2", "B"]]
    with pytest.raises(InputError, match=r"b\.csv: not JSON"):
        table.document()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b"[{]\xff", r"a\.json: not JSON"),
        ("b.jsonl", b'{"a": 1}\n{', r"b\.jsonl: line 2 is not JSON"),
        ("c.json.gz", b"no gzip", r"c\.json\.gz: not readable as made-up rows"),
        ("d.zip", b"no zip", r"d\.zip: not readable as made-up rows"),
        ("e.tar", b"no tar", r"e\.tar: not readable as made-up rows"),
        ("f.parquet", b"PAR1 but no more", r"f\.parquet: not Parquet"),
        ("g.arrow", b"ARROW1 but no more", r"g\.arrow: not Arrow"),
        ("h.bin", b"\x00\x01", r"h\.bin: expected JSON Lines, JSON, CSV, Parquet or Arrow"),
        ("i.json", b'["text"]', r"i\.json: row 1 is not an object but str"),
        ("j.zip", as_zip({"README.md": b"x"}), r"j\.zip: holds no file of made-up rows"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_rows(tmp_path / name, "made-up rows")


def test_a_missing_source_is_refused_with_what_was_expected(tmp_path):
    with pytest.raises(InputError, match=r"absent: no such file\. Expected made-up rows as \.json, \.jsonl"):
        read_rows(tmp_path / "absent", "made-up rows")


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A hub whose cache holds two folders; returns the list of what it was asked for."""
    asked = []
    for name in ("main", "socratic"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "README.md").write_bytes(b"no data")
        (tmp_path / name / "test-00000-of-00001.jsonl").write_bytes(as_lines([{"folder": name}]))

    def snapshot_download(name, **how):
        asked.append((name, how))
        if "absent" in name:
            raise FileNotFoundError("404\nno such data set")
        return str(tmp_path)

    module = types.ModuleType("huggingface_hub")
    module.snapshot_download = snapshot_download
    monkeypatch.setitem(sys.modules, "huggingface_hub", module)
    return asked


def test_a_pinned_data_set_is_fetched_at_its_commit_and_only_the_wanted_files_are_read(hub):
    assert read_rows(f"hf://openai/gsm8k@{COMMIT}", "rows", hub_files=("main/test-*",)) == [{"folder": "main"}]
    assert hub == [("openai/gsm8k", {"repo_type": "dataset", "revision": COMMIT, "allow_patterns": ["main/test-*"]})]


def test_the_source_may_name_a_folder_of_the_data_set(hub):
    assert read_rows(f"hf://openai/gsm8k@{COMMIT}/socratic", "rows", hub_files=("main/*",)) == [{"folder": "socratic"}]
    assert hub[0][1]["allow_patterns"] == ["socratic", "socratic/*"]


@pytest.mark.parametrize("source", ["hf://openai/gsm8k", "hf://openai/gsm8k@main", f"hf://gsm8k@{COMMIT}", "hf://x"])
def test_a_data_set_that_is_not_pinned_is_refused_before_anything_is_fetched(hub, source):
    with pytest.raises(UsageError, match=r"expected a pinned data set, hf://owner/name@<commit"):
        read_rows(source, "rows")
    assert hub == []


def test_a_download_that_fails_gives_one_line(hub):
    with pytest.raises(InputError, match=r"absent@\w{40}: cannot be fetched: 404 no such data set"):
        read_rows(f"hf://openai/absent@{COMMIT}", "rows")


def test_without_the_hubs_library_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(UsageError, match=r"need the extra `hub`: pip install"):
        read_rows(f"hf://openai/gsm8k@{COMMIT}", "rows")
