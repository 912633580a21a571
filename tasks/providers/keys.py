"""Take a key out of what a server sends, however the server spells it.

A server may echo the key as it is, or as the text of a program that quotes it: with JSON's escapes, in percent or
hexadecimal notation, in HTML entities, or inside a text in base64.

Tested in tests/tasks/providers/test_redaction.py.
"""

from __future__ import annotations

import base64
import html.entities
import re
from collections.abc import Iterator

from tasks.settings.fields import is_secret_key

_REMOVED = b"[key removed]"
# Without one of these, or a backslash before a sign of the key, no spelling but the plain ones occurs.
_ESCAPES = (b"\\u", b"\\x", b"\\0", b"\\1", b"%", b"&")
_NAMES = {code: name for name, code in html.entities.name2codepoint.items()} | {43: "plus", 47: "sol", 61: "equals"}


class KeyRemover:
    """Removes one secret from bytes and texts. Without a secret it changes nothing."""

    def __init__(self, secret: str | None) -> None:
        """Compute the spellings once."""
        self._whole = tuple(dict.fromkeys(_whole_spellings(secret))) if secret else ()
        signs = {sign for sign in secret or "" if sign.isascii() and not sign.isalnum()}
        self._escapes = (*_ESCAPES, *(f"\\{sign}".encode() for sign in sorted(signs)))
        self._escaped = re.compile(b"".join(map(_escaped, secret.encode()))) if secret else None

    @classmethod
    def of_key(cls, api_key: str | None) -> KeyRemover:
        """The remover of a provider's key. Placeholders stay in texts."""
        return cls(api_key if api_key and is_secret_key(api_key) else None)

    def removed(self, content: bytes) -> bytes:
        """Bytes without the key."""
        for spelling in self._whole:
            if spelling in content:
                content = content.replace(spelling, _REMOVED)
        if self._escaped is not None and any(escape in content for escape in self._escapes):
            content = self._escaped.sub(_REMOVED, content)
        return content

    def removed_from(self, text: str) -> str:
        """A text without the key."""
        return self.removed(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")


def _whole_spellings(key: str) -> Iterator[bytes]:
    """The key as it is, in hexadecimal, and in base64 wherever it may begin in a longer text."""
    plain = key.encode()
    yield plain
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    for offset, count_unknown in ((0, 0), (1, 2), (2, 3)):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            spelled = encode(b"\0" * offset + plain).rstrip(b"=")
            # The last character may hold bits of what follows.
            end = len(spelled) - bool((offset + len(plain)) % 3)
            yield spelled[count_unknown:end]


def _escaped(code: int) -> bytes:
    """A pattern of one byte as it is, or with an escape, itself escaped or not. It begins with literals, for speed."""
    plain, hexadecimal = re.escape(bytes([code])), _either_case(f"{code:02x}")
    slashed = rb"\\\\{0,6}(?:u00" + hexadecimal + b"|x" + hexadecimal + rb"|%03o" % code + b"|" + plain + b")"
    percent = rb"%(?:25){0,3}" + hexadecimal
    entity = rb"&(?:amp;){0,3}(?:#0*+%d;?|#[xX]0*+" % code + hexadecimal + b";?"
    named = b"|" + _NAMES[code].encode() + b";" if code in _NAMES else b""
    return b"(?:" + b"|".join((plain, slashed, percent, entity + named + b")")) + b")"


def _either_case(digits: str) -> bytes:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits).encode()
