"""`explore`: look at items and answers in a browser, with a search."""

from __future__ import annotations

import os
import webbrowser
from typing import Annotated

import typer

from flows.cli.options import CONFIG, Config


def explore(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 0,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    config: Config = CONFIG,
) -> None:
    """Serve the published items and answers to a browser on this machine, with a search, until interrupted."""
    from flows.explorer import bound, check_pages, explorer, new_secret, serve
    from flows.light_imports import light_imports
    from tasks.settings import load_places

    settings = load_places(config, os.environ).publish
    page = check_pages(settings)
    secret = new_secret()
    with bound(port) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/{secret}/"
        typer.echo(f"{address}\nWithout a search the page works from its folder too: {page}\nCtrl-C ends it.")
        if open_browser:
            webbrowser.open(address)
        with light_imports(has_frames=False):  # else the first search waits a second for pandas
            serve(explorer(settings, secret), listening)
