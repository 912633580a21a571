"""No key comes back: not in an answer, not in an error, not in an id, whatever a server echoes."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote

import aiohttp
import pytest

from tasks.errors import ProviderError
from tasks.providers import Connection
from tasks.providers.keys import KeyRemover

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
    def handler(_):
        raise aiohttp.ClientConnectionError(f"cannot send {KEY}")

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


SPELLINGS = {
    "plain": KEY,
    "JSON, slash": KEY.replace("/", "\\/"),
    "JSON, signs": KEY.replace("/", "\\u002f").replace("+", "\\u002B").replace("=", "\\u003D"),
    "JSON, all": "".join(f"\\u{ord(sign):04x}" for sign in KEY),
    "JSON in JSON": json.dumps("".join(f"\\u{ord(sign):04X}" for sign in KEY))[1:-1],
    "JSON in JSON in JSON": json.dumps(json.dumps(KEY.replace("/", "\\/")))[3:-3],
    "Python, hexadecimal": "".join(f"\\x{ord(sign):02x}" for sign in KEY),
    "C, octal": "".join(f"\\{ord(sign):03o}" for sign in KEY),
    "percent": quote(KEY, safe=""),
    "percent, small": quote(KEY, safe="").lower(),
    "percent, all": "".join(f"%{ord(sign):02X}" for sign in KEY),
    "percent twice": quote(quote(KEY, safe=""), safe=""),
    "HTML, decimal": "".join(f"&#{ord(sign)};" for sign in KEY),
    "HTML, hexadecimal": "".join(f"&#x{ord(sign):X};" for sign in KEY),
    "HTML, padded": "".join(f"&#{ord(sign):05d};" for sign in KEY),
    "HTML, names": KEY.replace("/", "&sol;").replace("+", "&plus;").replace("=", "&equals;"),
    "HTML twice": html.escape("".join(f"&#{ord(sign)};" for sign in KEY)),
    "hexadecimal": KEY.encode().hex(),
    "hexadecimal, capitals": KEY.encode().hex().upper(),
    "mixed": "\\u0073k-live-do&#47;not%2Bprint\\x3dme",
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_the_key_is_removed_in_every_spelling(spelling):
    assert KeyRemover(KEY).removed_from(f"a {spelling} b") == "a [key removed] b"


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", ["", "x", "xy", "Bearer ", "user:"])
@pytest.mark.parametrize("after", ["", "!", "!!", "@host"])
def test_the_key_is_removed_from_a_text_in_base64(encode, before, after):
    text = encode(f"{before}{KEY}{after}".encode()).decode()
    found = KeyRemover(KEY).removed_from(text)
    assert "[key removed]" in found
    assert len(found.replace("[key removed]", "")) <= len(before + after) * 4 / 3 + 6


@pytest.mark.parametrize("word", ["EMPTY", "none", "ollama", "lm-studio", "not-needed", "no-key-required", ""])
def test_a_placeholder_is_no_key(word):
    text = f"{word} %{word} &{word}; \\u0041"
    assert KeyRemover.of_key(word).removed_from(text) == text


@pytest.mark.parametrize("sign", list("\"'\\/$`"))
def test_a_backslash_before_one_sign_hides_no_key(sign):
    key = f"ab-cd-0123{sign}gh"
    assert KeyRemover(key).removed_from("x" + key.replace(sign, f"\\{sign}") + "y") == "x[key removed]y"


def test_a_key_of_odd_signs_is_removed():
    key = 'a&b%c\\d"e(f)[g]{1,2}.*'
    remover = KeyRemover(key)
    for spelling in (key, json.dumps(key)[1:-1], quote(key, safe=""), html.escape(key)):
        assert remover.removed_from(f"x{spelling}y") == "x[key removed]y"
