"""Random numbers that are a function of a key: without clock or global random state, the same on any machine."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from hashlib import blake2b
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")

_STANDARD_NORMAL = NormalDist()
_EIGHT_WORDS = struct.Struct("<8Q")


class Stream:
    """Uniforms on the open interval (0, 1) that depend only on the key."""

    __slots__ = ("_block", "_key", "_words")

    def __init__(self, *key: object) -> None:
        """Derive the stream from the key's parts, which must print the same on any machine."""
        self._key = blake2b("\x1f".join(map(str, key)).encode(), digest_size=32).digest()
        self._block = 0
        self._words: list[int] = []

    def uniform(self) -> float:
        """The next uniform. It is never 0 or 1, so that its normal quantile is finite."""
        if not self._words:
            block = blake2b(self._block.to_bytes(8, "little"), key=self._key).digest()
            self._words = list(_EIGHT_WORDS.unpack(block))
            self._block += 1
        return ((self._words.pop() >> 12) + 0.5) * 2.0**-52

    def normal(self) -> float:
        """The next standard normal deviate."""
        return _STANDARD_NORMAL.inv_cdf(self.uniform())

    def below(self, count: int) -> int:
        """The next integer from 0 to ``count`` - 1."""
        return int(self.uniform() * count)

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self.below(len(options))]
