"""`benchmarks` and `benchmarks show`: what can be measured, and what a model will be asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import CONFIG, Config, Json
from flows.cli.output import print_json, print_table, program

if TYPE_CHECKING:
    from tasks.domain import Benchmark

app = typer.Typer(help="List the benchmarks, or show one.", invoke_without_command=True)

_COLUMNS = (
    "benchmark",
    "dimension",
    "domain",
    "items",
    "chance",
    "better",
    "clusters",
    "scorer",
    "verified",
    "licence",
)

Source = Annotated[
    Path | None, typer.Option(help="File of a benchmark that is not shipped, if not the configured one.")
]


@app.callback()
def benchmarks(context: typer.Context, config: Config = CONFIG, json: Json = False) -> None:
    """List what can be measured: all that aligntax knows, and the configured ones of your own."""
    if context.invoked_subcommand is not None:
        return
    from tasks.benchmarks import known

    configured = _configured(config)
    rows = [_facts(name, _loaded(name, configured)) for name in sorted({*known(), *configured})]
    if json:
        print_json(rows)
        return
    shown = ([row[name] for name in _COLUMNS] for row in rows)
    print_table("", _COLUMNS, shown, right=("items", "chance"), spare=("licence", "clusters", "better", "domain"))
    typer.echo(
        "Items are those of the configured file, else of the whole official set; a dash is known from the file only."
    )
    typer.echo(f"Next: {program()} benchmarks show NAME")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A benchmark of the list.")],
    source: Source = None,
    config: Config = CONFIG,
    json: Json = False,
) -> None:
    """Show one rendered prompt in each style, the citation and the pitfalls."""
    from tasks.domain import PromptStyle

    described = _described(name, source, config)
    prompts = {style.value: described.render(described.items[0], style) for style in PromptStyle}
    facts = _facts(name, described)
    about = {"citation": described.citation, "licence": described.licence, "pitfalls": described.pitfalls}
    if json:
        contents = {
            style: {"content": p.content, "stop": p.stop, "max_tokens": p.max_tokens} for style, p in prompts.items()
        }
        print_json({**facts, **about, "title": described.title, "metric": described.metric, "prompts": contents})
        return
    typer.echo(
        f"{described.title} ({facts['items']} items in {facts['clusters']} clusters, by {described.cluster_meaning})"
    )
    for style, prompt in prompts.items():
        typer.echo(f"\n--- {style}, at most {prompt.max_tokens} tokens, stop {list(prompt.stop)}")
        typer.echo(prompt.text or "\n".join(f"[{turn.role}]\n{turn.content}" for turn in prompt.messages))
    typer.echo("\n---")
    for label, text in about.items():
        typer.echo(f"{label}: {text or 'none stated'}")


def _configured(config: Path) -> dict[str, Any]:
    """The configured benchmarks by id; none where there is no configuration."""
    from flows.configuration import load_configuration

    if not config.exists():
        return {}
    return {entry.id: entry for entry in load_configuration(config, will_send=False).benchmarks}


def _described(name: str, source: Path | None, config: Path) -> Benchmark:
    """The benchmark from the given file, else as configured, else as shipped."""
    from flows.configuration import load_benchmark
    from tasks.benchmarks import known, load
    from tasks.benchmarks.letters import as_asked
    from tasks.errors import UnknownName

    wanted = _configured(config).get(name)
    if wanted is not None:
        return as_asked(load_benchmark(wanted, source), wanted.scorer)
    if name not in known():
        raise UnknownName.of("benchmark", name, known())
    return load(name, str(source) if source else None)


def _loaded(name: str, configured: dict[str, Any]) -> Benchmark | None:
    """The benchmark, None while its file is not at hand."""
    from flows.configuration import load_benchmark
    from tasks.benchmarks import BUILTIN, load

    if name in BUILTIN:
        return load(name)
    wanted = configured.get(name)
    return load_benchmark(wanted) if wanted is not None and wanted.source and wanted.source.exists() else None


def _facts(name: str, described: Benchmark | None) -> dict[str, Any]:
    """One row of the list."""
    if described is None:
        return _stated(name)
    clusters = {item.cluster_id for item in described.items}
    return _row(name, described, len(described.items), len(clusters))


def _stated(name: str) -> dict[str, Any]:
    """The row of a benchmark whose file is not at hand."""
    from tasks.benchmarks import FROM_FILE

    stated = FROM_FILE.get(name)
    if stated is None:
        return dict.fromkeys(_COLUMNS) | {"benchmark": name}
    return _row(name, stated.about(), stated.count_items, stated.count_clusters)


def _row(name: str, described: Benchmark, count_items: int | None, count_clusters: int | None) -> dict[str, Any]:
    return {
        "benchmark": name,
        "dimension": described.dimension.value,
        "domain": described.domain.value,
        "items": count_items,
        "chance": described.chance_score,
        "better": "higher" if described.higher_is_better else "lower",
        "clusters": count_clusters,
        "scorer": described.scorer,
        "verified": described.verified,
        "licence": described.licence,
    }
