"""What servers tell about themselves, in the words of each, and what is made of servers that tell nothing."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tasks.providers.listing import ListedModel, context_tokens, list_models

KEY = "sk-0123456789"
MODELS = {"object": "list", "data": [{"id": "m", "object": "model"}]}


@pytest.fixture
def served():
    """Serve documents by path on loopback; returns the address and the requests that came."""
    servers = []

    def serve(documents, status=200, headers=()):
        asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                found = documents.get(self.path)
                content = found if isinstance(found, bytes) else json.dumps(found or {"error": "nothing here"}).encode()
                self.send_response(404 if found is None else status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}", asked

    yield serve
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_key_is_sent_and_the_models_come_in_the_servers_order(served):
    address, asked = served({"/v1/models": {"data": [{"id": "b"}, {"id": "a"}, {"no": "id"}, "x"]}})
    listing = list_models("openai", f"{address}/v1", KEY)
    assert (listing.names, listing.base_url, listing.trouble) == (("b", "a"), f"{address}/v1", None)
    assert [(path, headers["authorization"]) for path, headers in asked] == [("/v1/models", f"Bearer {KEY}")]


def test_a_lone_surrogate_of_a_name_or_an_error_is_kept_as_its_escape(served):
    listed = {"/v1/models": {"data": [{"id": "m\ud800", "type": "\udfff", "context_length": True}]}}
    address, _ = served(listed)
    assert list_models("openai", f"{address}/v1", KEY).models == (ListedModel("m\\ud800", None, "\\udfff"),)
    address, _ = served({"/v1/models": {"error": {"message": "no \ud800"}}}, status=500)
    assert list_models("openai", f"{address}/v1", KEY).trouble == "HTTP 500: no \\ud800"


@pytest.mark.parametrize("end", ["", "/"])
def test_an_address_without_v1_gains_it_where_the_models_are(served, end):
    address, _ = served({"/v1/models": MODELS})
    listing = list_models("openai", f"{address}{end}", None)
    assert (listing.names, listing.base_url) == (("m",), f"{address}/v1")


def test_an_address_that_lists_models_itself_stays(served):
    address, asked = served({"/api/models": MODELS})
    assert list_models("openai", f"{address}/api", None).base_url == f"{address}/api"
    assert "authorization" not in asked[0][1]


def test_anthropics_models_are_asked_for_in_its_own_way(served):
    address, asked = served({"/v1/models": {"data": [{"id": "claude", "type": "model", "max_input_tokens": 200000}]}})
    listing = list_models("anthropic", address, KEY)
    assert listing.models == (ListedModel("claude", 200_000, "model"),)
    assert listing.base_url == address
    assert asked[0][1]["x-api-key"] == KEY


@pytest.mark.parametrize(
    "name", ["max_model_len", "context_length", "context_window", "max_context_length", "max_input_tokens"]
)
def test_the_length_of_the_context_has_a_name_of_its_own_at_each_server(served, name):
    address, _ = served({"/v1/models": {"data": [{"id": "m", name: 4096}, {"id": "n", name: "many"}]}})
    listing = list_models("openai", f"{address}/v1", None)
    assert (listing.context_of("m"), listing.context_of("n"), listing.context_of("o")) == (4096, None, None)


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ({"/props": {"default_generation_settings": {"n_ctx": 8192}}}, 8192),
        (
            {
                "/api/ps": {
                    "models": [{"name": "other", "context_length": 1}, {"name": "m:latest", "context_length": 4096}]
                }
            },
            4096,
        ),
        ({"/api/ps": {"models": []}}, None),
        ({"/props": {"default_generation_settings": "none"}, "/api/ps": [1]}, None),
        ({}, None),
    ],
    ids=["llama.cpp", "Ollama", "Ollama without a model", "something else", "nothing"],
)
def test_local_servers_tell_the_length_at_an_address_of_their_own(served, documents, expected):
    address, _ = served(documents)
    assert context_tokens(f"{address}/v1", "m", KEY) == expected


@pytest.mark.parametrize(
    ("documents", "status", "trouble"),
    [
        ({"/v1/models": {"error": {"message": f"bad key {KEY}"}}}, 401, "HTTP 401: bad key [key removed]"),
        ({"/v1/models": {"detail": "no"}}, 500, "HTTP 500: {'detail': 'no'}"),
        ({"/v1/models": b"<html>hello</html>"}, 200, "the server lists no models"),
        ({"/v1/models": {"data": "none"}}, 200, "the server lists no models"),
        ({"/v1/models": b"[" * 100_000}, 200, "the server lists no models"),
        ({}, 200, "HTTP 404: nothing here"),
    ],
)
def test_a_server_that_lists_nothing_is_up_and_says_why(served, documents, status, trouble):
    address, _ = served(documents, status)
    listing = list_models("openai", f"{address}/v1", KEY)
    assert (listing.is_up, listing.names, listing.trouble) == (True, (), trouble)


def test_a_redirect_is_not_followed_because_the_key_would_go_along(served):
    other, asked = served({"/v1/models": MODELS})
    address, _ = served({"/v1/models": {"to": other}}, 307, [("Location", f"{other}/v1/models")])
    assert list_models("openai", f"{address}/v1", KEY).trouble.startswith("HTTP 307")
    assert asked == []


def test_the_name_of_a_model_never_holds_the_key(served):
    address, _ = served({"/v1/models": {"data": [{"id": f"m-{KEY}"}]}})
    assert list_models("openai", f"{address}/v1", KEY).names == ("m-[key removed]",)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/v1", "http://no.such.host.invalid/v1", "http://[::1/v1"])
def test_a_server_that_is_down_has_no_status(address):
    listing = list_models("openai", address, None, 2.0)
    assert (listing.is_up, listing.names) == (False, ())
    assert listing.trouble
