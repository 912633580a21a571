"""A document is cut into its lines, however it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tasks.providers.line_stream import split_lines


async def arriving(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        await asyncio.sleep(0)
        yield chunk


def lines(*chunks: bytes, longest: int = 100) -> list[bytes]:
    async def read() -> list[bytes]:
        return [line async for line in split_lines(arriving(*chunks), longest, 10.0)]

    return asyncio.run(read())


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_the_pieces_in_which_a_document_arrives_do_not_matter(size):
    document = b'{"a": 1}\n\r\n{"b": 2}\r\n\n{"c": 3}'
    found = lines(*(document[start : start + size] for start in range(0, len(document), size)))
    assert [line.strip() for line in found] == [b'{"a": 1}', b'{"b": 2}', b'{"c": 3}']


def test_a_line_that_is_too_long_is_left_out_and_its_neighbours_are_not():
    assert lines(b"one\n", b"x" * 80, b"y" * 80, b"z" * 300 + b"\ntwo\n" + b"w" * 101 + b"\nthree") == [
        b"one",
        b"two",
        b"three",
    ]


def test_a_document_that_stops_arriving_is_given_up():
    async def stuck() -> AsyncIterator[bytes]:
        yield b"one\n"
        await asyncio.sleep(3600)

    async def read() -> list[bytes]:
        return [line async for line in split_lines(stuck(), 100, 0.01)]

    with pytest.raises(TimeoutError):
        asyncio.run(read())
