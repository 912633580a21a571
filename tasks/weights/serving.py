"""Which servers some models need, how llama.cpp is started for each, and what its log says when it fails.

llama.cpp separates the names of several files by commas, and a name from a scale by a colon. So the files are linked
into the server's own folder under plain names.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tasks.settings import ModelSettings

_LLAMA_SERVER = "llama-server"
# What llama.cpp writes, and what is wrong then. The first that matches the log says it.
_TROUBLES = (
    (r"unknown model architecture: '?([\w.-]+)", "llama.cpp does not know the architecture {0}"),
    (
        r"(?i)failed to allocate|bad_alloc|cannot allocate memory|out of memory|insufficient memory",
        "there is too little memory. Lower context: or parallel:, or take smaller weights",
    ),
    (r"(?i)couldn't bind|address already in use|bind_to_port", "its port is taken by another program"),
    (
        r"failed to load control vector\w*|control vector.*(?:does not|n_embd)",
        "a control vector does not fit the weights",
    ),
    (r"failed to (?:load|apply|initialize) lora adapter", "an adapter does not fit the weights"),
    (r"failed to load model|error loading model", "llama.cpp cannot read the weights: the file is cut off or damaged"),
    (r"error: (invalid argument.*)", "{0}"),
)
# llama.cpp writes this and goes on, so the plain model would answer under the name of the steered one.
_UNSTEERED = r"control vector n_embd does not match"
_KILLED = "it was killed, as the system does when memory runs out"
_LONGEST_SAID = 200


@dataclass(frozen=True, slots=True)
class Serving:
    """One server: its files, and how it serves them.

    Attributes:
        endpoint: The name under which the models of this server are known.
        name: What the server calls its model.
        adapters: Files by the hash of their content, in the order of their numbers on the server.
        vectors: Control vectors and their strengths.
        threads: Threads that compute; None where the server decides.
        program: The program that is started; None for the package xllamacpp.
    """

    endpoint: str
    name: str
    weights: Path
    adapters: dict[str, Path]
    vectors: tuple[tuple[Path, float], ...]
    context: int
    parallel: int
    threads: int | None
    gpu_layers: int | None
    port: int | None
    program: Path | None

    def arguments(self, folder: Path, port: int) -> list[str]:
        """The command that serves on a port of loopback, with the files linked into ``folder``."""
        if self.program is None:
            return [sys.executable, "-m", "tasks.weights.xllamacpp_server", *self._xllamacpp(folder, port)]
        vectors = ",".join(f"{_linked(folder, f'vector{n}', f)}:{by:g}" for n, (f, by) in enumerate(self.vectors))
        stated = {
            "--model": self.weights,
            "--alias": self.name.replace(",", "_"),
            "--host": "127.0.0.1",
            "--port": port,
            "--ctx-size": self.context * self.parallel,
            "--parallel": self.parallel,
            # A request that names no scale gets the plain model.
            "--lora-scaled": ",".join(f"{link}:0" for link in self._linked_adapters(folder)),
            "--control-vector-scaled": vectors,
            "--threads": self.threads,
            "--n-gpu-layers": self.gpu_layers,
            "--device": "none" if self.gpu_layers == 0 else None,
        }
        flags = [str(part) for name, value in stated.items() if value not in (None, "") for part in (name, value)]
        return [str(self.program), *flags]

    def _xllamacpp(self, folder: Path, port: int) -> list[str]:
        numbers = (port, self.context * self.parallel, self.parallel, self.threads or 0)
        gpu_layers = "" if self.gpu_layers is None else self.gpu_layers
        return [*map(str, (self.weights, self.name, *numbers, gpu_layers)), *self._linked_adapters(folder)]

    def _linked_adapters(self, folder: Path) -> list[str]:
        return [_linked(folder, f"adapter{number}", file) for number, file in enumerate(self.adapters.values())]

    @property
    def lack(self) -> str | None:
        """What this machine lacks for this server, in one line; None if it has everything."""
        if self.program is not None:
            return None
        if self.vectors:
            return "control vectors need llama.cpp's own llama-server: put it on the path, or name it with server:"
        if find_spec("xllamacpp") is None:
            return "it needs llama.cpp: pip install 'aligntax[local]', or name an installed llama-server with server:"
        return None


def servings(models: Iterable[ModelSettings]) -> list[Serving]:
    """The servers that some models need, one for each set of weights and control vectors. They share the processor."""
    sharing: dict[str, list[ModelSettings]] = {}
    for model in models:
        if model.weights is not None:
            sharing.setdefault(model.endpoint, []).append(model)
    threads = max(1, (os.cpu_count() or 1) // len(sharing)) if len(sharing) > 1 else None
    return [_serving(endpoint, group, threads) for endpoint, group in sharing.items()]


def trouble_in(log: str, exit_code: int | None) -> str:
    """What a server that ended said about it, in one line."""
    for pattern, sentence in _TROUBLES:
        if found := re.search(pattern, log):
            return sentence.format(*found.groups())
    if exit_code in (-9, 137):
        return _KILLED
    lines = log.strip().splitlines()
    said = lines[-1][-_LONGEST_SAID:] if lines else "nothing"
    return f"it ended with code {exit_code}; its last line is {said!r}"


def trouble_while_up(log: str) -> str | None:
    """Why a server that answers is not the model that was asked for, in one line; None where it is."""
    return "a control vector does not fit the weights" if re.search(_UNSTEERED, log) else None


def _serving(endpoint: str, models: list[ModelSettings], threads: int | None) -> Serving:
    first = models[0]
    if first.weights is None:
        raise ValueError(f"{first.id} is a model without weights")
    scales = [dict(zip(model.adapter_scales, model.adapters, strict=True)) for model in models]
    return Serving(
        endpoint=endpoint,
        name=first.model,
        weights=first.weights,
        adapters={name: adapter.path for found in scales for name, adapter in found.items()},
        vectors=tuple((vector.path, float(vector.strength)) for vector in first.control_vectors),
        context=first.context,
        parallel=first.parallel,
        threads=first.threads or threads,
        gpu_layers=first.gpu_layers,
        port=first.port,
        program=first.server or _found_program(),
    )


def _found_program() -> Path | None:
    beside = Path(sys.executable).parent / _LLAMA_SERVER
    found = shutil.which(_LLAMA_SERVER) or (str(beside) if beside.is_file() else None)
    return Path(found) if found else None


def _linked(folder: Path, name: str, file: Path) -> str:
    link = folder / f"{name}.gguf"
    link.symlink_to(file.absolute())
    return str(link)
