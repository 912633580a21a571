"""No key comes back: not in an answer, not in an error, not in an id, whatever a server echoes."""

from __future__ import annotations

import httpx2
import pytest

from tasks.errors import ProviderError
from tasks.providers import Connection

KEY = "sk-live-do/not+print=me"


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
def test_the_key_is_not_in_an_error(wire, status):
    with pytest.raises(ProviderError) as raised:
        wire.answer({"error": {"message": f"Incorrect API key provided: {KEY}", "code": KEY}}, status, key=KEY)
    assert KEY not in f"{raised.value!r}{raised.value}"
    assert "[key removed]" in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_shortened_message_keeps_no_part_of_the_key(wire):
    with pytest.raises(ProviderError) as raised:
        wire.answer({"error": {"message": "x" * 190 + KEY}}, 500, key=KEY)
    assert KEY[:6] not in str(raised.value)


@pytest.mark.parametrize("page", [f"<html>{KEY}</html>", f'{{"half": "{KEY}'])
def test_the_key_is_not_in_the_error_of_an_unreadable_answer(wire, page):
    with pytest.raises(ProviderError) as raised:
        wire.answer(page, key=KEY)
    assert KEY[:12] not in str(raised.value)


def test_the_key_is_found_where_json_escapes_it(wire):
    with pytest.raises(ProviderError) as raised:
        wire.answer('{"error": {"message": "bad key ' + KEY.replace("/", "\\/") + '"}}', 401, key=KEY)
    assert str(raised.value) == "HTTP 401: bad key [key removed]"


def test_the_key_is_not_in_the_error_of_a_connection(wire):
    def handler(request):
        raise httpx2.ConnectError(f"cannot send {KEY}", request=request)

    with pytest.raises(ProviderError) as raised:
        wire.ask(handler, key=KEY)
    assert str(raised.value) == "connection: cannot send [key removed]"


def test_the_key_is_not_in_any_field_of_an_answer(wire):
    content = {"chat": ("choices", 0, "message", "content"), "completions": ("choices", 0, "text")}
    place = content.get(wire.name, ("content", 0, "text"))
    document = wire.changed({place: f"your key is {KEY}", ("model",): KEY, ("id",): KEY})
    answer = wire.answer(document, headers={wire.request_id_header: f"req-{KEY}"}, key=KEY)
    assert KEY not in repr(answer)
    assert answer.text == "your key is [key removed]"
    assert answer.provider_request_id == "req-[key removed]"


@pytest.mark.parametrize("word", ["EMPTY", "ollama", "none", "a"])
def test_placeholder_keys_of_local_servers_stay_in_answers(wires, word):
    wire = wires["chat"]
    document = wire.changed({("choices", 0, "message", "content"): f"The set is {word}."})
    assert wire.answer(document, key=word).text == f"The set is {word}."


def test_the_key_is_not_in_a_printed_connection():
    assert KEY not in repr(Connection("n", "openai", None, 1, 1.0, KEY))
