"""`make real`: the main job on a real model, no simulator. Leaves the warehouse and the report in ``.real``."""

from __future__ import annotations

import shutil
import signal
import sys

from tests.support.llama import ROOT, NotToBeHadError, install, llama_server, run_example

FOLDER = ROOT / ".real"


def main() -> int:
    """Install, serve, run; the exit code is that of the commands."""
    try:
        install()
    except NotToBeHadError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C reaches the command, too, and we wait until it has stopped
    with llama_server(FOLDER / "server.log") as address:
        return run_example(FOLDER, address, is_shown=True).exit_code


if __name__ == "__main__":
    sys.exit(main())
