"""HumanEval: executed, recorded completions get the verdicts that others published; and how rows are read."""

from __future__ import annotations

import gzip
import json

import pytest

from tasks.benchmarks import load
from tasks.domain import PromptStyle
from tasks.errors import InputError
from tasks.sandbox import open_sandbox
from tasks.scorers import SCORERS
from tests.support.programs import to_run

ROW = {"task_id": "T/0", "prompt": "def f():\n", "entry_point": "f", "test": "def check(c): pass"}
CODE = SCORERS["code"]
WIZARD = "T0.0_N1_humaneval_wizardcoder33b_v1.1"


@pytest.fixture(scope="module")
def folder(shared_data):
    return shared_data / "data" / "humaneval"


@pytest.fixture(scope="module")
def benchmark(folder):
    return load("humaneval", str(folder / "HumanEval.jsonl.gz"))


@pytest.fixture(scope="module")
def sandbox():
    with open_sandbox(count_workers=2) as opened:
        yield opened


def rows_of(content):
    return [json.loads(line) for line in content.decode().split("\n") if line]


def verdicts(sandbox, benchmark, texts):
    """Run the answer to each task, and say by task whether it passed."""
    programs = [CODE.program(item, texts[item.foreign_id]) for item in benchmark.items]
    assert not any(program.is_beside for program in programs)
    executions = sandbox.run([to_run(program) for program in programs])
    return {
        item.foreign_id: execution.verdict == "pass"
        for item, execution in zip(benchmark.items, executions, strict=True)
    }


def test_every_canonical_solution_passes(sandbox, benchmark, folder):
    rows = rows_of(gzip.decompress((folder / "HumanEval.jsonl.gz").read_bytes()))
    passed = verdicts(sandbox, benchmark, {row["task_id"]: row["canonical_solution"] for row in rows})
    assert (sum(passed.values()), len(passed)) == (164, 164)


@pytest.mark.parametrize(("file", "count"), [(f"{WIZARD}_vllm.jsonl", 131), (f"{WIZARD}.jsonl", 130)])
def test_recorded_completions_get_their_published_verdicts(sandbox, benchmark, folder, file, count):
    completions = {row["task_id"]: row["completion"] for row in rows_of((folder / file).read_bytes())}
    known = json.loads((folder / f"{file}.pass_fail.derived.json").read_text())
    passed = verdicts(sandbox, benchmark, completions)
    assert passed == {task: verdict == "P" for task, verdict in known.items()}
    assert sum(passed.values()) == count


def test_a_completion_prompt_is_the_bare_question(benchmark):
    item = benchmark.items[0]
    prompt = benchmark.render(item, PromptStyle.COMPLETION)
    assert prompt.text == item.question
    assert prompt.stop == ("\nclass", "\ndef", "\n#", "\nif", "\nprint")


def test_a_chat_prompt_asks_for_a_code_block(benchmark):
    item = benchmark.items[0]
    (message,) = benchmark.render(item, PromptStyle.CHAT).messages
    assert message.content.endswith(item.question)
    assert "code block" in message.content


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_a_file_can_be_plain_or_gzipped(tmp_path, name):
    path = tmp_path / name
    content = f"{json.dumps(ROW)}\n".encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    (item,) = load("humaneval", str(path)).items
    assert (item.foreign_id, item.question) == ("T/0", "def f():\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "expected items of HumanEval, found none"),
        ("{", "is not JSON"),
        ("[1]", "row 1 is not an object"),
        (json.dumps({**ROW, "test": None} | {"prompt": 1}).replace('"test"', '"tset"'), "missing"),
    ],
)
def test_other_files_are_refused(tmp_path, content, message):
    path = tmp_path / "rows.jsonl"
    path.write_text(content)
    with pytest.raises(InputError, match=message):
        load("humaneval", str(path))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load("humaneval", str(tmp_path / "absent.jsonl"))
