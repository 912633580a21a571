"""No key comes back: not in an answer, not in an error, not in an id, whatever a server echoes."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import json
from urllib.parse import quote

import aiohttp
import pytest

from tasks.errors import ProviderError, TerminalError
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


BASE64 = base64.b64encode(KEY.encode()).decode().rstrip("=")[:-1]
DEEP_JSON = "".join(f"\\\\\\\\\\\\\\\\u{ord(sign):04x}" for sign in KEY)
SPELLINGS = {
    "base64, turned": BASE64[::-1],
    "base32 of hexadecimal digits": base64.b32hexencode(KEY.encode()).decode().rstrip("=")[:-1],
    "base85": base64.b85encode(KEY.encode()).decode(),
    "Ascii85": base64.a85encode(KEY.encode()).decode(),
    "uuencode": binascii.b2a_uu(KEY.encode()).decode().strip(),
    "one number": str(int.from_bytes(KEY.encode(), "big")),
    "reversed": KEY[::-1],
    "rot13": codecs.encode(KEY, "rot13"),
    "full width": "".join(chr(ord(sign) + 0xFEE0) for sign in KEY),
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
    "JSON, braces": "".join(f"\\u{{{ord(sign):x}}}" for sign in KEY),
    "Python, eight digits": "".join(f"\\U{ord(sign):08x}" for sign in KEY),
    "JSON four times": DEEP_JSON,
    "JavaScript's percent": "".join(f"%u{ord(sign):04x}" for sign in KEY),
    "percent in HTML": "".join(f"&#37;{ord(sign):02x}" for sign in KEY),
    "percent in JSON": "".join(f"\\u0025{ord(sign):02x}" for sign in KEY),
    "HTML in percent": quote("".join(f"&#{ord(sign)};" for sign in KEY), safe=""),
    "HTML in JSON": "".join(f"\\u0026#{ord(sign)};" for sign in KEY),
    "HTML in HTML, hexadecimal": "".join(f"&#x26;#{ord(sign)};" for sign in KEY),
    "JSON in HTML": "".join(f"&#92;u{ord(sign):04x}" for sign in KEY),
    "hexadecimal, both cases": "".join(f"{ord(s):02x}" if n % 2 else f"{ord(s):02X}" for n, s in enumerate(KEY)),
    "hexadecimal, spaced": KEY.encode().hex(" "),
    "hexadecimal, colons": KEY.encode().hex(":"),
    "quoted-printable": "=".join(f"{ord(sign):02X}" for sign in KEY),
    "numbers, one a line": "\n".join(str(ord(sign)) for sign in KEY),
    "numbers, dots": ".".join(str(ord(sign)) for sign in KEY),
    "hexadecimal, numbers": ", 0x".join(f"{ord(sign):02x}" for sign in KEY),
    "numbers": ", ".join(str(ord(sign)) for sign in KEY),
    "base64 in JSON": "".join(f"\\u{ord(sign):04x}" for sign in BASE64),
    "base64 in HTML": "".join(f"&#{ord(sign)};" for sign in BASE64),
    "base64 in hexadecimal": BASE64.encode().hex(),
    "base64 in base64": base64.b64encode(BASE64.encode()).decode().rstrip("="),
    "hexadecimal in base64": base64.b64encode(KEY.encode().hex().encode()).decode().rstrip("="),
    "hexadecimal in hexadecimal": KEY.encode().hex().encode().hex(),
    "UTF-16": "\0".join(KEY),
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


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz", "user", "Bearer ", "user:"])
@pytest.mark.parametrize("after", ["", "!", "!!", "@host"])
def test_the_key_is_removed_from_a_text_in_base32(before, after):
    text = base64.b32encode(f"{before}{KEY}{after}".encode()).decode()
    beside = base64.b32encode(f"{before}{'x' * len(KEY)}{after}".encode()).decode()
    for spelled, other in ((text, beside), (text.lower(), beside.lower())):
        found = KeyRemover(KEY).removed_from(f"say {spelled} again")
        assert len(found) <= len("say  again") + len(spelled) - len(KEY) * 8 // 5 + 2 + len("[key removed]")
        assert KeyRemover(KEY).removed_from(other) == other


@pytest.mark.parametrize("hidden", ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad"])
def test_signs_that_nobody_sees_hide_no_key(hidden):
    assert KeyRemover(KEY).removed_from(f"say {hidden.join(KEY)} again") == "say [key removed] again"
    text = f"don\u2019t say{hidden}so"
    assert KeyRemover(KEY).removed_from(text) == text


@pytest.mark.parametrize("word", ["EMPTY", "none", "ollama", "lm-studio", "not-needed", "no-key-required", ""])
def test_a_placeholder_is_no_key(word):
    text = f"{word} %{word} &{word}; \\u0041"
    assert KeyRemover.of_key(word).removed_from(text) == text


@pytest.mark.parametrize("between", [" ", "-", "_", ".", ", ", "\n", "\\n", "\t", '", "', "\u200b", "' + '", "\u0301"])
def test_signs_between_those_of_a_key_hide_none(between):
    apart = between.join(KEY)
    assert KeyRemover(KEY).removed_from(f"a {apart} b") == "a [key removed] b"
    halves = f"{KEY[:11]}{between}{KEY[11:]}"
    assert KeyRemover(KEY).removed_from(f"a {halves} b") == "a [key removed] b"


@pytest.mark.parametrize("change", [str.upper, str.lower, str.swapcase, str.title])
def test_other_capitals_hide_no_key(change):
    assert KeyRemover(KEY).removed_from(f"x-api-key: {change(KEY)}!") == "x-api-key: [key removed]!"


def test_a_part_of_a_key_that_a_server_cut_off_is_removed():
    for part in (KEY[:-4], KEY[4:]):
        found = KeyRemover(KEY).removed_from(f"a {part} b")
        assert "[key removed]" in found
        assert len(found) < len("a [key removed]12345678 b"), "a few signs may be left"
    assert KeyRemover(KEY).removed_from(f"a {KEY[:8]}***{KEY[-2:]} b") == f"a {KEY[:8]}***{KEY[-2:]} b"


@pytest.mark.parametrize(
    "form", ["{:d} ", "chr({:d})+", "{:o} ", "\\{:03o}", "0o{:03o},", "{:08b} ", "{:08b}", "U+{:04X} ", "\\{:06x} "]
)
def test_the_codes_of_a_key_hide_none(form):
    assert "[key removed]" in KeyRemover(KEY).removed_from(
        " ".join(["1 2"] + [form.format(sign) for sign in KEY.encode()])
    )


@pytest.mark.parametrize("sign", list("\"'\\/$`"))
def test_a_backslash_before_one_sign_hides_no_key(sign):
    key = f"ab-cd-0123{sign}gh"
    assert KeyRemover(key).removed_from("x" + key.replace(sign, f"\\{sign}") + "y") == "x[key removed]y"


def test_a_key_of_odd_signs_is_removed():
    key = 'a&b%c\\d"e(f)[g]{1,2}.*'
    remover = KeyRemover(key)
    for spelling in (key, json.dumps(key)[1:-1], quote(key, safe=""), html.escape(key)):
        assert remover.removed_from(f"x{spelling}y") == "x[key removed]y"


@pytest.mark.parametrize("end", ["\n", "\\n", "\\r\\n"])
def test_base64_in_lines_hides_no_key(end):
    lines = base64.encodebytes(f"{'x' * 40}{KEY}{'y' * 40}".encode()).decode()
    assert KeyRemover(KEY).removed_from(lines.replace("\n", end)) == f"[key removed]=={end}"


def test_what_stands_around_a_key_stays_as_it_is():
    text = f"100% of &amp; \\u0041, {quote(KEY, safe='')} and \\u0042; caf\u00e9 {BASE64} QUJD"
    kept = "100% of &amp; \\u0041, [key removed] and \\u0042; caf\u00e9 [key removed] QUJD"
    assert KeyRemover(KEY).removed_from(text).replace("]=", "]") == kept


def test_a_text_of_escapes_alone_is_refused_before_it_takes_long():
    with pytest.raises(TerminalError, match="more escapes"):
        KeyRemover(KEY).removed(b"%41" * 300_000)


def test_a_key_split_over_the_parts_of_a_text_is_removed(wires):
    halves = KEY[:9], KEY[9:]
    blocks = [{"type": kind, kind: half} for kind in ("text", "thinking") for half in halves]
    message = wires["messages"].answer(wires["messages"].changed({("content",): blocks}), key=KEY)
    chat = wires["chat"].answer(
        "".join(
            f"data: {json.dumps({'choices': [{'delta': {'content': half}, 'finish_reason': end}]})}\n\n"
            for half, end in zip(halves, (None, "stop"), strict=True)
        ),
        key=KEY,
    )
    assert [message.text, message.reasoning_text, chat.text] == ["[key removed]"] * 3
