import bz2
import csv
import gzip
import io
import json
import lzma
import os
import tarfile
import zipfile

import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from tasks.data_files import records
from tasks.data_files.tables import read_records
from tasks.errors import InputError, UnknownName
from tasks.importers.read_responses import RESPONSE_SCHEMA, read_responses

ROWS = [
    {"id": 70, "prompt": "Say hello.", "generated_text": "hello", "latency_ms": 12.5, "prompt_tokens": 3},
    {"id": 71, "prompt": "Say nothing.", "generated_text": None, "latency_ms": None, "prompt_tokens": 4},
    {"id": 70, "prompt": "Say hello.", "generated_text": "hullo", "latency_ms": 7.0, "prompt_tokens": 3},
]
SHOWN = ("item", "question", "response", "repeat", "latency_ms", "tokens_input")
EXPECTED = [
    ("70", "Say hello.", "hello", None, 12.5, 3),
    ("71", "Say nothing.", None, None, None, 4),
    ("70", "Say hello.", "hullo", None, 7.0, 3),
]


def write_csv(path, delimiter=","):
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ROWS[0], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(ROWS)


def write_zip(path, name, content):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)
        archive.writestr(f"__MACOSX/._{name}", "shadow")


def jsonl():
    return "".join(json.dumps(row) + "\n" for row in ROWS)


FORMATS = {
    "a.jsonl": lambda p: p.write_text(jsonl()),
    "b.jsonl.gz": lambda p: p.write_bytes(gzip.compress(jsonl().encode())),
    "c.json": lambda p: p.write_text(json.dumps(ROWS, indent=2)),
    "d.json": lambda p: p.write_text(json.dumps({"version": 1, "tags": ["x"], "outputs": ROWS}, indent=2)),
    "e.json": lambda p: p.write_text(jsonl()),
    "f.json.gz": lambda p: p.write_bytes(gzip.compress(json.dumps(ROWS).encode())),
    "g.zip": lambda p: write_zip(p, "g.json", json.dumps(ROWS)),
    "h.zip": lambda p: write_zip(p, "h.jsonl", jsonl()),
    "i.csv": write_csv,
    "j.tsv": lambda p: write_csv(p, "\t"),
    "k.parquet": lambda p: pl.DataFrame(ROWS).write_parquet(p),
    "l.parquet.gz": lambda p: p.write_bytes(gzip.compress(_parquet(p))),
    "m": lambda p: p.write_text("\ufeff\n\n" + jsonl()),
    "n.parquet": lambda p: pl.DataFrame(ROWS).with_columns(pl.col("id").cast(pl.Float64)).write_parquet(p),
}


def _parquet(path):
    plain = path.with_suffix("")
    pl.DataFrame(ROWS).write_parquet(plain)
    return plain.read_bytes()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_frame_each_time_it_is_read(tmp_path, name):
    path = tmp_path / name
    FORMATS[name](path)
    frame = pl.concat(read_responses(path))
    assert frame.schema == RESPONSE_SCHEMA
    assert frame.select(SHOWN).rows() == EXPECTED
    assert frame.drop(SHOWN, "place").null_count().rows() == [(3,) * (frame.width - len(SHOWN) - 1)]
    assert pl.concat(read_responses(path)).equals(frame)


@pytest.mark.parametrize("batch_rows", [1, 2, 3, 4])
def test_batches_hold_at_most_their_size_and_change_nothing(tmp_path, batch_rows):
    path = tmp_path / "a.jsonl"
    path.write_text(jsonl())
    frames = list(read_responses(path, batch_rows=batch_rows))
    assert [len(f) for f in frames] == {1: [1, 1, 1], 2: [2, 1], 3: [3], 4: [3]}[batch_rows]
    assert pl.concat(frames).select(SHOWN).rows() == EXPECTED


def one(tmp_path, *rows, mapping=None):
    path = tmp_path / "x.jsonl"
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return pl.concat(read_responses(path, mapping=mapping))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('"\\ud800 alone"', "\ufffd alone"),
        ('"\\ud83d\\ude00"', "😀"),
        ('"nul \\u0000 in"', "nul \0 in"),
        ('""', ""),
        ('"\\u202eright to left"', "\u202eright to left"),
        ('["one"]', "one"),
        ('[["one"]]', "one"),
        ("[]", None),
        ("null", None),
        ("NaN", None),
        ("7", "7"),
        ("7.0", "7"),
        ("7.5", "7.5"),
        ("true", "True"),
        ("9" * 5_000, "9" * 5_000),
        ('"' + "x" * 1_000_000 + '"', "x" * 1_000_000),
    ],
)
def test_any_answer_becomes_text_that_a_table_can_hold(tmp_path, written, read):
    frame = one(tmp_path, f'{{"id": 1, "output": {written}}}')
    assert frame["response"].to_list() == [read]


