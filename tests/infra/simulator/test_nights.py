"""The header x-night: another night is another draw of the same truth, and items stay as hard as they were."""

from __future__ import annotations

from statistics import correlation, mean

import pytest

from infra.simulator.asgi import Simulator
from tasks.scorers.exact import Exact

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
COUNT = 500
PINNED = "chatcmpl-dd83c82ed1bf26a47892d557"  # the id that this request had before nights existed


@pytest.fixture(scope="module")
def simulator(truth, known):
    return Simulator(truth, known)


def _answers(simulator, send, chat_body, path=CHAT, **headers):
    bodies = [chat_body("outputs", number, "oak-tuned") for number in range(COUNT)]
    return [send(simulator, path, body, anthropic_version="2023-06-01", **headers).json for body in bodies]


def _is_right(known, answers):
    texts = [answer["choices"][0]["message"]["content"] for answer in answers]
    return [Exact().score(i, text).outcome == "correct" for i, text in zip(known["outputs"].items, texts, strict=True)]


@pytest.fixture(scope="module")
def nights(simulator, send, chat_body):
    return {night: _answers(simulator, send, chat_body, x_night=night) for night in ("2026-11-20", "2026-11-21")}


def test_nights_differ_and_each_can_be_repeated(simulator, send, chat_body, nights):
    first, second = nights.values()
    assert not {answer["id"] for answer in first} & {answer["id"] for answer in second}
    again = _answers(simulator, send, chat_body, x_night="2026-11-20")
    assert [answer["choices"] for answer in again] == [answer["choices"] for answer in first]


def test_without_a_night_the_answers_are_those_from_before_nights_existed(send, chat_body, simulator):
    assert send(simulator, CHAT, chat_body("sums", 0, "oak-base")).json["id"] == PINNED


def test_another_night_changes_neither_rates_nor_the_difficulty_of_items(known, truth, nights):
    first, second = (_is_right(known, answers) for answers in nights.values())
    assert first != second
    assert correlation(first, second) > 0.4
    for night in (first, second):  # items share clusters, so 5 standard errors of independent draws
        assert abs(mean(night) - truth.models["oak-tuned"].rates["outputs"].competence) < 5 * (0.19 / COUNT) ** 0.5


def test_a_night_gives_the_same_texts_in_both_vendors_formats(simulator, send, chat_body, nights):
    messages = _answers(simulator, send, chat_body, path=MESSAGES, x_night="2026-11-21")
    texts = [message["content"][0]["text"] for message in messages]
    assert texts == [answer["choices"][0]["message"]["content"] for answer in nights["2026-11-21"]]


def test_the_log_names_the_night(truth, known, send, chat_body, tmp_path):
    path = tmp_path / "log"
    with path.open("wb") as log:
        simulator = Simulator(truth, known, log)
        send(simulator, CHAT, chat_body("sums", 0, "oak-base"), x_night="2026-11-21")
        send(simulator, CHAT, chat_body("sums", 0, "oak-base"))
    with_night, without = path.read_text().splitlines()
    assert '"night":"2026-11-21"' in with_night
    assert "night" not in without
