"""Faults: their rates, the same faults in every process, posted faults, and one line for every mistake."""

from __future__ import annotations

import math
from collections import Counter
from statistics import mean, stdev

import pytest

from infra.simulator.faults import HEALTHY, Fault, FaultBook, Faults, Latency, ServedModel, built, find_mistakes

COUNT = 2000
EVERYTHING = {
    "rate_429": 0.10,
    "rate_500": 0.05,
    "rate_529": 0.08,
    "dropped": 0.04,
    "malformed_json": 0.06,
    "html": 0.03,
    "missing_usage": 0.25,
    "retry_after_s": 1.5,
    "latency_ms": {"median_ms": 200, "sigma": 0.5},
}


def _book(**faults):
    return FaultBook({"oak": built(faults), "elm": HEALTHY})


def _befall(book, number, latency_ms=0.0):
    return book.befall("oak", ("seed", "oak", number), latency_ms)


@pytest.mark.parametrize("attempt", [1, 3])
def test_rates_of_faults_are_the_stated_ones_at_every_attempt(attempt):
    book = _book(**EVERYTHING)
    for _ in range(attempt):
        incidents = [_befall(book, number) for number in range(COUNT)]
    answered = [incident for incident in incidents if incident.fault is None]
    found = Counter(incident.fault for incident in incidents)
    for fault, rate in built(EVERYTHING).exclusive:
        assert abs(found[fault] / COUNT - rate) <= 4 * math.sqrt(rate * (1 - rate) / COUNT), fault
    lost = mean(incident.is_usage_missing for incident in answered)
    assert abs(lost - 0.25) <= 4 * math.sqrt(0.25 * 0.75 / len(answered))


def test_a_log_normal_latency_has_its_median_and_spread():
    book = _book(latency_ms={"median_ms": 200, "sigma": 0.5})
    logarithms = [math.log(_befall(book, number).delay_s) for number in range(COUNT)]
    assert abs(mean(logarithms) - math.log(0.2)) <= 4 * 0.5 / math.sqrt(COUNT)
    assert abs(stdev(logarithms) - 0.5) <= 4 * 0.5 / math.sqrt(2 * COUNT)


@pytest.mark.parametrize(("faults", "delay_s"), [({}, 0.03), ({"latency_ms": 200}, 0.2), ({"latency_ms": 0}, 0.0)])
@pytest.mark.parametrize("other", [{}, {"missing_usage": 0.5}])
def test_a_fixed_latency_replaces_the_models_own(faults, delay_s, other):
    assert _befall(_book(**faults, **other), 0, latency_ms=30).delay_s == delay_s


@pytest.mark.parametrize(
    ("rate", "delay_s"), [("rate_429", 0), ("rate_529", 0), ("rate_500", 0.2), ("dropped", 0.2), ("html", 0.2)]
)
def test_only_requests_that_a_gateway_refuses_take_no_time(rate, delay_s):
    assert _befall(_book(**{rate: 1, "latency_ms": 200}), 0).delay_s == delay_s


def test_what_happens_depends_only_on_request_and_attempt():
    first, second = _book(**EVERYTHING), _book(**EVERYTHING)
    for number in reversed(range(100)):
        _befall(second, number)
    fates = [_befall(first, number) for number in range(100)]
    again = [_befall(first, number) for number in range(100)]
    assert again == [_befall(second, number) for number in range(100)]
    assert [fate.fault for fate in fates] != [fate.fault for fate in again]
    assert {fate.attempt for fate in again} == {2}


def test_retries_succeed_in_the_end():
    book = _book(rate_429=0.4, rate_500=0.4)
    for number in range(200):
        attempts = next(n for n in range(1, 100) if _befall(book, number).fault is None)
        assert attempts < 99


def test_another_name_is_given_from_a_stated_request_on():
    book = _book(served_model={"name": "oak-new", "after": 2})
    assert [_befall(book, n).served_name for n in (0, 0, 0, 1)] == [None, None, "oak-new", "oak-new"]
    assert _befall(_book(served_model="oak-new"), 0).kinds == (Fault.SERVED_MODEL,)


def test_a_failed_attempt_does_not_count_flaws_of_an_answer():
    assert _befall(_book(rate_500=1, missing_usage=1, served_model="x"), 0).kinds == (Fault.SERVER_ERROR,)
    flawed = _befall(_book(missing_usage=1, served_model="x"), 0)
    assert flawed.kinds == (Fault.MISSING_USAGE, Fault.SERVED_MODEL)


def test_posted_faults_replace_or_remove_those_in_force():
    book = _book(rate_500=1)
    assert book.replace({"elm": {"html": 0.5}}) == []
    assert book.by_model == {"oak": Faults(rate_500=1), "elm": Faults(html=0.5)}
    assert book.replace({"*": {"dropped": 1}, "oak": {}}) == []
    assert book.by_model == {"oak": HEALTHY, "elm": Faults(dropped=1)}


def test_posted_faults_with_mistakes_change_nothing():
    book = _book(rate_500=1)
    assert book.replace({"oak": {}, "elm": {"html": 7}, "ash": {}}) == [
        "ash: unknown key. Known: *, elm, oak",
        "elm.html: expected a number from 0 to 1, found 7",
    ]
    assert book.by_model["oak"] == Faults(rate_500=1)
    assert book.replace([]) == ["expected a mapping of model to faults, found []"]


def test_a_mapping_becomes_faults():
    assert built({"served_model": "x", "latency_ms": 5, "html": None}) == Faults(
        served_model=ServedModel("x"), latency_ms=Latency(5)
    )


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (3, "here: expected a mapping of faults, found 3"),
        ({"rate_404": 0.1}, "here.rate_404: unknown key. Known: "),
        ({"dropped": True}, "here.dropped: expected a number from 0 to 1, found True"),
        ({"rate_429": 0.6, "html": 0.6}, "here: the rates of faults that exclude each other must add up to at most 1"),
        ({"retry_after_s": -1}, "here.retry_after_s: expected a number of at least 0, found -1"),
        ({"latency_ms": float("nan")}, "here.latency_ms: expected milliseconds or {median_ms, sigma}, found nan"),
        ({"latency_ms": {"sigma": 1}}, "here.latency_ms: expected milliseconds or {median_ms, sigma}, found {'sig"),
        ({"latency_ms": {"median_ms": -1}}, "here.latency_ms: expected milliseconds or {median_ms, sigma}, found {"),
        ({"served_model": ""}, "here.served_model: expected a model name or {name, after}, found ''"),
        ({"served_model": {"name": "x", "after": "y"}}, "here.served_model: expected a model name or {name, after}"),
        ({"served_model": {"after": 3}}, "here.served_model: expected a model name or {name, after}, found {'after'"),
    ],
)
def test_each_mistake_in_faults_is_one_line(entry, line):
    (found,) = find_mistakes("here", entry)
    assert found.startswith(line)


def test_missing_usage_may_be_added_to_rates_that_sum_to_1():
    assert list(find_mistakes("here", {"rate_500": 1, "missing_usage": 1})) == []
