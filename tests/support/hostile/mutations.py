"""Real bodies, changed: a seed and a question decide what a server sends in the place of the good answer.

A third of the changes are in the tree of the document, the others in its bytes or in the HTTP around it. ``Sent`` holds
the parts apart, so that a test can read them without HTTP.
"""

from __future__ import annotations

import copy
import gzip
import json
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from tests.support.hostile.bodies import errors, good
from tests.support.hostile.replies import Asked, Reply, Then

Draw = random.Random
_BOMB = gzip.compress(b" " * 20 * 2**20)


class Framing(Enum):
    """How a body is delimited, rightly or wrongly."""

    LENGTH = "its length"
    CHUNKED = "chunks"
    CLOSE = "the end of the connection"
    CUT = "its length, and cut before its end"
    CHUNK_CUT = "chunks, and cut within one"
    BAD_CHUNK = "a chunk of no length"
    SHORT = "a length that is too small"
    TWO_LENGTHS = "two lengths"
    NEGATIVE = "a negative length"
    NO_HEAD = "no head"
    WAITING = "a length that is too large, on a connection that stays open"


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent: status, headers, the body as it is packed, and how it is delimited.

    ``encoding`` says how the body was packed. ``is_odd`` says that one client may read such a head, and another not.
    """

    status: int
    body: bytes
    headers: tuple[bytes, ...] = (b"content-type: application/json",)
    framing: Framing = Framing.LENGTH
    encoding: str | None = None
    is_odd: bool = False
    changes: tuple[str, ...] = field(default=(), compare=False)

    def reply(self) -> Reply:
        """The bytes, and what the server does then."""
        size, cut = len(self.body), self.body[: len(self.body) // 2]
        chunk = b"%x\r\n%s\r\n"
        length, chunks = b"content-length: %d", b"transfer-encoding: chunked"
        head, content, then = {
            Framing.LENGTH: (length % size, self.body, Then.GO_ON),
            Framing.CHUNKED: (
                chunks,
                b"".join(chunk % (len(part), part) for part in _parts(self.body)) + b"0\r\n\r\n",
                Then.GO_ON,
            ),
            Framing.CLOSE: (b"connection: close", self.body, Then.CLOSE),
            Framing.CUT: (length % (size + 1), self.body, Then.CLOSE),
            Framing.CHUNK_CUT: (chunks, b"%x\r\n%s" % (size + 1, cut), Then.CLOSE),
            Framing.BAD_CHUNK: (chunks, b"zz\r\n" + self.body, Then.CLOSE),
            Framing.SHORT: (length % len(cut), self.body, Then.GO_ON),
            Framing.TWO_LENGTHS: (b"content-length: 5\r\n" + length % size, self.body, Then.CLOSE),
            Framing.NEGATIVE: (b"content-length: -1", self.body, Then.CLOSE),
            Framing.NO_HEAD: (b"", self.body, Then.CLOSE),
            Framing.WAITING: (length % (size + 1), self.body, Then.GO_ON),
        }[self.framing]
        if self.framing is Framing.NO_HEAD:
            return Reply(content, then)
        lines = (b"HTTP/1.1 %03d Said" % self.status, *self.headers, head)
        return Reply(b"\r\n".join(lines) + b"\r\n\r\n" + content, then)


def mutated(seed: int, asked: Asked) -> Sent:
    """What the first attempt at a question gets."""
    draw = Draw(f"{seed} {asked.model} {asked.item}")
    status, document = draw.choice(errors(asked.path)) if draw.random() < 0.15 else (200, good(asked))
    change = draw.choices((_in_the_tree, _in_the_bytes, _in_the_head), (60, 20, 20))[0]
    return change(draw, status, copy.deepcopy(document))


def _parts(body: bytes) -> Iterator[bytes]:
    size = max(1, len(body) // 3)
    return (body[start : start + size] for start in range(0, len(body), size))


# ---------------------------------------------------------------- the tree of a document


def _in_the_tree(draw: Draw, status: int, document: dict[str, Any]) -> Sent:
    texts: dict[str, str] = {}
    changes = []
    for _ in range(draw.choice((1, 1, 2, 3))):
        place = draw.choice(list(_places(document)) or [({"": None}, "")])
        change = draw.choice(_CHANGES)
        changes.append(f"{change.__name__.strip('_')} {place[1]}")
        change(draw, place, texts)
    body = json.dumps(document)
    for token, written in texts.items():
        body = body.replace(f'"{token}"', written)
    return Sent(status, body.encode(), changes=tuple(changes))


Place = tuple[Any, Any]


def _places(value: Any) -> Iterator[Place]:
    """Every place in a document, as what holds it and its key there."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in entries:
        yield value, key
        yield from _places(held)


def _delete(_: Draw, place: Place, __: dict[str, str]) -> None:
    holder, key = place
    if isinstance(holder, list) or key in holder:
        del holder[key]


