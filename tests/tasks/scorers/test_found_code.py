# ruff: noqa: E501 - a form is one line
"""Code in the ways in which models write it. The texts are our own, so their programs are run here."""

from __future__ import annotations

import json
import time

import pytest

from tasks.domain import Item, Outcome
from tasks.scorers import SCORERS
from tests.support.programs import passes_here

CODE = SCORERS["code"]
STUB = 'from typing import List\n\n\ndef total(xs: List[int], start: int = 0) -> int:\n    """Total of xs plus start.\n    >>> total([1])\n    1\n    """\n'
TEST = "def check(candidate):\n    assert candidate([1, 2], 1) == 4\n    assert candidate([]) == 0\n"
ITEM = Item("i", STUB, json.dumps({"entry_point": "total", "test": TEST}), "c", "s")
BODY = "    return sum(xs) + start\n"
SIGNATURE = "def total(xs, start=0):\n"
WHOLE = f"{SIGNATURE}{BODY}"
LOOP = "    for x in xs:\n        start += x\n    return start\n"
WRONG = f"{SIGNATURE}    return 0\n"


def passes(text: str, item: Item = ITEM) -> bool:
    """Whether the program that the scorer makes of an answer runs to its end."""
    program = CODE.program(item, text)
    return program is not None and passes_here(program)


def indented(text: str, blanks: str = "    ") -> str:
    return "".join(f"{blanks}{line}\n" if line else "\n" for line in text.splitlines())