def test_a_long_csv_cell_with_line_breaks_is_read_and_an_empty_one_is_missing(tmp_path):
    path = tmp_path / "x.csv"
    text = "a,b\n" * 250_000
    path.write_text(f'id,response\n1,"{text}"\n2,\n', newline="")
    assert pl.concat(read_responses(path))["response"].to_list() == [text, None]


@pytest.mark.parametrize(
    ("written", "read"),
    [("70", "70"), ("70.0", "70"), ('" q70 "', "q70"), ('"70.0"', "70.0"), (f"{10**30}", str(10**30))],
)
def test_ids_are_text(tmp_path, written, read):
    assert one(tmp_path, f'{{"question_id": {written}, "output": "x"}}')["item"].to_list() == [read]


def test_a_mapping_wins_over_the_names_that_are_found_by_themselves(tmp_path):
    row = {"id": 1, "name": "q1", "output": "old", "answer": "new", "took": 5}
    frame = one(tmp_path, row, mapping={"item": "name", "response": "answer", "latency_ms": "took"})
    assert frame.select("item", "response", "latency_ms").rows() == [("q1", "new", 5.0)]


def test_rows_may_have_a_question_in_the_place_of_an_id(tmp_path):
    rows = [{"instruction": q, "output": "x"} for q in ("one", "two", "one")]
    frame = one(tmp_path, *rows)
    assert frame.select("item", "question").rows() == [(None, "one"), (None, "two"), (None, "one")]


def test_a_repeat_column_is_taken_as_it_is(tmp_path):
    frame = one(tmp_path, *({"id": 1, "output": "x", "repeat": k} for k in (4, 2)))
    assert frame["repeat"].to_list() == [4, 2]


@pytest.mark.parametrize(
    ("rows", "mapping", "message"),
    [
        (
            [{"id": 1, "output": "x"}],
            {"response": "reply"},
            r"x\.jsonl: no column 'reply' for response\. Columns: id, out",
        ),
        ([{"id": 1, "reply": "x"}], {}, r"no column for response.*Columns: id, reply"),
        ([{"output": "x"}], {}, "line 1 has neither an item's id nor a question"),
        ([{"id": 1, "output": "x"}, {"id": None, "output": "x"}], {}, "line 2 has neither"),
        ([{"id": 1, "output": "x"}, "{oops"], {}, r"x\.jsonl: line 2 is not JSON"),
        ([{"id": 1, "output": "x"}, "", "[1]"], {}, "line 3 is not an object but list"),
        (["[" * 100_000], {}, "not JSON"),
        ([{"id": [1, 2], "output": "a"}], {}, "line 1: id holds 2 values where one is expected"),
        ([{"id": 1, "output": {"text": "a"}}], {}, "line 1: output is an object of text; map what is inside"),
        ([{"id": 1, "output": "x", "latency_ms": "fast"}], {}, "line 1: latency_ms is 'fast', not a number"),
        ([{"id": 1, "output": "x", "latency_ms": -1}], {}, "line 1: latency_ms is '-1', not a finite number"),
        ([{"id": 1, "output": "x", "latency_ms": "1e999"}], {}, "not a finite number"),
        ([{"id": 1, "output": "x", "input_tokens": 1.5}], {}, r"input_tokens is 1\.5, not a whole number"),
        ([{"id": 1, "output": "x", "repeat": 2**40}], {}, "repeat is 1099511627776, not a number below"),
        ([{"id": 1, "output": "x", "repeat": 0}] * 2, {}, "line 2: repeat 0 of '1' occurs twice"),
        ([""], {}, "expected JSON Lines|holds no rows"),
    ],
)
def test_a_bad_file_gives_one_clear_error(tmp_path, rows, mapping, message):
    with pytest.raises(InputError, match=message):
        one(tmp_path, *rows, mapping=mapping)


def test_an_unknown_field_suggests_the_nearest(tmp_path):
    with pytest.raises(UnknownName, match="Did you mean 'response'"):
        one(tmp_path, {"id": 1, "output": "x"}, mapping={"respons": "output"})


