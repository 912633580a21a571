"""Contrast pairs as the tokens of a model: what is put around a text, and how llama.cpp's server makes tokens of it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tasks.weights.contrast_pairs import ContrastPair

_LONGEST_S = 60


class Tokenizer(Protocol):
    """What knows the tokens of a model, and its chat template where it has one."""

    @property
    def has_template(self) -> bool:
        """Whether the model has a chat template."""

    def rendered(self, prompt: str) -> str:
        """A prompt in the chat template, up to where the answer begins."""

    def tokens(self, text: str, *, is_rendered: bool) -> list[int]:
        """A text as tokens. One that begins with a rendered prompt holds its special tokens in writing."""


def tokens_of(tokenizer: Tokenizer, pairs: Sequence[ContrastPair]) -> tuple[list[list[int]], list[list[int]]]:
    """The tokens of all positive texts, and those of all negative ones.

    A prompt is put into the model's chat template. A model without one gets the prompt and the answer in two lines.
    """
    starts = [_start(tokenizer, pair.prompt) for pair in pairs]
    positive, negative = (
        [
            tokenizer.tokens(f"{start}{text}", is_rendered=bool(start) and tokenizer.has_template)
            for start, text in zip(starts, side, strict=True)
        ]
        for side in ([pair.positive for pair in pairs], [pair.negative for pair in pairs])
    )
    return positive, negative


def _start(tokenizer: Tokenizer, prompt: str | None) -> str:
    if prompt is None:
        return ""
    return tokenizer.rendered(prompt) if tokenizer.has_template else f"{prompt}\n"


@dataclass(frozen=True, slots=True)
class ServerTokenizer:
    """The tokens of the model that a server of llama.cpp serves."""

    base_url: str
    has_template: bool

    def rendered(self, prompt: str) -> str:
        """See ``Tokenizer``."""
        document = {"messages": [{"role": "user", "content": prompt}]}
        rendered: str = self._posted("apply-template", document)["prompt"]
        return rendered

    def tokens(self, text: str, *, is_rendered: bool) -> list[int]:
        """See ``Tokenizer``."""
        asked = {"content": text, "add_special": not is_rendered, "parse_special": is_rendered}
        tokens: list[int] = self._posted("tokenize", asked)["tokens"]
        return tokens

    def _posted(self, path: str, document: Any) -> Any:
        address = f"{self.base_url.removesuffix('/v1')}/{path}"
        body, headers = json.dumps(document).encode(), {"Content-Type": "application/json"}
        request = urllib.request.Request(address, body, headers)  # noqa: S310 - loopback
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=_LONGEST_S) as response:
            return json.load(response)
