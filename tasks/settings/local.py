"""What a model is made of that the run serves itself: weights, what is added to them, and how they are served.

Files are known by their content: a changed file is another model, and a moved one is the same.

Tested in tests/tasks/settings/test_local.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from tasks.domain import content_hash
from tasks.identity import file_hash
from tasks.settings.fields import Count, FolderPath, Number, Whole
from tasks.settings.lineage import MERGE_KEY, STEER_KEY, making_of
from tasks.settings.section import Section

LLAMA_CPP = "llama_cpp"
_MAGIC = b"GGUF"
_PORT = Annotated[Whole, Field(ge=1, le=65535)]


class AdapterSettings(Section):
    """A LoRA adapter (GGUF) and the scale that goes with each request."""

    path: FolderPath
    scale: Number = 1.0


class ControlVectorSettings(Section):
    """A control vector (GGUF), which is added to the residual stream, multiplied by ``strength``."""

    path: FolderPath
    strength: Number = 1.0


class LocalSettings(Section):
    """The keys of a model with ``provider: llama_cpp``.

    Attributes:
        weights: The GGUF file. Its server is started by whoever asks the model, and ends with that.
        adapters: LoRA adapters. Models that differ in nothing but their scales share a server.
        control_vectors: Control vectors. Each strength needs a server of its own.
        context: Tokens that prompt and answer of one request may have together.
        parallel: How many requests the server answers at once.
        threads: Threads that compute; by default the server decides.
        gpu_layers: How many layers a graphics card computes; by default the server decides, with 0 the processor does.
        port: Port of loopback; by default a free one.
        server: The program ``llama-server``; by default the one on the path, else the package xllamacpp.
    """

    weights: FolderPath | None = None
    adapters: tuple[AdapterSettings, ...] = ()
    control_vectors: tuple[ControlVectorSettings, ...] = ()
    context: Count = 4096
    parallel: Count = 2
    threads: Count | None = None
    gpu_layers: Annotated[Whole, Field(ge=0)] | None = None
    port: _PORT | None = None
    server: FolderPath | None = None

    @property
    def adapter_scales(self) -> dict[str, float]:
        """The scale of each adapter by the hash of its file."""
        return {content_of(adapter.path): float(adapter.scale) for adapter in self.adapters}

    @property
    def serving(self) -> dict[str, Any]:
        """How the weights are served, which changes no answer. Models of one server have it in common."""
        names = ("context", "parallel", "threads", "gpu_layers", "port", "server")
        return {name: getattr(self, name) for name in names}

    def files(self) -> list[dict[str, Any]]:
        """The files that the model is made of, and behind each the files that it says it was made from itself."""
        stated: list[tuple[str, Path, float | None, str]] = [
            *((("weights", self.weights, None, MERGE_KEY),) if self.weights else ()),
            *(("adapter", entry.path, float(entry.scale), STEER_KEY) for entry in self.adapters),
            *(("control_vector", entry.path, float(entry.strength), STEER_KEY) for entry in self.control_vectors),
        ]
        return [row for role, path, amount, key in stated for row in _file_rows(role, path, amount, key)]

    def missing_files(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The keys whose files cannot be served, and why."""
        if self.server is not None and not self.server.is_file():
            yield ("server",), f"no such program: {str(self.server)!r}."
        elif self.server is not None and not os.access(self.server, os.X_OK):
            yield ("server",), f"must be a program that may be run: {str(self.server)!r}. Run: chmod +x."
        files: list[tuple[tuple[str | int, ...], Path | None]] = [(("weights",), self.weights)]
        files += [(("adapters", i, "path"), entry.path) for i, entry in enumerate(self.adapters)]
        files += [(("control_vectors", i, "path"), entry.path) for i, entry in enumerate(self.control_vectors)]
        for key, path in files:
            if path is not None and (trouble := _trouble(path)):
                yield key, f"{trouble}: {str(path)!r}."


def weights_endpoint(values: dict[str, Any]) -> str | None:
    """What the server of a model's weights is called: by the content of its files. None for a model without weights."""
    if (weights := values.get("weights")) is None:
        return None
    vectors = [(content_of(entry.path), float(entry.strength)) for entry in values.get("control_vectors", ())]
    return f"{LLAMA_CPP}/{content_hash(content_of(weights), vectors)}"


def content_of(path: Path) -> str:
    """Hash of a file's content; ``missing`` for one that cannot be read, which is reported where it is needed."""
    try:
        state = path.stat()
        return _hash(path, state.st_size, state.st_mtime_ns)
    except OSError:
        return "missing"


def _file_rows(role: str, path: Path, amount: float | None, key: str) -> Iterator[dict[str, Any]]:
    own, making = content_of(path), making_of(path, key)
    how = None if making is None else {"method": making.method, **making.details}
    yield {"role": role, "name": path.stem, "file_hash": own, "amount": amount, "within": None, "making": how}
    for source in making.sources if making else ():
        yield {**source.model_dump(), "within": own, "making": None}


@lru_cache(maxsize=256)
def _hash(path: Path, _size: int, _changed_ns: int) -> str:
    return file_hash(path)


def _trouble(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            return None if stream.read(len(_MAGIC)) == _MAGIC else "must be a GGUF file, this is another kind"
    except FileNotFoundError:
        return "no such file"
    except OSError as error:
        return (error.strerror or "cannot be read").lower()