FENCED = {
    "plain": f"```python\n{WHOLE}```",
    "without a language": f"```\n{WHOLE}```",
    "other language names": f"```Python3\n{WHOLE}```",
    "py": f"```py\n{WHOLE}```",
    "attributes behind the language": f'```python title="total.py"\n{WHOLE}```',
    "braces around the language": f"```{{.python}}\n{WHOLE}```",
    "tildes": f"~~~python\n{WHOLE}~~~",
    "four backticks": f"````python\n{WHOLE}````",
    "four backticks around three": f"````markdown\n```python\n{WHOLE}```\n````",
    "indented in a list": f"1. The function:\n\n   ```python\n{indented(WHOLE, '   ')}   ```\n2. It adds.",
    "indented by four": f"Here:\n    ```python\n{indented(WHOLE)}    ```\n",
    "indented marks only": f"Here:\n    ```python\n{WHOLE}    ```\n",
    "in a list item": f"- ```python\n{indented(WHOLE, '  ')}  ```\n",
    "opened behind text": f"Solution: ```python\n{WHOLE}```",
    "closed behind code": f"```python\n{WHOLE.rstrip()}```\nIt adds.",
    "closed behind code, then prose": f"```python\n{WHOLE.rstrip()}``` \n\nDone.",
    "on one line": f"```python {WHOLE.splitlines()[0]} return sum(xs) + start```",
    "blanks behind the marks": f"```python  \n{WHOLE}```  \n",
    "line ends of Windows": f"```python\n{WHOLE}```\n".replace("\n", "\r\n"),
    "no closing mark": f"```python\n{WHOLE}",
    "no closing mark, prose behind": f"```python\n{WHOLE}\nThis function adds up the numbers.\n",
    "cut off in a test": f"```python\n{WHOLE}\nprint(total([1, 2",
    "cut off in a string": f"```python\n{WHOLE}\nprint('the total of",
    "cut off in a later function": f"```python\n{WHOLE}\ndef main():\n",
    "prose before and behind": f"Sure! Here it is:\n\n```python\n{WHOLE}```\n\nIt's simple, isn't it?",
    "an example before": f"You call it like this:\n```python\ntotal([1, 2])\n```\n```python\n{WHOLE}```",
    "an example behind": f"```python\n{WHOLE}```\nExample:\n```python\nprint(total([1]))\n```",
    "a shell block before": f"```bash\npip install numpy\n```\n\n```python\n{WHOLE}```",
    "another language before": f"```javascript\nfunction total(xs) {{ return 0; }}\n```\n```python\n{WHOLE}```",
    "output behind": f"```python\n{WHOLE}```\nOutput:\n```\n3\n```",
    "the stub first": f"The task:\n```python\n{STUB}```\nThe solution:\n```python\n{WHOLE}```",
    "a stub with pass first": f"```python\n{SIGNATURE}    pass\n```\n\n```python\n{WHOLE}```",
    "a stub with an ellipsis first": f"```python\n{SIGNATURE}    ...\n```\n\n```python\n{WHOLE}```",
    "the first of two versions": f"```python\n{WHOLE}```\nA wrong one would be:\n```python\n{WRONG}```",
    "a fence in the docstring": f'```python\n{SIGNATURE}    """Add up.\n\n    ```\n    total([1])\n    ```\n    """\n{BODY}```',
    "a fence with a language in the docstring": f'```python\n{SIGNATURE}    """Add up.\n\n    ```python\n    total([1])\n    ```\n    """\n{BODY}```\nDone.',
    "a fence at the margin in the docstring": f'```python\n{SIGNATURE}    """Add up.\n```\ntotal([1])\n```\n    """\n{BODY}```',
    "a helper in an earlier block": f"```python\ndef add(x, y):\n    return x + y\n```\nThen\n```python\n{SIGNATURE}    for x in xs:\n        start = add(start, x)\n    return start\n```",
    "a helper in a later block": f"```python\n{SIGNATURE}    for x in xs:\n        start = add(start, x)\n    return start\n```\nwith\n```python\ndef add(x, y):\n    return x + y\n```",
    "a helper of a helper": f"```python\nONE = 1\n```\n```python\ndef add(x, y):\n    return (x + y) * ONE\n```\n```python\n{SIGNATURE}    for x in xs:\n        start = add(start, x)\n    return start\n```",
    "an import in an earlier block": f"```python\nimport math\n```\n```python\n{SIGNATURE}    return math.fsum(xs) + start\n```",
    "a helper and an example that fails": f"```python\ndef add(x, y):\n    return x + y\n\nassert add(1, 1) == 3\n```\n```python\n{SIGNATURE}    for x in xs:\n        start = add(start, x)\n    return start\n```",
    "signature and body in two blocks": f"```python\n{SIGNATURE}```\nand its body:\n```python\n{BODY}```",
    "the body alone": f"```python\n{BODY}```",
    "the body at the margin": f"```python\n{LOOP.replace(chr(10) + '    ', chr(10))[4:]}```",
    "the body, first line at the margin": f"```python\n{LOOP.lstrip()}```",
    "the signature twice": f"```python\n{SIGNATURE}{WHOLE}```",
    "the signature around the function": f"```python\n{SIGNATURE}{indented(WHOLE)}```",
    "the whole prompt again": f"```python\n{STUB}{BODY}```",
    "a lambda": "```python\ntotal = lambda xs, start=0: sum(xs) + start\n```",
    "a session": f"```python\n>>> {SIGNATURE}...     return sum(xs) + start\n>>> total([1])\n1\n```",
    "in tags": f"<answer>\n```python\n{WHOLE}```\n</answer>",
    "an empty block first": f"```python\n```\n```python\n{WHOLE}```",
    "a comment first": f"```python\n# the solution\n{WHOLE}```",
    "old escapes": f"```python\nPATTERN = '\\d'\n{WHOLE}```",
}
CLOSERS = {
    "the body": f"{BODY}```",
    "the body, then prose": f"{BODY}```\n\nIt adds everything up.",
    "the whole function": f"{WHOLE}```\n\nIt adds everything up.",
    "the closer behind the code": f"{BODY.rstrip()}```",
    "another block behind": f"{BODY}```\nA wrong one:\n```python\n{WRONG}```",
    "an example behind": f"{BODY}```\nExample:\n```python\nprint(total([1]))\n```\n",
    "output behind": f"{BODY}```\nOutput:\n```\n3\n```\n",
    "first line at the margin": f"{BODY.lstrip()}```",
    "loop, first line at the margin": f"{LOOP.lstrip()}```\nDone.",
    "the body at the margin": "for x in xs:\n    start += x\nreturn start\n```",
    "an empty line first": f"\n{BODY}```",
    "a language before": f"python\n{WHOLE}```\n",
    "prose before": f"Here is the function.\n\n{WHOLE}```\n",
    "tildes": f"{BODY}~~~\nIt adds.",
    "the signature again": f"{SIGNATURE}{WHOLE}```",
}
LOOSE = {
    "the body": BODY,
    "the body without indentation": LOOP.lstrip(),
    "one line without indentation": BODY.strip(),
    "a body at the margin": "for x in xs:\n    start += x\nreturn start",
    "indented with tabs": "\tfor x in xs:\n\t\tstart += x\n\treturn start\n",
    "indented with two": "  for x in xs:\n    start += x\n  return start\n",
    "the whole function": WHOLE,
    "the whole prompt again": f"{STUB}{BODY}",
    "prose before": f"Here is the function:\n\n{WHOLE}",
    "prose around": f"Here is the function:\n\n{WHOLE}\nIt's simple: it adds up.",
    "prose behind the body": f"{BODY}\n\nThis function adds up the numbers, doesn't it?",
    "a question behind the body": f"{BODY}\n\n# Question 2\nWrite a function that\n",
    "a test behind the body": f"{BODY}\n\nif __name__ == '__main__':\n    print(total([1]))\n",
    "another function behind the body": f"{BODY}\n\ndef mean(xs):\n    return 0\n",
    "cut off in another function": f"{BODY}\n\ndef mean(xs):\n    return sum(xs",
    "an import before": f"import math\n\n{WHOLE}",
    "a helper before": f"def add(x, y):\n    return x + y\n\n\n{SIGNATURE}    for x in xs:\n        start = add(start, x)\n    return start\n",
    "[PYTHON]": f"[PYTHON]\n{WHOLE}[/PYTHON]",
    "[PYTHON], prose behind": f"[PYTHON]\n{WHOLE}[/PYTHON]\n[TESTS]\nassert total([1]) == 2\n[/TESTS]",
    "[/PYTHON] after a prefilled opening": f"{WHOLE}[/PYTHON]\nIt adds.",
    "[BEGIN] and [DONE]": f"[BEGIN]\n{WHOLE}\n[DONE]",
    "[/INST]": f"[/INST] Here it is:\n[CODE]\n{WHOLE}[/CODE]",
    "<code>": f"<code>\n{WHOLE}</code>",
    "<code> on the same line": f"<code>{WHOLE}</code>",
    "<pre><code>": f'<pre><code class="language-python">{WHOLE}</code></pre>',
    "<python>": f"Sure.\n<python>\n{WHOLE}</python>\nDone.",
    "<answer>": f"<answer>\n{WHOLE}</answer>",
    "<solution>": f"<solution>\n{BODY}</solution>",
    "<|python_tag|>": f"<|python_tag|>{WHOLE}",
    "TeX": f"\\begin{{code}}\n{WHOLE}\\end{{code}}",
    "TeX with a language": f"\\begin{{lstlisting}}[language=Python]\n{WHOLE}\\end{{lstlisting}}",
    "a session": f">>> {SIGNATURE}...     return sum(xs) + start\n...\n>>> total([1])\n1\n",
    "an indented session": f"    >>> {SIGNATURE}    ...     return sum(xs) + start\n    >>> total([1])\n    1\n",
    "all indented": indented(WHOLE),
    "in single backticks": f"`{WHOLE.splitlines()[0]} return sum(xs) + start`",
    "a body in tags": f"[PYTHON]\n{BODY}[/PYTHON]",
    "a body in tags and prose": f"Here is the rest:\n<code>\n{BODY}</code>\nDone",
    "escaped HTML": f"<pre>{SIGNATURE}    return sum(xs) + start if 1 &lt; 2 else 0</pre>",
    "CDATA": f"<code><![CDATA[\n{WHOLE}]]></code>",
    "JSON": json.dumps({"code": WHOLE}),
    "JSON in a fence": f"```json\n{json.dumps({'answer': WHOLE})}\n```",
    "a quotation": "".join(f"> {line}\n" for line in ["```python", *WHOLE.splitlines(), "```"]),
    "an IPython session": "In [1]: def total(xs, start=0):\n   ...:     return sum(xs) + start\n",
    "blanks that do not break": WHOLE.replace("    ", "\xa0" * 4),
    "a tag within the code": f"{SIGNATURE}    name = '<code>'\n    return sum(xs) + start\n",
    "a tag within the body": f"    name = '<code>'\n{BODY}",
    "ticks within the body": f"    # `start` is added\n    name = '`x`'\n{BODY}",
    "a byte order mark": f"\ufeff{WHOLE}",
}