def _retype(draw: Draw, place: Place, _: dict[str, str]) -> None:
    holder, key = place
    value = holder[key]
    others = (None, True, False, 0, -1, 1.5, 2**53, "", "word", [], {}, [value], {"value": value}, str(value), [[[]]])
    holder[key] = draw.choice(others)


def _end_word(draw: Draw, place: Place, _: dict[str, str]) -> None:
    holder, key = place
    holder[key] = draw.choice(("length", "content_filter", "error", "max_tokens", "refusal", "end of it"))


def _duplicate(draw: Draw, place: Place, texts: dict[str, str]) -> None:
    """An element of a list twice, or a key twice, of which the last one counts."""
    holder, key = place
    if isinstance(holder, list):
        holder.insert(key, holder[key])
    else:
        first, last = draw.sample((json.dumps(holder[key]), "null", '"other"', "7"), 2)
        holder[key] = _written(texts, f"{first}, {json.dumps(key)}: {last}")


def _raw(draw: Draw, place: Place, texts: dict[str, str]) -> None:
    holder, key = place
    written = draw.choice(
        ("NaN", "Infinity", "-Infinity", "1e400", "-1e999", "9" * 30, "9" * 400, "-" + "9" * 30, "1e-400", "0.1e1")
    )
    holder[key] = _written(texts, written)


def _deep(draw: Draw, place: Place, texts: dict[str, str]) -> None:
    holder, key = place
    opened, closed = draw.choice((("[", "]"), ('{"a":', "}")))
    depth = draw.choice((10, 100, 100_000))
    holder[key] = _written(texts, opened * depth + "1" + closed * draw.choice((depth, depth, 0)))


def _surrogate(draw: Draw, place: Place, _: dict[str, str]) -> None:
    """A lone surrogate added to a text, or put in the place of a number, list or object."""
    holder, key = place
    holder[key] = _with(draw, holder[key], draw.choice(("\ud800", "\udfff", "\udc00\ud800")))


def _control(draw: Draw, place: Place, _: dict[str, str]) -> None:
    holder, key = place
    holder[key] = _with(draw, holder[key], draw.choice(("\0", "\x1b[2J", "\x7f", "\u202e", "\ufeff", "\r\n")))


def _long(draw: Draw, place: Place, _: dict[str, str]) -> None:
    holder, key = place
    size = draw.choice((1_000, 1_000, 10_000, 200_000))
    holder[key] = f"{holder[key]}" + draw.choice(("x", "é", "☃", "\n", "'")) * size


def _rename(draw: Draw, place: Place, _: dict[str, str]) -> None:
    holder, key = place
    if isinstance(holder, dict):
        holder[draw.choice((str(key).upper(), f"{key}s", "\ud800", "", "__class__"))] = holder.pop(key)


def _parts_of_text(_: Draw, place: Place, __: dict[str, str]) -> None:
    """A content in parts, as some servers send it."""
    holder, key = place
    if key == "content" and isinstance(holder[key], str):
        holder[key] = [{"type": "text", "text": holder[key]}]


_CHANGES: tuple[Callable[[Draw, Place, dict[str, str]], None], ...] = (
    _delete, _retype, _retype, _end_word, _duplicate, _raw, _deep, _surrogate, _surrogate, _control, _long, _rename,
    _parts_of_text,
)  # fmt: skip


def _written(texts: dict[str, str], written: str) -> str:
    """A token for a place where JSON of our own is written later."""
    token = f"@@{len(texts)}@@"
    texts[token] = written
    return token


def _with(draw: Draw, value: Any, signs: str) -> str:
    text = value if isinstance(value, str) else ""
    at = draw.randint(0, len(text))
    return text[:at] + signs + text[at:]


# ---------------------------------------------------------------- the bytes of a document


def _in_the_bytes(draw: Draw, status: int, document: dict[str, Any]) -> Sent:
    body = json.dumps(document).encode()
    at = draw.randrange(len(body))
    name, changed = draw.choice(
        (
            ("truncated", body[:at]),
            ("nothing", b""),
            ("a byte is another", body[:at] + bytes([draw.randrange(256)]) + body[at + 1 :]),
            ("a byte is missing", body[:at] + body[at + 1 :]),
            ("a null byte", body[:at] + b"\0" + body[at:]),
            ("bytes of a surrogate", body[:at] + b"\xed\xa0\x80" + body[at:]),
            ("bytes that are not UTF-8", body[:at] + b"\xff\xfe\x80" + body[at:]),
            ("a mark of byte order", b"\xef\xbb\xbf" + body),
            ("UTF-16", body.decode().encode("utf-16")),
            ("twice", body + body),
            ("garbage behind", body + b"\n<!-- served by node 7 -->"),
            ("garbage before", b")]}',\n" + body),
            ("single quotes", body.replace(b'"', b"'")),
            ("a comma too many", body[:-1] + b",}"),
            ("blanks around", b" \r\n\t" * 100 + body + b"\n" * 100),
            ("in a list", b"[" + body + b"]"),
            ("a text", json.dumps(body.decode()).encode()),
            ("a page", b"<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>"),
            ("brackets without end", b"[" * draw.choice((10, 5_000, 1_000_000))),
            ("null", b"null"),
        )
    )
    return Sent(status, changed, changes=(name,))


