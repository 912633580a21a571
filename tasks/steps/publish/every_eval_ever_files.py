"""Publish the scores of a date in the schema of Every Eval Ever (evaleval/every_eval_ever), version 0.3.0.

An aggregate file for each cell that reports show first, ``data/BENCHMARK/DEVELOPER/MODEL/ID.json`` as that project
orders its files, and beside it the answers that have a value, one a line. The schema has no place for an answer whose
score is unknown; the aggregate tells the share of answers that have one. An item whose text is not published stands
under its id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, time
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import UUID

from tasks.domain import content_hash
from tasks.settings import EveryEvalEverSettings, PublishSettings
from tasks.steps.publish.versions import version_folder
from warehouse.connection import Row
from warehouse.publication import Publication

_SCHEMA = "0.3.0"
_UNKNOWN = {"deployment_type": "unknown", "model_availability": "unknown"}


def write_exchange_files(publication: Publication, settings: PublishSettings) -> Path:
    """Add the folder of this publication to the folder ``every_eval_ever``."""
    owner = settings.every_eval_ever
    if owner is None:
        raise ValueError("publish.every_eval_ever is not configured")

    def write(folder: Path) -> None:
        folder.mkdir()
        for cell in publication.named_rows("exported_cells", as_of_date=publication.identity["as_of_date"]):
            _write_cell(publication, owner, cell, folder)

    # The same rows make other files where the configuration names somebody else, or the program has changed.
    named = content_hash(_SCHEMA, version("aligntax"), owner.model_dump(mode="json"), length=8)
    folder = f"{publication.identity['publication_id']}-{named}"
    return version_folder(settings.folder / "every_eval_ever", folder, write)


def _place(cell: Row) -> str:
    """Where the files of a cell belong, without their ending. The same cell has the same place."""
    developer, _, model = cell["model_id"].rpartition("/")
    parts = (_part(name) for name in (cell["benchmark_id"], developer or "unknown", model))
    return "/".join(["data", *parts, str(UUID(cell["cell_key"], version=4))])


def _part(name: str) -> str:
    """A name as a part of a path."""
    return re.sub(r"[^\w.=+@-]", "_", name).lstrip(".")[:100] or "_"


def _write_cell(publication: Publication, owner: EveryEvalEverSettings, cell: Row, folder: Path) -> None:
    samples = f"{_place(cell)}_samples.jsonl"
    chosen = {name: str(cell[name]) for name in ("run_id", "cell_id", "evaluated_date")}
    answers = publication.named_rows("exported_answers", **chosen)
    (folder / samples).parent.mkdir(parents=True, exist_ok=True)
    with (folder / samples).open("w", encoding="utf-8") as file:
        for answer in answers:
            file.write(json.dumps(_instance(cell, answer), ensure_ascii=False) + "\n")
    aggregate = json.dumps(_aggregate(owner, cell, samples, len(answers)), indent=1)
    (folder / f"{_place(cell)}.json").write_text(aggregate, encoding="utf-8")


def _evaluation_id(cell: Row) -> str:
    return f"{cell['benchmark_id']}/{cell['model_id']}/{cell['cell_key']}"


def _aggregate(owner: EveryEvalEverSettings, cell: Row, samples: str, count: int) -> dict[str, Any]:
    """The aggregate of a cell; its times are the night's midnight, so that the same rows give the same file."""
    midnight = str(int(datetime.combine(cell["evaluated_date"], time(), UTC).timestamp()))
    details = _texts(cell, "family", "stage", "method", "base_model_id", "endpoint")
    return {
        "schema_version": _SCHEMA,
        "evaluation_id": _evaluation_id(cell),
        "evaluation_timestamp": midnight,
        "retrieved_timestamp": midnight,
        "source_metadata": {
            "source_name": "aligntax",
            "source_type": "evaluation_run",
            "source_organization_name": owner.organization,
            "evaluator_relationship": owner.relationship,
        },
        "eval_library": {"name": "aligntax", "version": version("aligntax")},
        "model_info": {
            "name": cell["model_id"],
            "id": cell["model_id"],
            "additional_details": {**_UNKNOWN, **details},
        },
        "evaluation_results": [_result(cell)],
        "detailed_evaluation_results": {"format": "jsonl", "file_path": samples, "total_rows": count},
    }


