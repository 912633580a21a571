"""Thirty nights of the nightly flow in one process: scores, alarms, spending and notices are those counted by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
import shlex
import socket
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

from flows.processes.prefect_server import QUIET
from flows.processes.simulated import simulated_server
from tests.support.held_nights import nights_process
from tests.support.measured import growth
from tests.support.nights import rows
from tests.support.receiver import Inbox, nobody, receiver
from tests.support.runs import command, environment
from tests.support.sizes import size
from warehouse.connection import Warehouse

pytestmark = pytest.mark.endurance

SIZE, BENCHMARKS, TUNED = 100, ("arithmetic", "knowledge"), ("falling", "steady")
INPUT_USD, OUTPUT_USD = 1.0, 5.0  # a million tokens
WEEK = timedelta(7)
SOON = 3  # nights within which so large a fall is seen
SECRET = "shared"
MOST_MORE_BYTES = 20 * 2**20
MOST_MORE = 10  # descriptors and threads
CONFIG = """
warehouse: warehouse.duckdb
schedule: {{cron: "0 2 * * *", timezone: Europe/Berlin}}
missed_nights: report
budget: {{month: {{usd: {budget}}}}}
analysis: {{monitor: {{reference_nights: 2}}}}
notify:
  - {{kind: slack, name: team, url: "${{SLACK_WEBHOOK}}"}}
  - {{kind: json, name: ops, url: "{ops}", secret: "${{NOTIFY_SECRET}}"}}
  - {{kind: json, name: down, url: "{down}"}}
model_defaults:
  provider: openai
  endpoint: simulator
  base_url: http://127.0.0.1:{port}/v1
  is_simulated: true
  api: chat
  concurrency: 8
  price: [{{from: 2026-01-01, input_usd_per_million: 1, output_usd_per_million: 5}}]
models:
  - {{id: base, model: oak-base, api: completions, cadence: weekly}}
  - {{id: steady, model: oak-steady, base: base}}
  - {{id: falling, model: oak-falling, base: base}}
benchmarks:
  - {{id: arithmetic, sample_size: {size}}}
  - {{id: knowledge, sample_size: {size}}}
"""
TRUTH = """
seed: 1
families:
  oak:
    oak-base: {{rates: {{arithmetic: {{competence: 0.9}}, knowledge: {{competence: 0.9}}}}}}
    oak-steady:
      base: oak-base
      faults: {{served_model: {served}}}
      rates: {{arithmetic: {{competence: 0.85}}, knowledge: {{competence: 0.85}}}}
    oak-falling:
      base: oak-base
      rates: {{arithmetic: {{competence: {level}}}, knowledge: {{competence: {level}}}}}
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens on which night, counted from 0.

    Attributes:
        missed: Nobody holds this night.
        down: On this night no server answers.
        served: From this night on the endpoint of ``steady`` serves another model under the same name.
        falls: From this night on ``falling`` loses most of its answers.
        stopped: On this night the money of January ends. February has its own.
    """

    first: date
    count: int
    missed: int
    down: int
    served: int
    falls: int
    stopped: int

    def day(self, night: int) -> date:
        return self.first + timedelta(night)

    @property
    def held(self) -> list[int]:
        return [night for night in range(self.count) if night != self.missed]

    @property
    def unpaid(self) -> list[int]:
        """The nights of January from the one on which its money ends."""
        return [night for night in self.held if night >= self.stopped and self.day(night).month == 1]

    @property
    def whole(self) -> list[int]:
        return [night for night in self.held if night != self.down and night not in self.unpaid]

    @property
    def with_base(self) -> list[int]:
        """The nights that ask the base, with those on which it gave no answer."""
        found, good = [], None
        for night in self.held:
            if good is None or self.day(night) - self.day(good) >= WEEK:
                found.append(night)
                good = night if night in self.whole else good
        return found

    def models(self, night: int) -> list[str]:
        """The models that are asked on a night."""
        return sorted([*TUNED, *(["base"] if night in self.with_base else [])])


# The answers are the same in every run. Two nights of one level differ enough for an alarm of kind `served_model` in 5%
# of changes; on these nights they do not.
PLANS = {
    "full": Plan(date(2026, 1, 10), 30, missed=4, down=7, served=12, falls=13, stopped=20),
    "tenth": Plan(date(2026, 1, 24), 9, missed=3, down=4, served=5, falls=2, stopped=6),
}


@dataclass
class Held:
    """What came of the nights: a line for each from their process, their folder, and what people were told."""

    plan: Plan
    folder: Path
    environment: dict[str, str]
    ops: Inbox
    team: Inbox
    january_usd: float = 9.0
    measured: dict[int, dict[str, Any]] = field(default_factory=dict)
    told: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    @property
    def log(self) -> list[dict[str, Any]]:
        """What the simulator answered."""
        return [json.loads(line) for line in (self.folder / "answers.jsonl").read_text().splitlines()]

    @property
    def said(self) -> str:
        """What the process of the nights wrote to standard error."""
        return (self.folder / "said").read_text()

    def day(self, night: int) -> str:
        return str(self.plan.day(night))

    @staticmethod
    def model(line: dict[str, Any]) -> str:
        """The model of a line of the log."""
        name: str = line["model"]
        return name.removeprefix("oak-")

    @property
    def billed_usd(self) -> dict[tuple[str, str], float]:
        """What each model was billed on each night, by the simulator's log."""
        usd: Counter[tuple[str, str]] = Counter()
        for line in self.log:
            tokens_usd = line["tokens_input"] * INPUT_USD + line["tokens_output"] * OUTPUT_USD
            usd[line["night"], self.model(line)] += tokens_usd / 1_000_000
        return dict(usd)


