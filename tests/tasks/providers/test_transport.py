"""The transports that runs use, over real sockets: as many connections as asked for, and every way a line breaks."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import socket
import sys
import tracemalloc
import zlib

import pytest

from tasks.errors import TerminalError, TransientError, UnknownName
from tasks.providers import Connection, connect, import_sdks

KEY = "sk-live-0123456789"


def reply(document):
    body = json.dumps(dict(document)).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


async def read_request(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-len"))
    await reader.readexactly(length)
    return head


async def asked(wire, serve, *, timeout_s=5.0, count=1, concurrency=4):
    """Ask a server that ``serve(reader, writer)`` plays, once per connection; the answers or errors."""
    serving = set()

    async def served(reader, writer):
        serving.add(asyncio.current_task())
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    path = "" if wire.name == "messages" else "/v1"
    provider = "anthropic" if wire.name == "messages" else "openai"
    connection = Connection("test", provider, f"http://127.0.0.1:{port}{path}", concurrency, timeout_s, KEY)
    endpoint = connect(connection)
    try:
        asking = (endpoint.ask(wire.prompt, wire.parameters, timeout_s) for _ in range(count))
        return await asyncio.gather(*asking, return_exceptions=True)
    finally:
        await endpoint.close()
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


def hang_up(writer):
    writer.close()


def reset(writer):
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    writer.transport.abort()


BREAKS = {
    "hangs up before a word": (b"", hang_up, "connection"),
    "is reset": (b"", reset, "connection"),
    "hangs up within the body": (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n{",
        hang_up,
        "connection",
    ),
    "speaks no HTTP": (b"220 smtp ready\r\n\r\n", hang_up, "connection"),
    "sends broken gzip": (
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nxxxx",
        hang_up,
        "connection",
    ),
    "sends a page": (b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>", hang_up, "unreadable_answer"),
    "sends nothing": (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", hang_up, "unreadable_answer"),
}


@pytest.mark.parametrize(("sent", "then", "kind"), BREAKS.values(), ids=BREAKS.keys())
def test_a_request_whose_connection_breaks_is_sent_again_and_the_error_says_why(wire, sent, then, kind):
    async def serve(reader, writer):
        await read_request(reader)
        writer.write(sent)
        await writer.drain()
        then(writer)

    (error,) = asyncio.run(asked(wire, serve))
    assert isinstance(error, TransientError)
    assert error.error_type == kind
    assert "\n" not in str(error)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{"], ids=["silent", "dripping"])
def test_a_server_that_does_not_finish_its_reply_gives_a_time_out(wire, start):
    async def serve(reader, writer):
        await read_request(reader)
        writer.write(start)
        # A client that resets the line leaves no end of file, only an exception.
        while not (reader.at_eof() or reader.exception() or writer.is_closing()):
            writer.write(b" " if start else b"")
            await asyncio.sleep(0.01)

    (error,) = asyncio.run(asked(wire, serve, timeout_s=0.1))
    assert (error.error_type, str(error)) == ("timeout", "timeout: no answer within 0.1 s")


def head(content, *more):
    lines = ["HTTP/1.1 200 OK", "content-type: application/json", f"content-length: {len(content)}", *more]
    return "\r\n".join([*lines, "", ""]).encode() + content


LARGE = {
    "gzip bomb": head(gzip.compress(b"[" + b" " * 60_000_000 + b"]"), "content-encoding: gzip"),
    "deflate bomb": head(zlib.compress(b"[" + b" " * 60_000_000 + b"]"), "content-encoding: deflate"),
    "50 MB": head(b" " * 50_000_000),
    "objects": head(b"[" + b"{}," * 2_000_000 + b"{}]"),
}


@pytest.mark.parametrize("sent", LARGE.values(), ids=LARGE.keys())
def test_a_body_larger_than_any_answer_costs_its_request_and_no_memory(wires, sent):
    async def serve(reader, writer):
        await read_request(reader)
        with contextlib.suppress(ConnectionError):
            for begin in range(0, len(sent), 65_536):
                writer.write(sent[begin : begin + 65_536])
                await writer.drain()

    tracemalloc.start()
    try:
        found = asyncio.run(asked(wires["chat"], serve, count=4))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [(type(error), error.error_type) for error in found] == [(TerminalError, "too_large")] * 4
    assert peak < 40_000_000


def test_a_bomb_in_a_bomb_is_not_unpacked(wires):
    sent = head(gzip.compress(gzip.compress(b" " * 60_000_000)), "content-encoding: gzip, gzip")

    async def serve(reader, writer):
        await read_request(reader)
        writer.write(sent)
        await writer.drain()

    (error,) = asyncio.run(asked(wires["chat"], serve))
    assert (type(error), error.error_type) == (TransientError, "unreadable_answer")


@pytest.mark.parametrize("credentials", ["", "me:secret@"])
def test_requests_go_through_the_proxy_of_the_environment(monkeypatch, wires, credentials):
    wire, seen = wires["chat"], []

    async def proxy(reader, writer):
        seen.append(await read_request(reader))
        writer.write(reply(wire.document))
        await writer.drain()
        writer.close()

    async def run():
        server = await asyncio.start_server(proxy, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("http_proxy", f"http://{credentials}127.0.0.1:{port}")
        endpoint = connect(Connection("test", "openai", "http://far.example/v1", 4, 5.0, KEY))
        try:
            return await endpoint.ask(wire.prompt, wire.parameters, 5.0)
        finally:
            await endpoint.close()
            server.close()

    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert asyncio.run(run()).text == "42"
    assert b"POST http://far.example/v1/chat/completions" in seen[0]
    assert (b"proxy-authorization: basic" in seen[0].lower()) is bool(credentials)


def test_an_answer_of_some_size_arrives_packed_or_not(wire):
    document = dict(wire.document) | {"padding": "x" * 3_000_000}

    async def serve(reader, writer):
        await read_request(reader)
        writer.write(head(gzip.compress(json.dumps(document).encode()), "content-encoding: gzip"))
        await writer.drain()

    assert [answer.text for answer in asyncio.run(asked(wire, serve, count=4))] == ["42"] * 4


def test_a_header_may_be_as_long_as_gateways_write_them(wire):
    async def serve(reader, writer):
        await read_request(reader)
        policy = f"content-security-policy: {'a' * 20_000}"
        writer.write(head(json.dumps(dict(wire.document)).encode(), policy))
        await writer.drain()

    assert [answer.text for answer in asyncio.run(asked(wire, serve))] == ["42"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_request_follows_a_redirect(wire, status):
    """The other host would get the prompt, and the key as well."""
    visits = []

    async def elsewhere(reader, writer):
        visits.append(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    async def run():
        other = await asyncio.start_server(elsewhere, "127.0.0.1", 0)
        place = f"http://127.0.0.1:{other.sockets[0].getsockname()[1]}"

        async def serve(reader, writer):
            await read_request(reader)
            lines = (f"HTTP/1.1 {status} Moved", f"location: {place}/v1?{KEY}", "content-length: 0", "", "")
            writer.write("\r\n".join(lines).encode())
            await writer.drain()

        (error,) = await asked(wire, serve)
        other.close()
        return place, error

    place, error = asyncio.run(run())
    said = f"HTTP {status}: the server sends requests on to {place}. If that is right, set base_url to it"
    assert (type(error), str(error), visits) == (TerminalError, said, [])


def test_a_server_that_does_not_exist_gives_a_connection_error(wire):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        port = taken.getsockname()[1]
        path, provider = ("", "anthropic") if wire.name == "messages" else ("/v1", "openai")

        async def run():
            endpoint = connect(Connection("test", provider, f"http://127.0.0.1:{port}{path}", 4, 5.0, KEY))
            try:
                await endpoint.ask(wire.prompt, wire.parameters, 5.0)
            finally:
                await endpoint.close()

        with pytest.raises(TransientError) as raised:
            asyncio.run(run())
    assert raised.value.error_type == "connection"


def test_as_many_requests_are_in_flight_as_the_connection_allows(wire):
    """More than the hundred connections at which aiohttp stops unless it is told."""
    everybody = asyncio.Event()
    arrived = 0

    async def serve(reader, writer):
        nonlocal arrived
        await read_request(reader)
        arrived += 1
        if arrived == 130:
            everybody.set()
        await asyncio.wait_for(everybody.wait(), 20)
        writer.write(reply(wire.document))
        await writer.drain()

    answers = asyncio.run(asked(wire, serve, timeout_s=30, count=130, concurrency=130))
    assert [getattr(answer, "text", answer) for answer in answers] == ["42"] * 130


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_connection_opens_without_a_key_and_does_not_search_for_one(monkeypatch, provider):
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "sk-somebody-elses")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://somewhere.else")
    address = "http://127.0.0.1:1/v1" if provider == "openai" else None

    async def run():
        endpoint = connect(Connection("test", provider, address, 4, 5.0))
        client = endpoint._sender._client
        await endpoint.close()
        return client.api_key, str(client.base_url).rstrip("/")

    url = "http://127.0.0.1:1/v1" if provider == "openai" else "https://api.anthropic.com"
    assert asyncio.run(run()) == ("none", url)


def test_the_sdks_of_unknown_names_are_left_alone():
    import_sdks(["openai", "composite"])
    assert "openai" in sys.modules


def test_an_unknown_provider_is_refused_by_name():
    with pytest.raises(UnknownName, match=r"'opnai' is not a provider\. Did you mean 'openai'"):
        connect(Connection("test", "opnai", None, 1, 1.0))