@pytest.mark.parametrize(
    "text", [*FENCED.values(), *CLOSERS.values(), *LOOSE.values()], ids=[*FENCED, *CLOSERS, *LOOSE]
)
def test_right_code_passes_however_it_is_written(text):
    assert passes(text), CODE.program(ITEM, text)


@pytest.mark.parametrize("form", [f for f in (FENCED | CLOSERS | LOOSE).values() if BODY in f or LOOP in f])
def test_wrong_code_fails_in_the_same_forms(form):
    wrong = form.replace(BODY, "    return 0\n").replace(LOOP, "    return 0\n")
    assert not passes(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sure",
        "I think it adds.",
        "None",
        "a, b",
        "Answer: 5",
        "x",
        "42",
        "...",
        "pass",
        "No code here.\n- total",
        "`total`",
        "The function `total` adds up xs.",
        "I cannot help with that.",
        "\x00",
        "1. Add\n2. Return",
    ],
)
def test_prose_holds_no_code(text):
    assert CODE.program(ITEM, text) is None
    assert CODE.score(ITEM, text).outcome is Outcome.UNPARSED


@pytest.mark.parametrize(
    "text",
    [
        f"```python\n{SIGNATURE}    return sum(xs) +\n```",
        f"```python\n{SIGNATURE}    return sum(xs\n",
        "    return sum(xs",
    ],
)
def test_code_that_does_not_parse_is_run_as_it_is_and_fails(text):
    assert not passes(text)
    assert CODE.program(ITEM, text) is not None


@pytest.mark.parametrize(
    "unit",
    [
        "```\n",
        "```python\n",
        "def total(\n",
        "total = 1\n",
        "(",
        "-",
        "not ",
        "a.",
        "[",
        "'",
        '"""\n',
        "\\\n",
        "~~~\n```\n",
        ">>> total\n",
        "<code>total",
        "@total\n",
        "x\n```\n",
        "if 1:\n ",
        "def total(x): return 1\n```\n",
        "    total\n",
        "1+",
    ],
)
def test_hostile_texts_take_a_bounded_time(unit):
    started = time.process_time()
    CODE.program(ITEM, (unit * 65_536)[:65_536])
    assert time.process_time() - started < 5