def parquet_of(*columns):
    """The bytes of a Parquet file of one row; a name may occur in more than one of the mappings."""
    tables = [pa.table(part) for part in columns]
    names = [name for table in tables for name in table.column_names]
    whole = pa.Table.from_arrays([column for table in tables for column in table.columns], names)
    stream = io.BytesIO()
    parquet.write_table(whole, stream)
    return stream.getvalue()


DAMAGED = {
    "missing.jsonl": (None, "no such file"),
    "cut.jsonl.gz": (gzip.compress(jsonl().encode() * 1_000)[:200], "cannot be read"),
    "cut.zip": (b"PK\x03\x04 and nothing", "cannot be read"),
    "cut.parquet": (b"PAR1 and nothing else at all", "cannot be read|not Parquet"),
    "latin1.jsonl": (b'{"id": 1, "output": "\xe9"}', "line 1 is not JSON"),
    "latin1.csv": (b"id,output\n1,\xe9\n", "is not CSV"),
    "ragged.csv": (b"id,output\n1,a,b\n", "line 2 has 3 cells, the header 2"),
    "twice.csv": (b"id,id\n1,a\n", "a column name occurs twice"),
    "open.csv": (b'id,output\n1,"a\n', "is not CSV"),
    "header.csv": (b"id,output\n", "holds no rows"),
    "empty.jsonl": (b"", "holds no rows"),
    "picture.png": (b"\x89PNG....", "expected JSON Lines"),
    "cut.json": (b'[{"id": 1,', "not JSON"),
    "number.json": (b"3", "expected a list of objects"),
    "half_a_sign.csv": (b"\xff\xfe" + "id,output\n1,a\n".encode("utf-16-le")[:-1], "cannot be read"),
    "half_a_pair.jsonl": (b"\xff\xfe" + b"{\x00\x00\xd8}\x00", "cannot be read"),
    "cut.tar": (b"\xff" * 2_000, "cannot be read"),
    "many_names.csv": (b"a," * 100_000 + b"id,output\n", "a column name occurs twice"),
    "zone.parquet": (parquet_of({"time": pa.array([1], pa.timestamp("us", tz="Mars/Base"))}), "cannot be read"),
    "year.parquet": (parquet_of({"time": pa.array([2**62], pa.timestamp("us"))}), "cannot be read"),
    "twice.parquet": (parquet_of({"id": ["a"]}, {"id": ["b"]}), "a column name occurs twice"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_gives_one_clear_error_with_its_name(tmp_path, name):
    content, message = DAMAGED[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as raised:
        list(read_responses(tmp_path / name))
    assert name in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 500


def test_the_data_files_of_an_archive_are_read_in_the_order_of_their_names(tmp_path):
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        archive.writestr("out/b.jsonl", '{"id": 2, "output": "b"}\n')
        archive.writestr("out/a.json.gz", gzip.compress(b'[{"id": 1, "output": "a"}]'))
        archive.writestr("README.md", "Answers.")
        archive.writestr("__MACOSX/out/._a.json", "shadow")
    frame = pl.concat(read_responses(tmp_path / "many.zip"))
    assert frame.select("item", "response").rows() == [("1", "a"), ("2", "b")]


def test_an_error_in_an_archive_names_the_file_and_an_archive_without_data_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        archive.writestr("a.jsonl", '{"id": 1, "output": "a"}\n')
        archive.writestr("b.jsonl", "{oops\n")
    with pytest.raises(InputError, match=r"many\.zip: b\.jsonl: line 1 is not JSON"):
        list(read_responses(tmp_path / "many.zip"))
    with zipfile.ZipFile(tmp_path / "none.zip", "w") as archive:
        archive.writestr("a.txt", "a")
        archive.writestr("b.txt", "b")
    with pytest.raises(InputError, match="holds no data file"):
        list(read_responses(tmp_path / "none.zip"))


BOMB = b'[{"id": 1, "output": "' + b"a" * 20_000_000 + b'"}]'
BLANK_LINES = (b" " * 999 + b"\n") * 20_000


def write_members(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(6):
            archive.writestr(f"{number}.jsonl", '{"id": 1, "output": "a"}\n' + " " * 4_000_000)


def write_parquet(path):
    texts = pa.table({"id": ["1"], "output": ["a" * 20_000_000]})
    parquet.write_table(texts, path, compression="zstd", use_dictionary=False)


def write_arrow(path):
    batch = pa.record_batch({"id": ["1"], "output": ["a" * 40_000_000]})
    with pa.ipc.new_stream(path, batch.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_batch(batch)


BOMBS = {
    "list.json.gz": (lambda path: path.write_bytes(gzip.compress(BOMB)), "packed bytes unpack to more than"),
    "list.json.bz2": (lambda path: path.write_bytes(bz2.compress(BOMB)), "packed bytes unpack to more than"),
    "list.zip": (lambda path: write_deflated(path, "list.json"), "packed bytes unpack to more than"),
    "lines.jsonl.gz": (lambda path: path.write_bytes(gzip.compress(BOMB[1:-1])), "line 1 is longer than 16 MB"),
    "lines.jsonl": (lambda path: path.write_bytes(BOMB[1:-1]), "line 1 is longer than 16 MB"),
    "cell.csv.gz": (
        lambda path: path.write_bytes(gzip.compress(b'id,output\n1,"' + BOMB[30:])),
        "unpack to more than|larger than field limit",
    ),
    "short.jsonl.gz": (lambda path: path.write_bytes(gzip.compress(BLANK_LINES)), "unpack to more than"),
    "members.zip": (write_members, "packed bytes unpack to more than"),
    "text.parquet": (write_parquet, "packed bytes unpack to more than"),
    "text.arrow": (write_arrow, "a row is larger than 32 MB"),
    "short.jsonl.xz": (lambda path: path.write_bytes(lzma.compress(BLANK_LINES)), "unpack to more than"),
}


def write_deflated(path, name):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, BOMB)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_one_line(tmp_path, name):
    make, message = BOMBS[name]
    make(tmp_path / name)
    with pytest.raises(InputError, match=message) as raised:
        list(read_responses(tmp_path / name))
    assert "\n" not in str(raised.value)


def test_a_text_that_a_dictionary_holds_once_is_made_for_a_few_rows_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "_LARGEST_BATCH", 10_000)
    texts = pa.DictionaryArray.from_arrays(pa.array([0, None, 1] * 30), pa.array(["a" * 3_000, "b"]))
    table = pa.table({"id": pa.array(map(str, range(90))), "output": texts})
    parquet.write_table(table, tmp_path / "a.parquet")
    with pa.ipc.new_file(tmp_path / "a.arrow", table.schema) as writer:
        writer.write_table(table)
    for file in ("a.parquet", "a.arrow"):
        found = [record for _, record in read_records(tmp_path / file)]
        assert found == table.to_pylist()
    monkeypatch.setattr(records, "_LARGEST_BATCH", 2_000)
    with pytest.raises(InputError, match="a row is larger than"):
        list(read_records(tmp_path / "a.parquet"))


def test_a_plain_list_may_be_larger_than_a_packed_one(tmp_path):
    (tmp_path / "list.json").write_bytes(BOMB)
    assert [frame.height for frame in read_responses(tmp_path / "list.json")] == [1]


def write_links(path):
    with tarfile.open(path, "w") as archive:
        for kind, name in ((tarfile.SYMTYPE, "a.jsonl"), (tarfile.LNKTYPE, "b.jsonl"), (tarfile.CHRTYPE, "c.jsonl")):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, name
            archive.addfile(member)


ENDLESS = {
    "self.jsonl": (lambda path: path.symlink_to(path.name), "symbolic links"),
    "zeros.jsonl": (lambda path: path.symlink_to("/dev/zero"), "found a device or a pipe"),
    "pipe.jsonl": (os.mkfifo, "found a device or a pipe"),
    "links.tar": (write_links, "holds no data file"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_links_to_themselves_devices_and_pipes_are_refused_in_one_line(tmp_path, name):
    make, message = ENDLESS[name]
    make(tmp_path / name)
    with pytest.raises(InputError, match=message) as raised:
        list(read_responses(tmp_path / name))
    assert "\n" not in str(raised.value)


def test_folders_and_packed_archives_are_read_and_hidden_files_are_not(tmp_path):
    folder = tmp_path / "answers"
    (folder / "deep").mkdir(parents=True)
    (folder / "b.csv").write_text("id,output\n2,b\n")
    (folder / "deep" / "c.jsonl.bz2").write_bytes(bz2.compress(b'{"id": 3, "output": "c"}\n'))
    (folder / ".hidden.csv").write_text("id,output\n9,z\n")
    (folder / "notes.txt").write_text("none")
    expected = [("2", "b"), ("3", "c")]
    assert pl.concat(read_responses(folder)).select("item", "response").rows() == expected
    with tarfile.open(tmp_path / "answers.tar.gz", "w:gz") as archive:
        archive.add(folder, "answers")
    assert pl.concat(read_responses(tmp_path / "answers.tar.gz")).select("item", "response").rows() == expected
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="the folder holds no data file"):
        list(read_responses(tmp_path / "empty"))


def test_several_files_are_one_table(tmp_path):
    first, second = tmp_path / "a.jsonl", tmp_path / "b.csv"
    first.write_text('{"id": 1, "output": "x"}\n{"id": 2, "output": "y"}\n')
    second.write_text("item,completion\n1,z\n")
    rows = pl.concat(read_responses(first, second)).select("item", "response", "repeat").rows()
    assert rows == [("1", "x", None), ("2", "y", None), ("1", "z", None)]


@pytest.mark.parametrize(
    "content",
    [
        b"id;output\n1;a,b\n",
        b"id\toutput\r\n1\ta,b\r\n",
        b"\xef\xbb\xbfid|output\n1|a,b\n",
        "id;output\n1;a,b\n".encode("utf-16"),
        b'"id";"output"\n"1";"a,b"\n',
        b'id,output\n1,"a,b"\n',
    ],
)
def test_a_table_may_have_other_marks_between_its_columns(tmp_path, content):
    (tmp_path / "x.csv").write_bytes(content)
    assert pl.concat(read_responses(tmp_path / "x.csv")).select("item", "response").rows() == [("1", "a,b")]


def test_a_list_of_responses_gives_one_row_each_and_a_path_leads_into_objects(tmp_path):
    rows = [{"id": 1, "completions": ["a", None, "b"]}, {"id": 2, "completions": []}]
    assert one(tmp_path, *rows).select("item", "response", "repeat").rows() == [
        ("1", "a", None),
        ("1", None, None),
        ("1", "b", None),
        ("2", None, None),
    ]
    numbered = one(tmp_path, {"id": 1, "completions": ["a", "b"], "repeat": 4})
    assert numbered.select("response", "repeat").rows() == [("a", 4), ("b", 5)]
    deep = {"custom_id": "7", "response": {"body": {"choices": [{"message": {"content": "hi"}}]}}}
    found = one(tmp_path, deep, mapping={"item": "custom_id", "response": "response.body.choices.0.message.content"})
    assert found.select("item", "response").rows() == [("7", "hi")]


def test_one_object_may_hold_a_text_by_each_id(tmp_path):
    (tmp_path / "predictions.json").write_text('{"q1": "four", "q2": ["a", "b"]}')
    found = pl.concat(read_responses(tmp_path / "predictions.json"))
    assert found.select("item", "response").rows() == [("q1", "four"), ("q2", "a"), ("q2", "b")]
    (tmp_path / "row.json").write_text('{"id": "q1", "response": "four"}')
    assert pl.concat(read_responses(tmp_path / "row.json")).select("item", "response").rows() == [("q1", "four")]


def test_several_columns_may_stand_for_a_list(tmp_path):
    row = {"question": "Who?", "context": "Here.", "ans0": "a", "ans1": "b", "ans2": "c", "x+y": "plus", "output": "a"}
    assert one(tmp_path, row).select("context", "choices").rows() == [("Here.", '["a", "b", "c"]')]
    assert one(tmp_path, row, mapping={"item": "x+y"})["item"].to_list() == ["plus"]


def test_columns_are_found_whatever_their_capitals_and_blanks(tmp_path):
    found = one(tmp_path, {"Question ID": "q", "Model-Output": "hi", "Prompt": "Say hi."})
    assert found.select("item", "question", "response").rows() == [("q", "Say hi.", "hi")]


def test_frames_before_a_bad_line_are_yielded_first(tmp_path):
    path = tmp_path / "x.jsonl"
    good = "".join(json.dumps({"id": i, "output": "x"}) + "\n" for i in range(1_500))
    path.write_text(good + "{oops\n")
    frames = read_responses(path, batch_rows=1_000)
    assert len(next(frames)) == 1_000
    with pytest.raises(InputError, match="line 1501"):
        list(frames)


def test_a_batch_of_no_rows_is_refused(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(jsonl())
    with pytest.raises(ValueError, match="batch_rows is 0"):
        list(read_responses(path, batch_rows=0))


def test_every_tools_word_for_the_end_of_a_text_is_translated(tmp_path):
    path = tmp_path / "a.jsonl"
    words = ["MAX_TOKENS", "eos_token", "SAFETY", "a_new_word", "", None]
    rows = [{"id": n, "response": "x", "stop_reason": word} for n, word in enumerate(words)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (found,) = read_responses(path)
    assert found["finish_reason"].to_list() == ["length", "stop", "content_filter", "unknown", None, None]
    assert found["finish_word"].to_list() == ["MAX_TOKENS", "eos_token", "SAFETY", "a_new_word", None, None]
