"""Log-probabilities: a distribution at every token, which at an answer's letter shows what was decided."""

from __future__ import annotations

import json
import math
from statistics import mean

import pytest

from infra.simulator.asgi import Simulator
from infra.simulator.logprobs import Letters, scored
from infra.simulator.stream import Stream
from tasks.benchmarks.letters import asked_for_letter
from tasks.domain import PromptStyle

CHAT, COMPLETION = "/v1/chat/completions", "/v1/completions"
TEXT = "Nothing here needs a trick. So far so good. The answer is (C).\n\nQuestion: 1,234 ways?"


@pytest.fixture(scope="module")
def simulator(truth, known):
    return Simulator(truth, known)


def _letter(margin, right="C", given="C", seed=0, count_top=4):
    text = TEXT.replace("(C)", f"({given})")
    tokens = scored(text, Letters("ABCD", right, margin), count_top, Stream(seed))
    return next(token for token in tokens if token.text == given)


@pytest.mark.parametrize("text", [TEXT, "", " a\n\nb ", "[1, 'x']\t\u00e9 \u2019", "word12345"])
def test_the_tokens_joined_together_are_the_text(text):
    assert "".join(token.text for token in scored(text, None, 3, Stream(1))) == text


@pytest.mark.parametrize("count_top", [0, 1, 5, 20])
def test_every_token_has_a_distribution(count_top):
    for token in scored(TEXT, Letters("ABCD", "C", 0.3), count_top, Stream(2)):
        chances = [math.exp(logprob) for _, logprob in token.alternatives]
        assert len(dict(token.alternatives)) == count_top
        assert chances == sorted(chances, reverse=True)
        assert sum(chances) <= 1
        assert count_top == 0 or token.alternatives[0] == (token.text, token.logprob)


@pytest.mark.parametrize("margin", [-math.inf, -1.0, -0.01, 0.01, 1.0, math.inf])
@pytest.mark.parametrize("given", ["A", "C"])
def test_the_given_letter_is_the_most_likely_and_all_letters_are_listed(margin, given):
    for seed in range(50):
        letters = [word for word, _ in _letter(margin, given=given, seed=seed).alternatives]
        assert letters[0] == given
        assert sorted(letters) == list("ABCD")
        assert given == "C" or letters[1] == "C"


def test_a_clearer_decision_gives_a_more_likely_letter():
    sure, unsure = (mean(_letter(margin, seed=seed).logprob for seed in range(100)) for margin in (2.0, 0.1))
    assert sure > unsure + 0.5


def test_chat_log_probabilities_have_the_vendors_shape(simulator, send, chat_body):
    body = chat_body("letters", 0, "oak-base", logprobs=True, top_logprobs=4)
    (choice,) = send(simulator, CHAT, body).json["choices"]
    content = choice["logprobs"]["content"]
    assert "".join(entry["token"] for entry in content) == choice["message"]["content"]
    assert all(set(entry) == {"token", "logprob", "bytes", "top_logprobs"} for entry in content)
    assert all(bytes(entry["bytes"]).decode() == entry["token"] for entry in content)
    assert all(len(entry["top_logprobs"]) == 4 for entry in content)
    (bare,) = send(simulator, CHAT, {**body, "top_logprobs": None}).json["choices"]
    assert [entry["top_logprobs"] for entry in bare["logprobs"]["content"]] == [[]] * len(content)
    (without,) = send(simulator, CHAT, {**body, "top_logprobs": None, "logprobs": False}).json["choices"]
    assert without == {**choice, "logprobs": None}


@pytest.mark.parametrize("count_top", [0, 3])
def test_completion_log_probabilities_have_the_vendors_shape(simulator, send, known, count_top):
    prompt = known["letters"].render(known["letters"].items[0], PromptStyle.COMPLETION)
    body = {"model": "oak-base", "prompt": prompt.text, "stop": list(prompt.stop), "logprobs": count_top}
    (choice,) = send(simulator, COMPLETION, body).json["choices"]
    given = choice["logprobs"]
    assert "".join(given["tokens"]) == choice["text"]
    assert [
        choice["text"][at:].startswith(token) for at, token in zip(given["text_offset"], given["tokens"], strict=True)
    ]
    assert len(given["token_logprobs"]) == len(given["tokens"])
    if count_top == 0:
        assert given["top_logprobs"] is None
    else:
        assert [top[token] for top, token in zip(given["top_logprobs"], given["tokens"], strict=True)] == given[
            "token_logprobs"
        ]


def test_the_answers_letter_has_a_distribution_with_the_right_letter_first_or_second(simulator, send, chat_body, known):
    seen = 0
    for number in range(100):
        body = chat_body("letters", number, "oak-base", logprobs=True, top_logprobs=4)
        (choice,) = send(simulator, CHAT, body).json["choices"]
        if "The answer is (" not in choice["message"]["content"]:
            continue
        entry = choice["logprobs"]["content"][-3]
        tops = [top["token"] for top in entry["top_logprobs"]]
        assert sorted(tops) == list("ABCD"), json.dumps(entry)
        assert tops[0] == entry["token"]
        assert known["letters"].items[number].target in tops[:2]
        seen += 1
    assert seen > 60


@pytest.mark.parametrize(
    ("path", "fields", "param"),
    [
        (CHAT, {"top_logprobs": 3}, "top_logprobs"),
        (CHAT, {"logprobs": True, "top_logprobs": 21}, "top_logprobs"),
        (CHAT, {"logprobs": True, "top_logprobs": -1}, "top_logprobs"),
        (COMPLETION, {"logprobs": 21}, "logprobs"),
        (COMPLETION, {"logprobs": "3"}, "logprobs"),
    ],
)
def test_unsupported_numbers_of_alternatives_are_refused(simulator, send, path, fields, param):
    body = {"model": "oak-base", "prompt": "x", "messages": [{"role": "user", "content": "x"}], **fields}
    response = send(simulator, path, body)
    assert (response.status, response.json["error"]["param"]) == (400, param)


@pytest.mark.parametrize("text", ["B", " B"])
def test_a_bare_letter_has_a_distribution_over_letters_in_its_own_spelling(text):
    (token,) = scored(text, Letters("ABCD", "B", 1.0), 5, Stream(1))
    words = [word for word, _ in token.alternatives]
    assert words[0] == token.text == text
    assert {word for word in words if word.strip() in "ABCD"} == {text[:-1] + letter for letter in "ABCD"}


def test_with_a_limit_of_one_token_the_answer_is_the_letter(simulator, send, known):
    item = known["letters"].items[0]
    prompt = asked_for_letter(known["letters"], 20).render(item, PromptStyle.COMPLETION)
    body = {"model": "oak-base", "prompt": prompt.text, "max_tokens": 1, "logprobs": 5}
    texts = [send(simulator, COMPLETION, {**body, "seed": seed}).json["choices"][0] for seed in range(30)]
    letters = [choice for choice in texts if choice["text"].strip() in list("ABCD")]
    assert len(letters) > 20
    assert all(choice["finish_reason"] == "length" for choice in letters)
    assert all(len(choice["logprobs"]["tokens"]) == 1 for choice in letters)