@pytest.fixture(scope="module")
def held(tmp_path_factory, prefect_api) -> Iterator[Held]:
    """All nights, each told to one process when its time has come."""
    plan = PLANS["full" if size() == "full" else "tenth"]
    folder = tmp_path_factory.mktemp("nights")
    with receiver() as ops, receiver() as team, Server(folder) as server:
        given = {"SLACK_WEBHOOK": team.address, "NOTIFY_SECRET": SECRET, "GX_ANALYTICS_ENABLED": "false"}
        found = Held(plan, folder, {**environment(prefect_api), **QUIET, **given}, ops, team)
        (folder / "aligntax.yaml").write_text('schedule: {cron: "0 2 * * *", timezone: Europe/Berlin}\n')
        with nights_process(folder, found.environment) as hold:
            for night in plan.held:
                write_config(found, server, night)
                server.serve(plan, night)
                take_in(found, hold, night)
        yield found


class Server(ExitStack):
    """The simulated server at one port, started anew where the truth changes or nobody shall answer."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.truth, self.down = folder, "", nobody()
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.port = taken.getsockname()[1]

    def serve(self, plan: Plan, night: int) -> None:
        served = "oak-steady-0301" if night >= plan.served else "oak-steady"
        truth = "" if night == plan.down else TRUTH.format(served=served, level=0.2 if night >= plan.falls else 0.85)
        if truth == self.truth:
            return
        self.close()
        self.truth = truth
        if truth:
            (self.folder / "truth.yaml").write_text(truth)
            files = ("--truth", self.folder / "truth.yaml", "--log", self.folder / "answers.jsonl")
            self.enter_context(simulated_server(self.folder, "--port", str(self.port), *files))


def write_config(held: Held, server: Server, night: int) -> None:
    """The configuration of a night. Before the night on which January's money ends, half a night's is left."""
    if night == held.plan.stopped:
        last = held.day(max(one for one in held.plan.whole if one < night))
        usd = held.billed_usd
        half = sum(spent for (day, model), spent in usd.items() if day == last and model in TUNED) / 2
        held.january_usd = sum(usd.values()) + half
    budget = held.january_usd if night in held.plan.unpaid else 9.0
    text = CONFIG.format(budget=budget, ops=held.ops.address, down=server.down, port=server.port, size=SIZE)
    (held.folder / "aligntax.yaml").write_text(text)


def take_in(held: Held, hold: Callable[[datetime], dict[str, Any]], night: int) -> None:
    """Have a night held, and take in what it said and what people were told."""
    at = datetime.combine(held.plan.day(night), time(1), UTC)  # 02:00 in Berlin
    before = len(held.ops.letters)
    held.measured[night] = hold(at)
    for _, body in held.ops.letters[before:]:
        held.told += [(night, notice) for notice in json.loads(body)["notices"]]


@pytest.fixture(scope="module")
def published(held):
    with Warehouse.read(held.folder / "publish" / "aligntax.duckdb") as reader:
        yield reader


def scored(held) -> set[tuple[str, str, str]]:
    """Night, model and benchmark of every cell that was asked whole."""
    return {
        (held.day(night), model, benchmark)
        for night in held.plan.whole
        for model in held.plan.models(night)
        for benchmark in BENCHMARKS
    }


def letters(inbox: Inbox) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in inbox.letters]


def test_every_night_ends_as_it_should(held, published):
    """A night of which a budget left no cell has failed, as one without a server has."""
    plan = held.plan
    ends = {night: found["state"] for night, found in held.measured.items()}
    counted = "select distinct as_of_date::varchar from reports.coverage where status = 'complete'"
    reported = {day for (day,) in rows(published, counted)}
    unpaid = {night: "Partial" if held.day(night) in reported else "Failed" for night in plan.unpaid}
    assert ends == dict.fromkeys(plan.whole, "Completed") | unpaid | {plan.down: "Failed"}, held.said
    assert set(unpaid.values()) >= {"Failed"}


def test_each_cell_is_asked_once_on_each_night_that_it_is_due(held):
    asked = Counter((line["night"], held.model(line), line["benchmark"], line["item_id"]) for line in held.log)
    assert set(asked.values()) == {1}
    unpaid = {held.day(night) for night in held.plan.unpaid}
    cells = Counter(key[:3] for key in asked if key[0] not in unpaid)
    assert cells == dict.fromkeys(scored(held), SIZE)
    with Warehouse.read(held.folder / "warehouse.duckdb") as reader:
        columns = "run_id, model_id, benchmark_id, item_id, repeat"
        counts = rows(reader, f"select count(*), count(distinct ({columns})) from raw.generations")
    assert counts == [(len(held.log), len(held.log))]


def test_coverage_says_how_each_cell_of_each_night_ended(held, published):
    plan = held.plan
    found = rows(published, "select as_of_date::varchar, model_id, benchmark_id, status from reports.coverage")
    assert len(found) == len({row[:3] for row in found})
    assert {row[:3] for row in found if row[3] == "complete" and row[0] in map(held.day, plan.whole)} == scored(held)
    others: dict[str, set[str]] = defaultdict(set)
    for day, *_, status in found:
        others[day].add(status)
    assert {day: statuses for day, statuses in others.items() if statuses != {"complete"}} == {
        held.day(plan.down): {"failed"},
        **{held.day(night): ANY if night == plan.stopped else {"incomplete"} for night in plan.unpaid},
    }
    assert "incomplete" in others[held.day(plan.stopped)]
    expected = len(scored(held)) + 2 * sum(len(plan.models(night)) for night in [plan.down, *plan.unpaid])
    assert len(found) == expected


def test_the_trend_has_each_score_once_and_only_the_fallen_model_alarms_from_its_night_on(held, published):
    plan = held.plan
    trend = rows(published, "select as_of_date::varchar, model_id, benchmark_id from reports.trend")
    stopped = held.day(plan.stopped)
    assert sorted(row for row in trend if row[0] != stopped) == sorted(scored(held))
    split = rows(published, "select as_of_date::varchar, model_id, benchmark_id from reports.trend where is_split")
    assert sorted(split) == [(held.day(plan.served), "steady", benchmark) for benchmark in BENCHMARKS]
    alarms = "select distinct model_id, benchmark_id, since_date::varchar from reports.alerts order by all"
    assert rows(published, alarms) == [("falling", benchmark, held.day(plan.falls)) for benchmark in BENCHMARKS]
    new = dict(rows(published, "select benchmark_id, as_of_date::varchar from reports.alerts where is_new"))
    alarms_told = [one for _, one in held.told if one["kind"] == "alarm" and one["change"] == "new"]
    told = {one["subject"].split()[3]: one["as_of_date"] for one in alarms_told}
    assert rows(published, "select count(*) from reports.alerts where is_new") == [(len(BENCHMARKS),)]
    assert new == told
    assert set(new.values()) <= {held.day(night) for night in plan.whole if 0 <= night - plan.falls <= SOON}
    last = "select count(*) from reports.alerts where as_of_date = (select max(as_of_date) from reports.trend)"
    assert rows(published, last) == [(len(BENCHMARKS),)]


def test_a_base_that_rests_is_compared_by_its_last_good_answers(held, published):
    plan = held.plan
    asked = [night for night in plan.with_base if night in plan.whole]
    apart = {(held.day(night), night - max(one for one in asked if one <= night)) for night in plan.whole}
    found = "select distinct as_of_date::varchar, days_apart from reports.alignment_tax where is_headline"
    assert {row for row in rows(published, found) if row[0] != held.day(plan.stopped)} == apart


def test_spending_is_that_of_the_servers_log_and_stays_within_the_month(held, published):
    paid = "select as_of_date::varchar, model_id, cost_usd from reports.spend where cost_usd > 0"
    found = {(day, model): usd for day, model, usd in rows(published, paid)}
    assert found == pytest.approx(held.billed_usd)
    stops = "select distinct as_of_date::varchar from reports.spend where stopped_by = 'month.usd' order by 1"
    assert [day for (day,) in rows(published, stops)] == [held.day(night) for night in held.plan.unpaid]
    january = sum(usd for (day, _), usd in held.billed_usd.items() if day < "2026-02")
    assert january <= held.january_usd


def test_people_are_told_once_of_what_began_and_of_what_ended(held):
    plan = held.plan
    stopped = {model for night in plan.unpaid for model in plan.models(night)}
    after, paid = plan.down + 1, min(night for night in plan.whole if night > plan.stopped)
    told = [(night, one["kind"], one["change"]) for night, one in held.told if one["kind"] not in {"alarm", "budget"}]
    assert sorted(told) == sorted(
        [
            (plan.missed + 1, "missed_night", "new"),
            (plan.down, "provider_down", "new"),
            (after, "provider_down", "ended"),
        ]
    )
    alarms = Counter(
        (one["subject"], one["change"], one["since_date"]) for _, one in held.told if one["kind"] == "alarm"
    )
    begun = {
        (f"fall: falling on {benchmark} (chat), simulated", "new", held.day(plan.falls)): 1 for benchmark in BENCHMARKS
    }
    assert {key: count for key, count in alarms.items() if key[1] != "worse"} == begun
    budgets = [
        (one["subject"], one["change"]) for _, one in held.told if one["kind"] == "budget" and one["change"] != "worse"
    ]
    assert sorted(budgets) == sorted(
        (f"{model} (month.usd)", change) for model in stopped for change in ("new", "ended")
    )
    assert {night for night, one in held.told if one["kind"] == "budget" and one["change"] == "ended"} == {paid}
    ids = [one["notice_id"] for _, one in held.told]
    assert len(ids) == len(set(ids))


def test_both_receivers_get_the_same_and_the_signature_is_right(held):
    assert [body["text"].count("Look closer: ") for body in letters(held.team)] == [
        len(body["notices"]) for body in letters(held.ops)
    ]
    for headers, body in held.ops.letters:
        signed = f"{headers['X-Aligntax-Timestamp']}.".encode() + body
        assert headers["X-Aligntax-Signature"] == f"v1={hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()}"
    with Warehouse.read(held.folder / "warehouse.duckdb") as reader:
        events = "select distinct receiver, status from raw.notice_events order by all"
        assert rows(reader, events) == [
            ("down", "undelivered"),
            ("down", "waiting"),
            ("ops", "delivered"),
            ("ops", "waiting"),
            ("team", "delivered"),
            ("team", "waiting"),
        ]


def test_nothing_grows_in_the_process(held):
    nights = list(held.measured.values())[1:]
    shown = {name: growth(nights, name) for name in ("memory_bytes", "count_descriptors", "count_threads")}
    print(f"from the second third of {len(nights)} nights to the last: {shown}")
    assert shown["count_descriptors"] <= MOST_MORE
    assert shown["count_threads"] <= MOST_MORE
    assert shown["memory_bytes"] <= MOST_MORE_BYTES


def test_the_commands_that_notices_name_run(held):
    """Last, because one of them holds the night that was missed."""
    for named in sorted({one["command"] for _, one in held.told}):
        line = command(*shlex.split(named)[1:])
        found = subprocess.run(line, cwd=held.folder, env=held.environment, capture_output=True, text=True, check=False)
        assert found.returncode == 0, found.stderr
