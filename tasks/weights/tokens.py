"""Texts as the tokens of a model, by asking llama.cpp's server that serves it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Sequence
from typing import Any

from tasks.weights.contrast_pairs import ContrastPair

_LONGEST_S = 60


def tokens_of(base_url: str, pairs: Sequence[ContrastPair], *, has_template: bool) -> tuple[list[list[int]], ...]:
    """The tokens of all positive texts, and those of all negative ones.

    A prompt is put into the model's chat template. A model without one gets the prompt and the answer in two lines.
    """
    root = base_url.removesuffix("/v1")
    starts = [_start(root, pair.prompt, has_template=has_template) for pair in pairs]
    sides = ([pair.positive for pair in pairs], [pair.negative for pair in pairs])
    return tuple(
        [
            _tokens(root, f"{start}{text}", is_rendered=bool(start) and has_template)
            for start, text in zip(starts, side, strict=True)
        ]
        for side in sides
    )


def _start(root: str, prompt: str | None, *, has_template: bool) -> str:
    if prompt is None:
        return ""
    if not has_template:
        return f"{prompt}\n"
    rendered: str = _posted(f"{root}/apply-template", {"messages": [{"role": "user", "content": prompt}]})["prompt"]
    return rendered


def _tokens(root: str, text: str, *, is_rendered: bool) -> list[int]:
    asked = {"content": text, "add_special": not is_rendered, "parse_special": is_rendered}
    tokens: list[int] = _posted(f"{root}/tokenize", asked)["tokens"]
    return tokens


def _posted(address: str, document: Any) -> Any:
    body = json.dumps(document).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})  # noqa: S310 - loopback
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=_LONGEST_S) as response:
        return json.load(response)
