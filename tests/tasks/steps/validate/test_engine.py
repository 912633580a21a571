import subprocess
import sys

import polars as pl
import pytest

from tasks.errors import AligntaxError
from tasks.steps.validate.engine import evaluate
from tasks.steps.validate.expectations import Expectation, OneOf, Within

FRAME = pl.DataFrame(
    {"subject": ["a", "b", "c", "d"], "number": [1.0, None, -2.0, 3.0], "word": ["x", "y", "", None]},
)


def check(rule):
    return Expectation("c", "t", "gate", "q", rule, "m")


@pytest.mark.parametrize(
    ("rule", "count_checked", "unexpected"),
    [
        (Within("number", 0), 3, (2,)),
        (Within("number", high=1), 3, (3,)),
        (Within("number", -2, 3), 3, ()),
        (Within("number", 1, 1), 3, (2, 3)),
        (OneOf("word", ("x", "y")), 3, (2,)),
        (OneOf("word", ("x",)), 3, (1, 2)),
    ],
)
def test_rows_that_break_a_rule_are_listed_by_position_and_nulls_are_ignored(rule, count_checked, unexpected):
    finding = evaluate(FRAME, [check(rule)])["c"]

    assert (finding.count_checked, finding.unexpected) == (count_checked, unexpected)


def test_without_rows_every_expectation_holds():
    assert evaluate(FRAME.clear(), [check(Within("number", 0))])["c"].unexpected == ()


def test_an_expectation_on_a_missing_column_is_an_error():
    with pytest.raises(AligntaxError, match=r"'c' could not be evaluated: .*missing"):
        evaluate(FRAME, [check(Within("missing", 0))])


def test_importing_the_step_imports_neither_great_expectations_nor_pandas():
    program = "import sys, tasks.steps.validate; print({'great_expectations', 'pandas'} & set(sys.modules))"

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "set()"