# ---------------------------------------------------------------- the HTTP around it


def _in_the_head(draw: Draw, status: int, document: dict[str, Any]) -> Sent:
    sent = Sent(status, json.dumps(document).encode())
    change = draw.choice((_framed, _packed, _another_status, _odd_header, _typed))
    return change(draw, sent)


_RARE = {Framing.WAITING: 0.1}  # it lasts until the time-out


def _framed(draw: Draw, sent: Sent) -> Sent:
    framing = draw.choices(list(Framing), [_RARE.get(framing, 1) for framing in Framing])[0]
    return replace(sent, framing=framing, changes=(framing.value,))


def _packed(draw: Draw, sent: Sent) -> Sent:
    """Packed rightly, wrongly, or not at all although the head says so."""
    packed = gzip.compress(sent.body)
    encoding, body, is_odd = draw.choice(
        (
            ("gzip", packed, False),
            ("gzip", packed[: len(packed) // 2], False),
            ("gzip", sent.body, False),
            ("gzip", b"\x1f\x8b\x08\0" + draw.randbytes(200), False),
            ("gzip", _BOMB, False),
            ("gzip", packed + b"garbage", True),
            ("gzip", b"", True),
            ("deflate", zlib.compress(sent.body), False),
            ("deflate", draw.randbytes(200), False),
            ("br", sent.body, True),
            ("zstd", draw.randbytes(200), True),
            ("identity", sent.body, True),
            ("x-unknown", sent.body, True),
            ("gzip, gzip", gzip.compress(packed), True),
        )
    )
    headers = (*sent.headers, b"content-encoding: " + encoding.encode())
    return replace(sent, body=body, headers=headers, encoding=encoding, is_odd=is_odd, changes=(f"packed {encoding}",))


def _another_status(draw: Draw, sent: Sent) -> Sent:
    status = draw.choice(
        (100, 101, 199, 201, 202, 204, 206, 299, 300, 301, 304, 307, 400, 401, 402, 403, 404, 405, 408, 409, 410, 411,
         413, 418, 422, 424, 425, 429, 431, 451, 498, 499, 500, 501, 502, 503, 504, 520, 524, 529, 599, 600, 999)
    )  # fmt: skip
    # Replies of these statuses have no body. Closing keeps one from being read as the next reply.
    framing = Framing.CLOSE if status in {100, 101, 199, 204, 304} else Framing.LENGTH
    return replace(
        sent,
        status=status,
        framing=framing,
        is_odd=status in {100, 101, 199, 204, 304, 600, 999, 0},
        changes=(f"status {status}",),
    )


def _odd_header(draw: Draw, sent: Sent) -> Sent:
    """Waits that no server means, and values that are not text. Waits of seconds are few, because they are kept."""
    wait = draw.choice(
        (b"", b"-1", b"nan", b"soon", b"0", b"0.01", b"1e-300", b"0x10", b"Wed, 21 Oct 2015 07:28:00 GMT", b"\xd9\xa3",
         b"Wed, 99 Oct 99999 07:28:00 GMT", b"Wed, 21 Oct 99999999999999999999 07:28:00 GMT", b"1 2", b"1;2", b"\xff")
    )  # fmt: skip
    name, is_odd = draw.choice(
        (
            (b"retry-after: " + wait, b"\xff" in wait),
            (b"retry-after-ms: " + wait, b"\xff" in wait),
            (
                b"x-request-id: "
                + draw.choice((b"", b"\xff\xfe", b"\xed\xa0\x80", b"r" * 5_000, b"\xe2\x98\x83", b"\x1b[2J")),
                True,
            ),
            (b"x-long: " + b"y" * 100_000, True),
            (b"\r\n".join(b"x-%d: y" % number for number in range(2_000)), True),
            (b"x-null: a\0b", True),
            (b"no colon", True),
            (b": no name", True),
            (b"date: yesterday\r\nretry-after: Wed, 21 Oct 2015 07:28:00 +9999", False),
            (b"set-cookie: a=b\r\nset-cookie: " + b"c" * 5_000, True),
            (b"location: http://127.0.0.1:1/", False),
            (b"connection: upgrade\r\nupgrade: websocket", True),
            (b"trailer: x-late", True),
        )
    )
    return replace(sent, headers=(*sent.headers, name), is_odd=is_odd, changes=(f"header {name[:20]!r}",))


def _typed(draw: Draw, sent: Sent) -> Sent:
    """The content type is wrong; what the body is decides."""
    said = draw.choice(
        (b"text/html", b"text/event-stream", b"application/octet-stream", b"application/json; charset=utf-16", b"",
         b"application/json; charset=no-such", b"multipart/form-data; boundary=x", b"image/png", b"\xff/\xfe")
    )  # fmt: skip
    return replace(sent, headers=(b"content-type: " + said,), is_odd=b"\xff" in said, changes=(f"type {said!r}",))
