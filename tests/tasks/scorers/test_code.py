"""Which code is taken from an answer, and what value its execution gives."""

from __future__ import annotations

import json

import pytest

from tasks.domain import Item, Outcome
from tasks.scorers import SCORERS, Fact
from tasks.scorers.code import runs_beside
from tests.support.programs import passes_here

CODE = SCORERS["code"]
STUB = 'def f(x):\n    """Doc."""\n'
TARGET = json.dumps({"entry_point": "f", "test": "def check(c):\n    assert c(1) == 2"})
ITEM = Item("i", STUB, TARGET, "c", "s")
BODY = "    return x + 1\n"
WHOLE = f"{STUB}{BODY}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BODY, BODY),
        (f"\n{BODY}", f"\n{BODY}"),
        (WHOLE, WHOLE),
        (f"```python\n{WHOLE}```", WHOLE),
        (f" ```python\n{WHOLE}```\n\nThat adds one.", WHOLE),
        (f"Sure.\n\n```\n{BODY}```", BODY),
        (
            f"First\n```python\nf(1)\n```\nthen\n```python\n{WHOLE}```\nand\n```\nf(2)\nf(3)\nf(4)\nf(5)\nf(6)\n```",
            WHOLE,
        ),
        (f"```bash\npip install x\n```\n```python\nimport x\n{BODY}```", f"    import x\n{BODY}"),
        (f"```python\n{WHOLE}", WHOLE),
    ],
)
def test_the_program_holds_the_prompt_and_the_code_of_the_answer_and_the_test_stands_apart(text, code):
    program = CODE.program(ITEM, text)
    assert program.source == f"{STUB}{code}\n"
    assert (program.test, program.entry_point) == ("def check(c):\n    assert c(1) == 2", "f")
    assert (program.given, program.is_beside) == (STUB, False)


@pytest.mark.parametrize(
    "code",
    [
        "import sys\nif sys.version_info > (3,):\n    def f(x): return x + 1\nelse:\n    f = None\n",
        "try:\n    import no_such_module\n    f = no_such_module.f\nexcept ImportError:\n    def f(x): return x + 1\n",
        "import contextlib\nwith contextlib.nullcontext():\n    def f(x): return x + 1\n",
        "f, g = (lambda x: x + 1), None\n",
        "from __future__ import annotations\nimport sys\ndef f(x: Any) -> Any: return x + 1\n",
        "'''A module.'''\nfrom __future__ import (\n    annotations,\n)\ndef f(x: Any): return x + 1\n",
    ],
)
@pytest.mark.parametrize("before", ["", "from __future__ import annotations\n"])
def test_a_function_may_be_defined_in_any_way_that_python_takes(code, before):
    prompt = f"{before}{STUB}"
    assert passes_here(CODE.program(Item("i", prompt, TARGET, "c", "s"), f"```python\n{code}```"))


@pytest.mark.parametrize("text", ["", "I think it adds one.", " One adds one.", "\x00", "I cannot help with that."])
def test_prose_holds_no_code(text):
    assert CODE.program(ITEM, text) is None
    assert CODE.score(ITEM, text).outcome is Outcome.UNPARSED


def test_a_prompt_without_its_last_line_end_gets_one():
    assert CODE.program(Item("i", STUB.rstrip(), TARGET, "c", "s"), BODY).source.startswith(f"{STUB}{BODY}")


@pytest.mark.parametrize(
    ("finding", "value"),
    [
        ("pass", 1.0),
        *dict.fromkeys(("assert", "error", "exit", "timeout", "memory", "died", "output_flood"), 0.0).items(),
    ],
)
def test_only_a_program_that_passes_has_a_value_of_1(finding, value):
    verdict = CODE.score(ITEM, BODY, [Fact(finding, None)])
    assert verdict.value == value


def test_the_newest_execution_counts():
    assert CODE.score(ITEM, BODY, [Fact("error"), Fact("pass")]).value == 1.0


def test_code_without_its_execution_has_no_value():
    verdict = CODE.score(ITEM, BODY)
    assert (verdict.outcome, verdict.value) == (Outcome.NOT_RUN, None)


@pytest.mark.parametrize(("text", "is_final"), [(f"```\n{BODY}```", True), (f"```\n{BODY}", False), (BODY, False)])
def test_code_that_may_be_cut_off_is_not_final(text, is_final):
    assert CODE.score(ITEM, text, [Fact("error", "NameError: x")]).is_final is is_final


@pytest.mark.parametrize(("line", "is_beside"), [("assert c(1) == 2", False), ("a = c(1)\n    assert a is c(1)", True)])
def test_an_item_tells_whether_its_test_runs_in_the_program_s_process(line, is_beside):
    assert runs_beside(STUB, json.dumps({"entry_point": "f", "test": f"def check(c):\n    {line}"})) is is_beside
    assert not runs_beside(STUB, "no test")


def test_the_answer_tells_what_went_wrong():
    assert CODE.score(ITEM, BODY, [Fact("error", "NameError: x")]).answer == "error: NameError: x"
