"""`item` and `diff`: what models answered, word for word. They import no Prefect, no SDK and no polars."""

from __future__ import annotations

import json as json_format
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from flows.cli.options import CONFIG, Config, Json
from flows.cli.output import DASH, console, paged, print_json, print_plain, shown
from flows.cli.sql import published_or_live
from tasks.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from warehouse.connection import Warehouse

_WITHOUT_TEXT = "recorded@"  # the scorer of scores that were imported alone
_LONGEST_TEXT = 4_000  # characters of an answer that a terminal shows
_HIDDEN = "(the text of harmful benchmarks is not published; --live reads it from the warehouse)"
_LIVE = typer.Option("--live", help="Read the warehouse itself, texts of harmful benchmarks included.")


def item(
    item: Annotated[str, typer.Argument(help="The item's id, its first characters, or its id in the source.")],
    benchmark: Annotated[str | None, typer.Option(help="The benchmark, where several have such an item.")] = None,
    model: Annotated[str | None, typer.Option(help="Only this model.")] = None,
    config: Config = CONFIG,
    live: Annotated[bool, _LIVE] = False,
    json: Json = False,
) -> None:
    """Show an item: the prompts as sent, and each model's answer with its outcome and why it was scored so."""
    with published_or_live(config, is_live=live) as database:
        found = _one_item(database, item, benchmark)
        answers = database.named_rows(
            "item_answers",
            benchmark_id=found["benchmark_id"],
            benchmark_version=found["benchmark_version"],
            item_id=found["item_id"],
            model_id=model,
        )
    is_beside = _is_beside(found, answers)
    if json:
        print_json({**found, "is_beside": is_beside, "answers": answers})
        return
    with paged(sum(len(str(answer["response"] or "")) // 80 + 4 for answer in answers)):
        _print_item(found, is_beside=is_beside)
        _print_prompts(answers)
        for answer in answers:
            _print_answer(answer, is_hidden=found["is_harmful_text"])


def diff(
    reference: Annotated[str, typer.Argument(help="The model before, such as the base.")],
    candidate: Annotated[str, typer.Argument(help="The model after, such as the aligned one.")],
    benchmark: Annotated[str, typer.Option(help="The benchmark.")],
    limit: Annotated[int, typer.Option(min=1, help="How many items to show.")] = 10,
    config: Config = CONFIG,
    live: Annotated[bool, _LIVE] = False,
    json: Json = False,
) -> None:
    """Show the items that two models solved unequally, both answers side by side; what was lost comes first."""
    with published_or_live(config, is_live=live) as database:
        rows = _flipped(database, benchmark, reference, candidate)
    if json:
        print_json(rows)
        return
    lost = sum(row["value_reference"] > row["value_candidate"] for row in rows)
    with paged(20 * min(limit, len(rows))):
        for row in islice(rows, limit):
            _print_both(row, reference, candidate)
    typer.echo(
        f"{candidate} lost {lost} items of {benchmark} that {reference} solved better, and gained {len(rows) - lost}."
    )
    if len(rows) > limit:
        typer.echo(f"The first {limit} of {len(rows)}; --limit shows more, and --json has all.")


def _one_item(database: Warehouse, item: str, benchmark: str | None) -> dict[str, Any]:
    """The item that an id names.

    Raises:
        UsageError: no item has it, or several do.
    """
    found = database.named_rows("found_items", item=item, benchmark_id=benchmark)
    if not found:
        where = f" in {benchmark}" if benchmark else ""
        raise UsageError(f"no item{where} has the id {item!r}. `aligntax diff A B --benchmark X` shows ids.")
    if len(found) > 1:
        some = ", ".join(f"{row['item_id'][:12]} of {row['benchmark_id']}" for row in found[:5])
        raise UsageError(f"several items have the id {item!r}: {some}. Give more of the id, or --benchmark.")
    return found[0]


def _flipped(database: Warehouse, benchmark: str, *models: str) -> list[dict[str, Any]]:
    """The items that two models solved unequally on the newest date that has both, the largest losses first."""
    answers = database.named_rows(
        "explored_answers",
        as_of_date=_newest_date(database, benchmark, *models),
        benchmark_id=benchmark,
        model_ids=list(models),
    )
    sides = ({_item_key(answer): answer for answer in answers if answer["model_id"] == model} for model in models)
    before, after = sides
    rows = [_both_sides(before[key], after[key]) for key in before.keys() & after.keys()]
    unequal = [row for row in rows if None not in _values(row) and len(set(_values(row))) == 2]
    return sorted(unequal, key=lambda row: (row["value_candidate"] - row["value_reference"], row["item_id"]))


def _newest_date(database: Warehouse, benchmark: str, *models: str) -> str:
    """The newest date on which all models have a complete cell of the benchmark.

    Raises:
        UnknownName: not one cell of a model or of the benchmark is complete.
        UsageError: such a date does not exist.
    """
    dates: dict[str, set[str]] = {model: set() for model in models}
    cells = database.named_rows("current_models")
    for kind, names in (("model", models), ("benchmark", (benchmark,))):
        known = {cell[f"{kind}_id"] for cell in cells}
        for name in names:
            if name not in known:
                raise UnknownName.of(f"{kind} with complete cells", name, known)
    for cell in cells:
        if cell["benchmark_id"] == benchmark and cell["model_id"] in dates:
            dates[cell["model_id"]].add(str(cell["as_of_date"]))
    for model, found in dates.items():
        if not found:
            raise UsageError(f"{model} has no complete cell of {benchmark}: `aligntax status` shows the cells.")
    if not (both := set.intersection(*dates.values())):
        raise UsageError(f"{' and '.join(models)} were never asked {benchmark} on dates that are compared.")
    return max(both)


def _item_key(answer: Mapping[str, Any]) -> tuple[str, str]:
    return (answer["benchmark_version"], answer["item_id"])


def _both_sides(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """An item with what each side answered."""
    shared = ("item_id", "foreign_id", "subset", "question", "target", "is_harmful_text")
    sides = {
        f"{name}_{side}": answer[name]
        for name in ("value", "outcome", "answer", "response", "texts_removed_at")
        for side, answer in (("reference", before), ("candidate", after))
    }
    return {**{name: after[name] for name in shared}, **sides}


def _values(row: Mapping[str, Any]) -> tuple[float | None, float | None]:
    return row["value_reference"], row["value_candidate"]


def _is_beside(found: Mapping[str, Any], answers: Iterable[Mapping[str, Any]]) -> bool:
    """Whether programs that answer the item are tested in their own process."""
    if not any(str(answer["scorer"]).startswith("code@") for answer in answers):
        return False
    from tasks.scorers.code import runs_beside

    return runs_beside(found["question"] or "", found["target"] or "")


def _print_item(found: Mapping[str, Any], *, is_beside: bool) -> None:
    source = f", {found['foreign_id']} in its source" if found["foreign_id"] else ""
    subset = "" if found["subset"] == "all" else f" Subset: {found['subset']}."
    print_plain(f"Item {found['item_id']} of {found['benchmark_id']}{source}.{subset}")
    if found["question"] != "":
        _print_block("question", _text(found["question"], is_hidden=found["is_harmful_text"]))
    for number, choice in enumerate(json_format.loads(found["choices_json"] or "[]")):
        print_plain(f"  ({chr(ord('A') + number)}) {shown(choice)}")
    if found["target"]:
        _print_block("gold answer", found["target"])
    if is_beside:
        print_plain("Its test runs in the program's own process. A program could deceive it.")


def _print_prompts(answers: Iterable[Mapping[str, Any]]) -> None:
    """Each prompt once, and to whom it was sent."""
    prompts: dict[str, list[str]] = {}
    for answer in answers:
        if answer["prompt"]:
            prompts.setdefault(answer["prompt"], []).append(answer["model_id"])
    for prompt, models in prompts.items():
        _print_block(f"prompt, sent to {', '.join(dict.fromkeys(models))}", prompt)


def _print_answer(answer: Mapping[str, Any], *, is_hidden: bool) -> None:
    repeat = f", answer {answer['repeat'] + 1}" if answer["repeat"] else ""
    value = DASH if answer["value"] is None else shown(answer["value"])
    print_plain(f"\n== {answer['model_id']}, {answer['prompt_style']}{repeat}: {answer['outcome']}, value {value}")
    print_plain(f"   {_why(answer)}")
    if answer["reasoning"]:
        _print_block("reasoning", answer["reasoning"])
    _print_block("answer", _answer_text(answer["response"], answer["texts_removed_at"], is_hidden=is_hidden))


def _why(answer: Mapping[str, Any]) -> str:
    """What the scorer saw: the answer it found, and what else decided."""
    if str(answer["scorer"]).startswith(_WITHOUT_TEXT):
        return "the score was imported without the text."
    parts = [f"scored by {answer['judge_model_id'] or answer['scorer']}"]
    if answer["answer"]:
        parts.append(f"it found {shown(answer['answer'])!r}")
    for name, words in (
        ("refusal_class", "refusal class"),
        ("finish_reason", "the answer ended by"),
        ("error_type", "the request failed with"),
        ("flags", "flags"),
    ):
        if answer[name]:
            said = shown(answer[name])
            parts.append(f"{words} {said.replace('_', ' ') if name == 'refusal_class' else said}")
    if answer["outcome"] == "unparsed":
        parts.append(f"an answer that cannot be read counts by the rule {answer['unparsed_rule']!r}")
    return "; ".join(parts) + "."


def _print_both(row: Mapping[str, Any], reference: str, candidate: str) -> None:
    """An item with the two answers beside each other."""
    word = "lost" if row["value_reference"] > row["value_candidate"] else "gained"
    print_plain(f"\n== {word}: item {row['item_id'][:12]}" + (f" ({row['foreign_id']})" if row["foreign_id"] else ""))
    print_plain(_text(row["question"], is_hidden=row["is_harmful_text"]))
    if row["target"]:
        print_plain(f"gold answer: {shown(row['target'])}")
    table = Table(expand=True)
    for model, side in ((reference, "reference"), (candidate, "candidate")):
        table.add_column(
            Text(f"{model}: {row[f'outcome_{side}']}, value {shown(row[f'value_{side}'])}"), ratio=1, overflow="fold"
        )
    sides = (
        _answer_text(row[f"response_{side}"], row[f"texts_removed_at_{side}"], is_hidden=row["is_harmful_text"])
        for side in ("reference", "candidate")
    )
    table.add_row(*map(Text, sides))
    console().print(table)


def _print_block(title: str, text: str) -> None:
    """A text under its title, each line moved in."""
    print_plain(f"-- {title}")
    print_plain("\n".join(f"   {line}" for line in _text(text, is_hidden=False).split("\n")))


def _answer_text(text: str | None, removed_at: datetime | None, *, is_hidden: bool) -> str:
    """The text of an answer, or when it was removed."""
    if removed_at is not None:
        return f"(the text was removed on {removed_at:%Y-%m-%d}, as keep_texts_days or `aligntax prune` asked)"
    return _text(text, is_hidden=is_hidden)


def _text(text: str | None, *, is_hidden: bool) -> str:
    """A text as a terminal may show it: its lines, without control characters, and cut where it is very long."""
    if text is None:
        return _HIDDEN if is_hidden else "(no text)"
    lines = "\n".join(map(shown, text[:_LONGEST_TEXT].splitlines()))
    rest = len(text) - _LONGEST_TEXT
    return f"{lines}\n... {rest} characters more (--json has all)" if rest > 0 else lines