def _result(cell: Row) -> dict[str, Any]:
    uncertainty: dict[str, Any] = {"num_samples": cell["count_items"]}
    if cell["standard_error"] is not None:
        uncertainty["standard_error"] = {"value": cell["standard_error"], "method": cell["se_method"]}
    if cell["score_low"] is not None:
        limits = {"lower": cell["score_low"], "upper": cell["score_high"], "confidence_level": 0.95}
        uncertainty["confidence_interval"] = {**limits, "method": cell["se_method"]}
    rules = _texts(
        cell, "scorer", "scorer_version", "judge_model_id", "unparsed_rule", "prompt_style", "attack", "origin"
    )
    return {
        "evaluation_name": cell["benchmark_id"],
        "source_data": {"dataset_name": cell["title"], "source_type": "other"},
        "metric_config": {
            "evaluation_description": cell["title"],
            "metric_name": cell["metric"],
            "metric_unit": "proportion",
            "lower_is_better": not cell["higher_is_better"],
            "additional_details": rules,
        },
        "score_details": {
            "score": cell["score"],
            "details": _texts(cell, "coverage"),
            "uncertainty": uncertainty,
        },
    }


def _instance(cell: Row, answer: Row) -> dict[str, Any]:
    """An answer as a line of the file of samples."""
    choices = json.loads(answer["choices_json"]) if _is_list(answer["choices_json"]) else None
    found = answer["answer"]
    return {
        "schema_version": _SCHEMA,
        "evaluation_id": _evaluation_id(cell),
        "model_id": cell["model_id"],
        "evaluation_name": cell["benchmark_id"],
        "sample_id": answer["item_id"],
        "interaction_type": "single_turn",
        "input": {
            "raw": answer["question"] or answer["item_id"],
            "reference": [answer["target"]] if answer["target"] else [],
            "choices": list(map(str, choices)) if choices else None,
        },
        "output": {
            "raw": [answer["response"]] if answer["response"] is not None else [],
            "reasoning_trace": [answer["reasoning"]] if answer["reasoning"] else None,
        },
        "answer_attribution": [] if found is None else [_attribution(found, cell["scorer"])],
        "evaluation": {"score": answer["value"], "is_correct": answer["outcome"] == "correct"},
        "token_usage": _tokens(answer),
        "performance": {"latency_ms": answer["latency_ms"]} if answer["latency_ms"] is not None else None,
        "metadata": _texts(answer, "subset", "cluster_id", "outcome"),
    }


def _is_list(text: str | None) -> bool:
    """Whether a text is a list in JSON; where only hashes of texts are published, it is not."""
    return text is not None and text.startswith("[")


def _attribution(found: str, scorer: str) -> dict[str, Any]:
    where = {"turn_idx": 0, "source": "output.raw", "is_terminal": True}
    return {**where, "extracted_value": found, "extraction_method": scorer}


def _tokens(answer: Row) -> dict[str, int] | None:
    """Tokens of an answer; the schema wants both counts or neither."""
    asked, said = answer["tokens_input"], answer["tokens_output"]
    if asked is None or said is None:
        return None
    reasoning = {"reasoning_tokens": answer["tokens_reasoning"]} if answer["tokens_reasoning"] is not None else {}
    return {"input_tokens": asked, "output_tokens": said, "total_tokens": asked + said, **reasoning}


def _texts(row: Mapping[str, Any], *names: str) -> dict[str, str]:
    """Some columns that have a value, as texts: the schema knows no other details."""
    return {name: str(row[name]) for name in names if row[name] is not None}
