"""Under any faults a request gets the answer that an endpoint without faults gives, and every attempt is counted."""

from __future__ import annotations

import io
import json
from collections import Counter

import pytest

from infra.simulator.asgi import Simulator

CHAT = "/v1/chat/completions"
BROKEN = {"rate_429": 0.1, "rate_500": 0.1, "rate_529": 0.1, "dropped": 0.1, "malformed_json": 0.1, "html": 0.1}


@pytest.fixture
def simulator(truth, known):
    return Simulator(truth, known)


def _asked_until_answered(send, simulator, path, body, **headers):
    """The kinds of fault on the way, then the answer."""
    met = []
    for _ in range(100):  # at 0.6 faults per attempt, 100 in a row do not happen
        response = send(simulator, path, body, **headers)
        if response.status == 200 and response.json is not None:
            return met, response
        is_page = response.headers.get("content-type", "").startswith("text/html")
        met.append(
            "html" if is_page else {None: "dropped", 200: "malformed_json"}.get(response.status, response.status)
        )
    raise AssertionError(met)


@pytest.mark.parametrize("path", [CHAT, "/v1/messages"])
def test_the_answer_is_the_same_however_many_faults_came_before(truth, known, send, chat_body, path):
    broken, healthy, version = Simulator(truth, known), Simulator(truth, known), {"anthropic_version": "2023-06-01"}
    broken.faults.replace({"*": BROKEN})
    met = []
    for number in range(60):
        body = chat_body("sums", number, "oak-base")
        on_the_way, answer = _asked_until_answered(send, broken, path, body, **version)
        met += on_the_way
        expected = send(healthy, path, body, **version)
        assert answer.json | {"created": 0} == expected.json | {"created": 0}
        assert answer.headers == expected.headers
    assert set(met) == {429, 500, 529, "dropped", "malformed_json", "html"}
    counted = json.loads(broken.tally.as_json())
    assert counted["total"]["requests"] == 60 + len(met)
    assert counted["total"]["faults"] == {str(kind): count for kind, count in Counter(met).items()}
    assert counted["models"] == {"oak-base": counted["total"]}
    assert "faults" not in json.loads(healthy.tally.as_json())["total"]


def test_another_process_meets_the_same_faults(truth, known, send, chat_body):
    histories = []
    for _ in range(2):
        simulator = Simulator(truth, known)
        simulator.faults.replace({"oak-base": BROKEN})
        bodies = [chat_body("sums", number, "oak-base") for number in range(20)]
        histories.append([_asked_until_answered(send, simulator, CHAT, body)[0] for body in bodies])
    assert histories[0] == histories[1]


def test_only_answers_that_reach_the_client_are_logged(truth, known, send, chat_body):
    log = io.BytesIO()
    simulator = Simulator(truth, known, log)
    for faults, count in (({"malformed_json": 1}, 0), ({"rate_500": 1}, 0), ({"missing_usage": 1}, 1)):
        simulator.faults.replace({"*": faults})
        send(simulator, CHAT, chat_body("sums", 0, "oak-base"))
        assert len(log.getvalue().splitlines()) == count, faults


def test_each_failed_attempt_has_its_own_id(simulator, send, chat_body):
    simulator.faults.replace({"*": {"rate_500": 1}})
    ids = [send(simulator, CHAT, chat_body("sums", 0, "oak-base")).headers["x-request-id"] for _ in range(3)]
    assert len(set(ids)) == 3


def test_faults_can_be_put_into_force_and_removed_on_a_running_server(simulator, send, chat_body):
    body = chat_body("sums", 0, "oak-base")
    whole = send(simulator, "/faults", method="GET").json
    assert set(whole) == set(simulator.truth.models)
    assert send(simulator, "/faults", {"oak-base": {"rate_500": 1}}).json["oak-base"]["rate_500"] == 1
    assert send(simulator, CHAT, body).status == 500
    assert send(simulator, CHAT, {**body, "model": "oak-tuned"}).status == 200
    assert send(simulator, "/faults", whole).json == whole
    assert send(simulator, CHAT, body).status == 200


@pytest.mark.parametrize("posted", [[], {"nobody": {}}, {"oak-base": {"html": 2}}])
def test_posted_faults_with_mistakes_are_refused(simulator, send, posted):
    before = send(simulator, "/faults", method="GET").json
    response = send(simulator, "/faults", posted)
    assert response.status == 400
    assert response.json["error"]["message"]
    assert send(simulator, "/faults", method="GET").json == before


def test_only_questions_are_counted(simulator, send):
    send(simulator, "/faults", {"*": {}})
    assert send(simulator, "/stats", method="GET").json["total"]["requests"] == 0
