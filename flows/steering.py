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
from tasks.errors import AligntaxError, InputError, UsageError
from tasks.settings import ModelSettings
from tasks.settings.lineage import STEER_KEY, Making, SourceFile
from tasks.weights.contrast_pairs import ContrastPair, contrast_pairs
from tasks.weights.directions import Directions, Estimator, control_vector, directions, projection
from tasks.weights.folder_states import ModelFolder
from tasks.weights.gguf_files import WeightsFile, write_adapter, write_control_vector
from tasks.weights.hidden_states import FloatArray, check_readable, last_states, shape_of
from tasks.weights.model_folders import weights_hash
from tasks.weights.tokens import ServerTokenizer, tokens_of


@dataclass(frozen=True, slots=True)
class Steered:
    """The directions that were found, and the blocks whose direction was written."""

    found: Directions
    blocks: range
    count_pairs: int


@dataclass(frozen=True, slots=True)
class SteeredWeights:
    """The model whose direction is wanted.

    Attributes:
        weights: A GGUF file, or a folder of Hugging Face.
        folder: The folder that a GGUF file was made from, where its architecture is not read from the file.
        server: The program llama-server, where it is not on the path.
    """

    weights: Path
    folder: Path | None
    server: Path | None


def steer(
    of: SteeredWeights,
    pairs: str,
    output: Path,
    *,
    method: Literal["vector", "lora"],
    estimator: Estimator,
    blocks: range | None,
) -> Steered:
    """Find the direction of a behaviour and write it.

    Raises:
        AligntaxError: one line that says which file or server failed, and why.
    """
    read, file = contrast_pairs(pairs), None if of.weights.is_dir() else WeightsFile(of.weights)
    if method == "lora" and file is None:
        raise UsageError(f"--method lora changes tensors of a GGUF file: name it, and {of.weights} with --folder.")
    states, architecture = _states(of, file, read)
    found = directions(states[:, : len(read)], states[:, len(read) :], estimator)
    chosen = blocks or range(found.best, found.best + 1)
    if chosen.start < 1 or chosen.stop > len(found.unit):
        raise InputError(f"--layers: must be within 1 and {len(found.unit) - 1}, the layers that llama.cpp steers.")
    details = {"estimator": estimator, "layers": [found.best] if method == "lora" else list(chosen)}
    sources = (
        SourceFile(role="steered", name=of.weights.stem, file_hash=weights_hash(of.weights)),
        SourceFile(role="pairs", name=Path(pairs).stem, file_hash=content_hash(*map(asdict, read))),
    )
    added = {STEER_KEY: Making(method=method, sources=sources, details=details).model_dump_json()}
    if method == "lora" and file is not None:
        write_adapter(output, projection(file, found.unit[found.best]), architecture, added)
    else:
        write_control_vector(output, control_vector(found, chosen), architecture, added)
    return Steered(found, chosen, len(read))


def _states(of: SteeredWeights, file: WeightsFile | None, pairs: Sequence[ContrastPair]) -> tuple[FloatArray, str]:
    """The hidden states of the positive texts, then of the negative ones; and the model's architecture."""
    if file is not None and of.folder is None:
        check_readable(file)
        positive, negative = asyncio.run(_tokens_by_server(of, file, pairs))
        return last_states(file, [*positive, *negative]), str(file.keys["general.architecture"])
    model = ModelFolder(of.folder or of.weights)
    positive, negative = tokens_of(model, pairs)
    states = model.last_states([*positive, *negative])
    if file is None:
        return states, model.architecture
    if (found := (states.shape[0], states.shape[2])) != (stated := shape_of(file)):
        raise InputError(
            f"{of.folder}: must be the model of {of.weights}, which has {stated[0]} layers of width {stated[1]}; "
            f"found {found[0]} of {found[1]}."
        )
    return states, str(file.keys["general.architecture"])


async def _tokens_by_server(
    of: SteeredWeights, file: WeightsFile, pairs: Sequence[ContrastPair]
) -> tuple[list[list[int]], list[list[int]]]:
    """The texts of the pairs as tokens, from a server that is started for it."""
    entry = {"id": of.weights.stem, "provider": "llama_cpp", "weights": of.weights, "base": None, "server": of.server}
    model = ModelSettings.model_validate(entry, context={"known": known_names(), "folder": Path.cwd()})
    for key, why in model.missing_files():
        raise UsageError(f"--{key[0]}: {why}")
    with tempfile.TemporaryDirectory(prefix="aligntax-") as folder:
        async with model_servers([model], Path(folder)) as servers:
            own = servers[model.endpoint]
            if own.base_url is None:
                # Its log goes with the folder, so the message leaves it out.
                raise AligntaxError(f"the server of {of.weights} did not start: {own.trouble}")
            tokenizer = ServerTokenizer(own.base_url, has_template="tokenizer.chat_template" in file.keys)
            return await asyncio.to_thread(tokens_of, tokenizer, pairs)
