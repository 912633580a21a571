"""Take a key out of what a server sends, however the server spells it.

A server may echo the key as it is, or as the text of a program that quotes it: with JSON's escapes, in percent or
hexadecimal notation, as numbers, in HTML entities, or inside a text in base64. It may turn it round or into other
letters, or hide signs in it that nobody sees. It may do so more than once, and mix the spellings. So a text is searched
as it is, and again with one layer of spelling taken off, until no layer is left.

Tested in tests/tasks/providers/test_redaction.py.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html.entities
import math
import re
import string
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import islice

from tasks.errors import TerminalError
from tasks.settings.fields import is_secret_key

_REMOVED = b"[key removed]"
# Each layer of JSON in JSON doubles the backslashes, and takes one more layer to read.
_MOST_LAYERS = 7
_MOST_ENCODINGS = 2  # of base64 or hexadecimal, around a spelling in base64 or hexadecimal
_MOST_ESCAPES = 200_000
# Decoding takes time, so base64 and hexadecimal are looked for in replies of up to so many bytes.
_MOST_DECODED = 2**18
# An escape of a printable sign. Behind a backslash stands a sign of the key, of base64 or of another escape.
_ESCAPE = (
    rb"\\u(?:00([2-7]H)|\{0*([2-7]H)\})|\\U0{6}([2-7]H)|\\x\{?0*([2-7]H)\}?|%(?:u00)?([2-7]H)|&#[xX]0*([2-7]H);?"
    rb"|\\([01]?[0-7]{2})"
    rb"|&#0*(\d{2,3});?"
    rb"|\\([S])"
    rb"|&([a-zA-Z]+;)"
).replace(b"H", b"[0-9a-fA-F]")
_OCTAL, _DECIMAL, _SIGN, _NAME = range(7, 11)
_NAMED = {name.encode(): sign.encode() for name, sign in html.entities.html5.items() if sign.isascii()}
# The end of a long line of base64, of which a longer text is made.
_LINE = 60
_IS_WRAPPED = re.compile(rb"[\r\n](?<=[\w+/=-]{%d}.)|\\[rn](?<=[\w+/=-]{%d}..)" % (_LINE, _LINE), re.DOTALL)
_HIDDEN = rb"\xe2\x80[\x8b-\x8f]|\xe2\x81\xa0|\xef\xbb\xbf|\xc2\xad"  # signs that nobody sees
_IS_HIDDEN = re.compile(_HIDDEN)
_BREAK = re.compile(rb"[\0\r\n]+|(?:\\[rn])+|(?:" + _HIDDEN + rb")+")
_BETWEEN_HEXADECIMAL = rb"(?:0[xX]|\\[nrtxuU]|[uU]\+|[^1-9a-zA-Z])*+"  # no printable sign begins with 0
# Texts are compared without what may stand between the signs of a key, and without their capitals.
_ALL = bytes(range(256))
_BETWEEN_SIGNS = _ALL.translate(None, string.ascii_letters.encode() + string.digits.encode())
_BETWEEN_DIGITS = _ALL.translate(None, string.digits.encode())
_SPACES = re.compile(rb"\\[nrt]")
_FEWEST_SIGNS = 12  # of a key that is looked for with something between them, or in part
_BETWEEN_NUMBERS = rb"(?:\\[nrt]|[^0-9a-zA-Z])++"
# Every sign of a text in base64 as one sign and all others as another: to find a long run so is ten times as quick as
# with a pattern.
_IN_RUN = b"A"
_SIGNS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="
_AS_RUNS = bytes(_IN_RUN[0] if sign in _SIGNS else 0 for sign in range(256))
_A_LINE = _IN_RUN * _LINE
_AS_FULL_WIDTH = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}
_FROM_URLS = bytes.maketrans(b"-_", b"+/")

Span = tuple[int, int]


class KeyRemover:
    """Removes one secret from bytes and texts. Without a secret it changes nothing."""

    def __init__(self, secret: str | None) -> None:
        """Compute the spellings once."""
        key = (secret or "").encode()
        whole = dict.fromkeys(_whole_spellings(key)) if key else {}
        # Those that stand in a run of signs of base64 are looked for where there is one that is long enough.
        self._in_runs = tuple(spelling for spelling in whole if not spelling.translate(None, _SIGNS))
        self._others = tuple(whole.keys() - self._in_runs)
        self._a_spelling = _IN_RUN * min(map(len, self._in_runs), default=0)
        signs = {sign for sign in secret or "" if sign.isascii() and not sign.isalnum()}
        escaped = re.escape("".join(signs | set("/+"))).encode()
        # Where neither this nor one of two signs occurs, no escape of a printable sign does. It begins with a
        # backslash, for speed.
        self._backslashed = re.compile(rb"\\(?:u[0{]|U0|x|[014-7]|[S])".replace(b"S", escaped))
        self._escape = re.compile(_ESCAPE.replace(b"S", rb"\\" + escaped))
        # Each begins with a digit, for speed.
        self._numbers = (
            re.compile(_BETWEEN_HEXADECIMAL.join(_either_case(f"{code:02x}") for code in key)),
            re.compile(_BETWEEN_NUMBERS.join(b"%d" % code for code in key)),
        )
        self._apart = tuple(_signs_apart(key))
        self._lists = tuple(_numbers_apart(key))
        # A shorter text in base64 or hexadecimal cannot hold one of the whole spellings.
        shortest = max(min(map(len, whole), default=0) * 4 // 3, 8)
        self._run = re.compile(rb"[\w+/-]{%d,}" % shortest, re.ASCII)
        self._a_run = _IN_RUN * shortest

    @classmethod
    def of_key(cls, api_key: str | None) -> KeyRemover:
        """The remover of a provider's key. Placeholders stay in texts."""
        return cls(api_key if api_key and is_secret_key(api_key) else None)

    def removed(self, content: bytes) -> bytes:
        """Bytes without the key.

        Raises:
            TerminalError: They hold more escapes than any answer.
        """
        if not (self._others or self._in_runs):
            return content
        spans = sorted((*self._found(content, _MOST_LAYERS, _MOST_ENCODINGS), *self._found_apart(content)))
        if not spans:
            return content
        kept, end = [], 0
        for start, stop in spans:
            if start >= end:
                kept += [content[end:start], _REMOVED]
            end = max(end, stop)
        return b"".join([*kept, content[end:]])

    def removed_from(self, text: str) -> str:
        """A text without the key."""
        return self.removed(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def _found(self, content: bytes, layers: int, encodings: int) -> Iterator[Span]:
        """Where the key stands, in any spelling."""
        as_runs = content.translate(_AS_RUNS)
        for spelling in (*self._others, *(self._in_runs if self._a_spelling in as_runs else ())):
            if spelling in content:
                yield from (match.span() for match in re.finditer(re.escape(spelling), content))
        for numbers in self._numbers:
            yield from (match.span() for match in numbers.finditer(content))
        if layers and (b"%" in content or b"&" in content or self._backslashed.search(content)):
            yield from self._below(_unescaped(self._escape, content), layers - 1, encodings)
        is_wrapped = b"\0" in content or (_A_LINE in as_runs and _IS_WRAPPED.search(content))
        if layers and (is_wrapped or (not content.isascii() and _IS_HIDDEN.search(content))):
            yield from self._below(_Peeled(content, ((m.span(), b"") for m in _BREAK.finditer(content))), 1, encodings)
        if encodings and len(content) <= _MOST_DECODED and self._a_run in as_runs:
            for run in self._run.finditer(content):
                if any(any(self._found(inner, layers, encodings - 1)) for inner in _decoded(run[0])):
                    yield run.span()

    def _found_apart(self, content: bytes) -> Iterator[Span]:
        """Where the key, or most of it, stands with other signs between its own, in other capitals, or as numbers."""
        plain = _SPACES.sub(b"  ", content) if b"\\" in content else content
        digits = plain.translate(None, _BETWEEN_DIGITS)  # few in most texts: they tell soonest that no key is there
        likely = [spelled for spelled in self._apart if spelled[0].translate(None, _BETWEEN_DIGITS) in digits]
        pressed = plain.translate(None, _BETWEEN_SIGNS).lower() if likely else b""
        for searched, within in ((likely, pressed), (self._lists, digits)):
            for signs, pattern in searched:
                if signs in within:
                    yield from (match.span() for match in pattern.finditer(plain))

    def _below(self, peeled: _Peeled, layers: int, encodings: int) -> Iterator[Span]:
        """Where the key stands below a layer."""
        if peeled.is_changed:
            yield from (peeled.origin(*span) for span in self._found(peeled.content, layers, encodings))


class _Peeled:
    """A text of which some parts are replaced by one sign each, or by nothing, and where each sign comes from."""

    def __init__(self, content: bytes, parts: Iterator[tuple[Span, bytes]]) -> None:
        """Replace the parts."""
        pieces: list[bytes] = []
        self._places: list[int] = []
        self._spans: list[Span] = []
        size = end = 0
        for (start, stop), sign in parts:
            pieces += [content[end:start], sign]
            self._places.append(size + start - end)
            self._spans.append((start, stop))
            size, end = size + start - end + len(sign), stop
            self._width = len(sign)
        self.content = b"".join([*pieces, content[end:]])
        self.is_changed = bool(pieces)

    def origin(self, start: int, end: int) -> Span:
        """Where a part of the content comes from."""
        return self._origin(start)[0], self._origin(end - 1)[1]

    def _origin(self, place: int) -> Span:
        number = bisect_right(self._places, place) - 1
        if number < 0:
            return place, place + 1
        beyond = place - self._places[number] - self._width
        start = self._spans[number][1] + beyond
        return self._spans[number] if beyond < 0 else (start, start + 1)


def _unescaped(escape: re.Pattern[bytes], content: bytes) -> _Peeled:
    """A text with one layer of escapes taken off.

    Raises:
        TerminalError: It holds more of them than any answer.
    """
    found = list(islice(escape.finditer(content), _MOST_ESCAPES + 1))
    if len(found) > _MOST_ESCAPES:
        raise TerminalError("reply of more escapes than any answer", error_type="too_large", may_be_billed=True)
    return _Peeled(content, ((match.span(), sign) for match in found if (sign := _sign(match))))


def _sign(escape: re.Match[bytes]) -> bytes:
    """The sign that an escape stands for; nothing where it stands for none that a key holds."""
    kind = escape.lastindex or 0
    said = escape[kind]
    if kind == _SIGN:
        return said
    if kind == _NAME:
        return _NAMED.get(said, b"")[:1]
    code = int(said, 8 if kind == _OCTAL else 10 if kind == _DECIMAL else 16)
    return chr(code).encode() if chr(code).isascii() else b""


def _decoded(run: bytes) -> Iterator[bytes]:
    """What a text in base64 or hexadecimal says, wherever in it the encoded part begins."""
    for start in range(4):
        part = run[start:]
        part = part[: len(part) - (len(part) % 4 == 1)].translate(_FROM_URLS)
        yield base64.b64decode(part + b"=" * (-len(part) % 4))
    for start in range(2):
        try:
            yield binascii.unhexlify(run[start : start + (len(run) - start) // 2 * 2])
        except binascii.Error:
            return


def _signs_apart(key: bytes) -> Iterator[tuple[bytes, re.Pattern[bytes]]]:
    """The signs of most of the key, from its begin and from its end, and the key turned; and what finds them apart."""
    signs = key.translate(None, _BETWEEN_SIGNS)
    most = max(_FEWEST_SIGNS, math.ceil(len(signs) * 2 / 3))
    parts = (signs[:most], signs[-most:], signs[::-1]) if len(signs) >= _FEWEST_SIGNS else ()
    for part in dict.fromkeys(parts):
        between = rb"[^0-9a-zA-Z]*+".join(bytes([sign]) for sign in part)
        yield part.lower(), re.compile(between, re.IGNORECASE)


def _numbers_apart(key: bytes) -> Iterator[tuple[bytes, re.Pattern[bytes]]]:
    """The digits of the key's codes in decimal, octal and binary, and what finds them with anything else between."""
    apart = rb"[^0-9]*+"
    for form in ("d", "o", "03o", "08b") if key else ():
        codes = [format(code, form).encode() for code in key]
        yield b"".join(codes), re.compile(apart.join(codes))
        yield b"0" + b"0".join(codes), re.compile(b"0" + apart + (apart + b"0" + apart).join(codes))  # 0o163


def _whole_spellings(plain: bytes) -> Iterator[bytes]:
    """The key as it is and turned, and in each encoding wherever it may begin in a longer text."""
    yield plain
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for spelled in _encoded(plain, encode, 6):
            yield from (spelled, spelled[::-1])
    for encode in (base64.b32encode, base64.b32hexencode):
        for spelled in _encoded(plain, encode, 5):
            yield from (spelled, spelled.lower())
    yield from (base64.b85encode(plain), base64.a85encode(plain), binascii.b2a_uu(plain[:45]).rstrip())
    yield from (str(int.from_bytes(plain, order)).encode() for order in ("big", "little"))
    yield plain[::-1]
    text = plain.decode()
    yield codecs.encode(text, "rot13").encode()
    yield text.translate(_AS_FULL_WIDTH).encode()


def _encoded(plain: bytes, encode: Callable[[bytes], bytes], bits: int) -> Iterator[bytes]:
    """A part of an encoding in signs of so many bits. Signs at its ends may hold bits of what stands beside it."""
    for offset in range(math.lcm(bits, 8) // 8):
        spelled = encode(b"\0" * offset + plain).rstrip(b"=")
        yield spelled[math.ceil(offset * 8 / bits) : len(spelled) - bool((offset + len(plain)) * 8 % bits)]


def _either_case(digits: str) -> bytes:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits).encode()
