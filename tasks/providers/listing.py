"""What a server tells about itself without being asked a question: which models it has, and how much they can read.

Servers agree on ``GET /models`` and on little else. Each puts the length of the context under a name of its own, or at
an address of its own: llama.cpp at ``/props``, Ollama at ``/api/ps``. Redirects are not followed, because a key must
not reach another host.

Tested in tests/tasks/providers/test_listing.py.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit

from tasks.domain import storable
from tasks.errors import one_line
from tasks.providers.anthropic_wire import FACTS as ANTHROPIC
from tasks.providers.keys import KeyRemover
from tasks.providers.openai_wire import FACTS as OPENAI

# Of each record in a list of models: vLLM and SGLang, OpenRouter and Together, Groq, LM Studio, Mistral, Anthropic.
_CONTEXT_NAMES = (
    "max_model_len",
    "context_length",
    "context_window",
    "loaded_context_length",
    "max_context_length",
    "max_input_tokens",
    "n_ctx",
)
_MOST_BYTES = 8_000_000  # OpenRouter's list of models is about 1 MB
_CHUNK = 65_536
_ANTHROPIC_VERSION = "2023-06-01"


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model as a server lists it. ``kind`` is what the server calls it, where it does (``embedding``)."""

    name: str
    context_tokens: int | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What a server said.

    Attributes:
        address: The address that was asked.
        base_url: The ``base_url`` under which the models were found; it may have gained ``/v1``.
        status: The HTTP status, None if no server answered.
        trouble: Why there is no list, in one line; None if there is one.
        models: The models, in the server's order.
    """

    address: str
    base_url: str
    status: int | None
    trouble: str | None = None
    models: tuple[ListedModel, ...] = field(default=())

    @property
    def is_up(self) -> bool:
        """Whether a server answered, whatever it said."""
        return self.status is not None

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which the models can be asked."""
        return tuple(model.name for model in self.models)

    def context_of(self, name: str) -> int | None:
        """How many tokens a model's prompt and answer may have together, None if the server does not say."""
        return next((model.context_tokens for model in self.models if model.name == name), None)


def list_models(provider: str, base_url: str | None, api_key: str | None, timeout_s: float = 10.0) -> Listing:
    """Ask a server for its models; a ``base_url`` that lacks ``/v1`` is tried with it, too."""
    facts = ANTHROPIC if provider == "anthropic" else OPENAI
    base, added = (base_url or facts.own_address).rstrip("/"), facts.added_path or ""
    headers = _headers(provider, api_key)
    first = _listed(base, f"{base}{added}/models", headers, api_key, timeout_s)
    if first.models or not first.is_up or added or base.endswith("/v1"):
        return first
    second = _listed(f"{base}/v1", f"{base}/v1/models", headers, api_key, timeout_s)
    return second if second.models else first


def context_tokens(base_url: str, model: str, api_key: str | None, timeout_s: float = 10.0) -> int | None:
    """The length of the context of a model that llama.cpp or Ollama has loaded; None from any other server."""
    parts = urlsplit(base_url)
    root = urlunsplit((parts.scheme, parts.netloc, parts.path.removesuffix("/").removesuffix("/v1"), "", ""))
    headers = _headers("openai", api_key)
    for path, read in (("/props", _context_of_llama_cpp), ("/api/ps", _context_of_ollama)):
        status, document = _get(f"{root}{path}", headers, timeout_s)
        if status == 200 and isinstance(document, Mapping) and (found := read(document, model)):
            return found
    return None


def _context_of_llama_cpp(document: Mapping[str, Any], _: str) -> int | None:
    settings = document.get("default_generation_settings")
    return _count(settings.get("n_ctx")) if isinstance(settings, Mapping) else None


def _context_of_ollama(document: Mapping[str, Any], model: str) -> int | None:
    running = [one for one in _records(document.get("models")) if one.get("name") in {model, f"{model}:latest"}]
    return _count(running[0].get("context_length")) if running else None


def _listed(base: str, address: str, headers: Mapping[str, str], api_key: str | None, timeout_s: float) -> Listing:
    status, document = _get(address, headers, timeout_s)
    if status is None or not 200 <= status < 300:
        said = _one_line(document, api_key)
        return Listing(address, base, status, f"HTTP {status}: {said}" if status else said)
    found = document.get("data", document.get("models")) if isinstance(document, Mapping) else document
    models = tuple(_models(found, api_key))
    return Listing(address, base, status, None if models else "the server lists no models", models)


def _models(found: Any, api_key: str | None) -> Iterator[ListedModel]:
    for record in _records(found):
        name = record.get("id") or record.get("name")
        if isinstance(name, str) and name:
            kind = record.get("type") if isinstance(record.get("type"), str) else None
            kept = storable(KeyRemover.of_key(api_key).removed_from(name))
            yield ListedModel(kept, _context_in(record), kind and storable(kind))


def _context_in(record: Mapping[str, Any]) -> int | None:
    return next((count for name in _CONTEXT_NAMES if (count := _count(record.get(name)))), None)


def _records(found: Any) -> list[Mapping[str, Any]]:
    return [record for record in found if isinstance(record, Mapping)] if isinstance(found, list) else []


def _count(value: Any) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return value if is_count else None


def _headers(provider: str, api_key: str | None) -> dict[str, str]:
    if provider == "anthropic":
        return {"anthropic-version": _ANTHROPIC_VERSION, "x-api-key": api_key or ""}
    return {"Authorization": f"Bearer {api_key}"} if api_key else {}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Leave the redirect as it is: the status says that there is one."""


def _get(address: str, headers: Mapping[str, str], timeout_s: float) -> tuple[int | None, Any]:
    """The status and the document (a text where it is not JSON); None and the reason if nobody answered."""
    opener, deadline = urllib.request.build_opener(_NoRedirect), time.monotonic() + timeout_s
    sent = {"Accept": "application/json", **headers}
    try:
        request = urllib.request.Request(address, headers=sent)  # noqa: S310 - the caller has checked that it is HTTP
        with opener.open(request, timeout=timeout_s) as response:
            return response.status, _document(response, deadline)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _document(error, deadline)
    except urllib.error.URLError as error:
        return None, str(error.reason)
    except (OSError, HTTPException, ValueError) as error:
        return None, str(error) or type(error).__name__


def _document(stream: IO[bytes], deadline: float) -> Any:
    content = b""
    try:
        while len(content) < _MOST_BYTES and time.monotonic() < deadline and (part := stream.read(_CHUNK)):
            content += part
    except (OSError, HTTPException) as error:
        return str(error)
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return content.decode("utf-8", "replace")


def _one_line(document: Any, api_key: str | None) -> str:
    error = document.get("error", document) if isinstance(document, Mapping) else document
    said = error.get("message", error) if isinstance(error, Mapping) else error
    return one_line(KeyRemover.of_key(api_key).removed_from(str(said)))
