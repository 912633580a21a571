"""`init`: write a configuration, the commented starter or a draft from the models that a server lists."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from flows.cli.options import CONFIG
from flows.cli.output import interpreter, program
from tasks.errors import AligntaxError, UsageError

if TYPE_CHECKING:
    from tasks.providers.listing import Listing
    from tasks.settings import Draft

_MOST_NAMES = 6
_MANY_MODELS = 20


def init(
    path: Annotated[Path, typer.Argument(help="File to write.")] = CONFIG,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    from_url: Annotated[
        str | None, typer.Option("--from", metavar="URL", help="Draft it from the models that this server lists.")
    ] = None,
    key_env: Annotated[
        str | None, typer.Option("--key-env", metavar="NAME", help="With --from: the variable that holds the key.")
    ] = None,
    provider: Annotated[
        str | None, typer.Option("--provider", help="With --from: openai (most servers speak it) or anthropic.")
    ] = None,
) -> None:
    """Write a commented starter configuration, or with --from one for the models that a server lists."""
    if path.exists() and not force:
        raise UsageError(f"{path} exists. Give another name, or --force to overwrite it.")
    if from_url:
        _write_draft(path, from_url, key_env, provider)
        return
    if key_env or provider:
        raise UsageError("--key-env and --provider go with --from URL.")
    from tasks.settings import starter_text

    _write(path, starter_text())
    typer.echo(f"Wrote {path}. It asks the simulated server, so it runs as it is:")
    typer.echo(f"  {interpreter()} -P -m infra.simulator --port 8377     (in another terminal)")
    typer.echo(f"  {program()} plan --config {path}")
    typer.echo(f"  {program()} run --config {path}")


def _write_draft(path: Path, url: str, key_env: str | None, provider: str | None) -> None:
    from tasks.settings import draft

    spoken = provider or ("anthropic" if _host(url).endswith("anthropic.com") else "openai")
    if spoken not in {"openai", "anthropic"}:
        raise UsageError(f"--provider: unknown provider {spoken!r}. Known: anthropic, openai.")
    listing = _listing(spoken, _address(url), key_env)
    made = draft(spoken, listing.base_url, ((model.name, model.kind) for model in listing.models), key_env)
    if not made.count_models:
        raise AligntaxError(f"{listing.address}: none of the {len(listing.models)} models can answer a question.")
    _write(path, made.text)
    _say(path, made)


def _listing(provider: str, address: str, key_env: str | None) -> Listing:
    """What the server lists.

    Raises:
        AligntaxError: it is down, refuses the key or lists nothing.
    """
    from tasks.providers.listing import list_models

    key = os.environ.get(key_env, "").strip() if key_env else None
    if key_env and not key:
        raise UsageError(f"--key-env: the environment variable {key_env} is not set. Run: export {key_env}=<your key>")
    listing = list_models(provider, address, key)
    if not listing.is_up:
        raise AligntaxError(
            f"{listing.address}: no server answers there ({listing.trouble}). Start it, or mend the URL."
        )
    if listing.status in {401, 403}:
        advice = f"Check the key in {key_env}." if key_env else "Name the variable that holds the key: --key-env NAME."
        raise AligntaxError(f"{listing.address}: {listing.trouble}. {advice}")
    if not listing.models:
        advice = "Give the address that models are asked at, such as http://127.0.0.1:8000/v1."
        raise AligntaxError(f"{listing.address}: {listing.trouble}. {advice}")
    return listing


def _address(url: str) -> str:
    """The address that a user means: with a scheme, and without the path of a single question.

    Raises:
        UsageError: it is not an http(s) address, or it holds a password or a query.
    """
    address = (url if "://" in url else f"http://{url}").strip().rstrip("/")
    for end in ("/chat/completions", "/completions", "/messages", "/models"):
        address = address.removesuffix(end)
    if "@" in address or "?" in address or "#" in address:
        raise UsageError(
            "--from: the URL must hold no user, password, query or fragment. A key goes through --key-env."
        )
    if not _host(address) or urlsplit(address).scheme not in {"http", "https"}:
        raise UsageError(f"--from: {url!r} is no http:// or https:// address.")
    return address


def _host(url: str) -> str:
    """The host of an address; empty where it is none."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        is_address = parts.port != 0  # raises for a port that is no number
    except ValueError:
        return ""
    return parts.hostname or "" if is_address else ""


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _say(path: Path, made: Draft) -> None:
    """What was written and guessed, what was left out, and what to do next."""
    typer.echo(f"Wrote {path} with {made.count_models} models.")
    if made.count_models > _MANY_MODELS:
        typer.echo("Remove those that you do not want to ask.")
    for aligned, base in made.pairs[:_MANY_MODELS]:
        typer.echo(f"  guess from the names: {aligned} was aligned from {base}")
    if not made.pairs:
        typer.echo("  No name says which model was aligned from which: write base: into the aligned ones.")
    for kind, names in made.left_out.items():
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        typer.echo(f"  left out ({kind}): {', '.join(names[:_MOST_NAMES])}{more}")
    typer.echo("Next, once the lines marked as a guess are checked:")
    for command in ("doctor --ask", "plan", "run"):
        typer.echo(f"  {program()} {command} --config {path}")
