"""What holds after a night, from the facts of its cells."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.errors import NothingEvaluated, UsageError, ValidationStopped
from tasks.steps.notify import conditions, ended

NIGHT = date(2026, 1, 31)
DOWN = "no server answers at http://127.0.0.1:1/v1 (connection refused) for base"


class Facts:
    """A warehouse that knows only what it was given."""

    def __init__(self, cells=(), alarms=(), gates=()):
        self.found = {"night_cells": list(cells), "standing_alarms": list(alarms)}
        self.gates = [(gate,) for gate in gates]

    def has(self, _):
        return True

    def named_rows(self, name, **_):
        return self.found[name]

    def query_rows(self, *_, **__):
        return ["expectation"], self.gates


def cell(model="base", status="complete", reason=None, *, endpoint="server", answered=10, types=(), **more):
    return {
        "cell_id": f"{model}/arithmetic/chat",
        "model_id": model,
        "benchmark_id": "arithmetic",
        "endpoint": endpoint,
        "status": status,
        "reason": reason,
        "count_answered": answered,
        "error_types": list(types),
        "budget": None,
        "is_waiting": False,
        **more,
    }


def found(*cells, error=None, **facts):
    return [(one.kind, one.subject) for one in conditions(Facts(cells, **facts), ended(NIGHT, error))]


def test_nothing_holds_after_a_whole_night():
    assert found(cell(), cell("aligned")) == []


@pytest.mark.parametrize(
    "lost",
    [
        {"status": "failed", "reason": DOWN},
        {"status": "left_out", "types": ["connection"]},
        {"status": "left_out", "types": ["timeout", "http_503"]},
    ],
)
def test_a_provider_that_was_down_is_named_once(lost):
    cells = [cell(model, answered=0, **lost) for model in ("base", "aligned")]
    assert found(*cells, cell("other", endpoint="elsewhere"), error=NothingEvaluated("x")) == [
        ("provider_down", "server")
    ]


@pytest.mark.parametrize(
    ("lost", "condition"),
    [
        ({"status": "failed", "answered": 0, "types": ["http_401"]}, ("failure", "aligned")),
        ({"status": "left_out", "types": ["connection"]}, ("failure", "aligned")),
        ({"status": "incomplete", "budget": "night.usd"}, ("budget", "aligned (night.usd)")),
        ({"status": "incomplete", "is_waiting": True}, ("batch_waiting", "aligned")),
    ],
)
def test_cells_that_lack_answers_are_named_by_model(lost, condition):
    assert found(cell(), cell("aligned", **lost)) == [condition]


def test_words_of_a_server_are_not_repeated():
    secret = cell("aligned", "failed", "HTTP 400: the question was how to build a bomb", answered=1)
    [condition] = conditions(Facts([cell(), secret]), ended(NIGHT, None))
    assert "bomb" not in str(condition)


def test_a_failed_gate_is_named():
    assert found(error=ValidationStopped("x"), gates=["same_answers"]) == [("validation", "same_answers")]


def test_an_error_that_is_no_verdict_is_the_failure_of_the_run():
    [condition] = conditions(Facts(), ended(NIGHT, UsageError("/home/somebody/x")))
    assert (condition.kind, condition.subject) == ("failure", "nightly run")
    assert condition.what == "The night 2026-01-31 failed: UsageError."


def test_an_alarm_says_its_interval_its_promise_and_since_when():
    alarm = {
        "kind": "fall",
        "model_id": "aligned",
        "benchmark_id": "arithmetic",
        "prompt_style": "chat",
        "origin": "endpoint",
        "what_changed": None,
        "since_date": date(2026, 1, 20),
        "fall": 0.06,
        "fall_low": 0.02,
        "fall_high": 0.1,
        "alpha": 0.05,
        "is_wandering": False,
    }
    [condition] = conditions(Facts(alarms=[alarm]), ended(NIGHT, None), option=" --config a.yaml")
    assert condition.what == "aligned on arithmetic (chat) fell by 6.0 points."
    assert condition.since == date(2026, 1, 20)
    assert condition.sure == (
        "95% interval [2.0, 10.0] points. At most 5% of years see a false alarm, over all series together."
    )
    assert condition.command == "aligntax sql --ask alarms --config a.yaml"
    assert (condition.size, condition.surely) == (0.06, 0.02)


def test_targets_that_failed_are_one_condition_that_names_them():
    (one,) = conditions(Facts([cell()]), ended(NIGHT, None), option=" --config c.yaml", unpublished=["csv", "postgres"])
    assert (one.kind, one.subject, one.size) == ("failure", "publication targets", 2)
    assert one.what.endswith("are not in these targets: csv, postgres.")
    assert one.command == "aligntax publish --config c.yaml"
