"""From weights and contrast pairs to a file that steers: a control vector, or an adapter that takes a direction out."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from flows.configuration import known_names
from flows.processes.model_servers import model_servers
from tasks.domain import content_hash
from tasks.errors import AligntaxError, InputError
from tasks.identity import file_hash
from tasks.settings import ModelSettings
from tasks.settings.lineage import STEER_KEY, Making, SourceFile
from tasks.weights.contrast_pairs import ContrastPair, contrast_pairs
from tasks.weights.directions import Directions, Estimator, control_vector, directions, projection
from tasks.weights.gguf_files import WeightsFile, write_adapter, write_control_vector
from tasks.weights.hidden_states import last_states
from tasks.weights.tokens import tokens_of


@dataclass(frozen=True, slots=True)
class Steered:
    """The directions that were found, and the blocks whose direction was written."""

    found: Directions
    blocks: range
    count_pairs: int


def steer(
    weights: Path,
    pairs: str,
    output: Path,
    *,
    method: Literal["vector", "lora"],
    estimator: Estimator,
    blocks: range | None,
    server: Path | None,
) -> Steered:
    """Find the direction of a behaviour and write it.

    Raises:
        AligntaxError: one line that says which file or server failed, and why.
    """
    read, file = contrast_pairs(pairs), WeightsFile(weights)
    positive, negative = asyncio.run(
        _tokens(weights, read, server, has_template="tokenizer.chat_template" in file.keys)
    )
    states = last_states(file, [*positive, *negative])
    found = directions(states[:, : len(read)], states[:, len(read) :], estimator)
    chosen = blocks or range(found.best, found.best + 1)
    if chosen.start < 1 or chosen.stop > len(found.unit):
        raise InputError(f"--layers: must be within 1 and {len(found.unit) - 1}, the layers that llama.cpp steers.")
    details = {"estimator": estimator, "layers": [found.best] if method == "lora" else list(chosen)}
    sources = (
        SourceFile(role="steered", name=weights.stem, file_hash=file_hash(weights)),
        SourceFile(role="pairs", name=Path(pairs).stem, file_hash=content_hash(*map(asdict, read))),
    )
    added = {STEER_KEY: Making(method=method, sources=sources, details=details).model_dump_json()}
    architecture = str(file.keys["general.architecture"])
    if method == "lora":
        write_adapter(output, projection(file, found.unit[found.best]), architecture, added)
    else:
        write_control_vector(output, control_vector(found, chosen), architecture, added)
    return Steered(found, chosen, len(read))


async def _tokens(
    weights: Path, pairs: Sequence[ContrastPair], server: Path | None, *, has_template: bool
) -> tuple[list[list[int]], ...]:
    """The texts of the pairs as tokens, from a server that is started for it."""
    entry = {"id": weights.stem, "provider": "llama_cpp", "weights": weights, "base": None, "server": server}
    model = ModelSettings.model_validate(entry, context={"known": known_names(), "folder": Path.cwd()})
    with tempfile.TemporaryDirectory(prefix="aligntax-") as folder:
        async with model_servers([model], Path(folder)) as servers:
            own = servers[model.endpoint]
            if own.base_url is None:
                raise AligntaxError(own.why_gone() or f"the server of {weights} did not start")
            return await asyncio.to_thread(tokens_of, own.base_url, pairs, has_template=has_template)
