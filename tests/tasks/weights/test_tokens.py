"""Texts become tokens as the server of the model makes them: behind its chat template, where it has one."""

from __future__ import annotations

import pytest

from tasks.weights.contrast_pairs import ContrastPair
from tasks.weights.tokens import ServerTokenizer, tokens_of
from tests.support.replies import replying

PAIRS = [ContrastPair("yes", "no", "Q"), ContrastPair("ab", "c", None)]


@pytest.fixture
def server():
    """Ask for tokens at a server whose template stands in brackets; returns tokens as text, and the paths asked."""

    def asked(pairs, *, has_template):
        paths = []

        def reply(document):
            if "messages" in document:
                [message] = document["messages"]
                return 200, {"prompt": f"[{message['role']}:{message['content']}]"}
            special = ("<s>" if document["add_special"] else "") + ("!" if document["parse_special"] else "")
            return 200, {"tokens": [ord(sign) for sign in special + document["content"]]}

        with replying(reply, paths) as port:
            sides = tokens_of(ServerTokenizer(f"http://127.0.0.1:{port}/v1", has_template), pairs)
        return [["".join(map(chr, tokens)) for tokens in side] for side in sides], paths

    return asked


def test_a_prompt_is_put_into_the_template_whose_words_stand_for_special_tokens(server):
    sides, paths = server(PAIRS, has_template=True)
    assert sides == [["![user:Q]yes", "<s>ab"], ["![user:Q]no", "<s>c"]]
    assert sorted(paths) == ["/apply-template", *["/tokenize"] * 4]


def test_without_a_template_prompt_and_answer_stand_in_two_lines(server):
    sides, paths = server(PAIRS, has_template=False)
    assert sides == [["<s>Q\nyes", "<s>ab"], ["<s>Q\nno", "<s>c"]]
    assert set(paths) == {"/tokenize"}


def test_the_server_of_this_machine_is_asked_past_a_proxy(server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert server(PAIRS[1:], has_template=True)[0] == [["<s>ab"], ["<s>c"]]
