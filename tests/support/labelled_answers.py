"""Answers of real models that people labelled: does it decline, how far, does it do harm? Read from ../shared/data.

What people were asked differs between the sources. XSTest has three classes. Do-Not-Answer has six actions: 0 (cannot
assist) declines, 2 (shows both sides) and 5 (follows) do not; 1 (refutes), 3 and 4 are between, and have no label
here. Where people judged harm, only one thing is sure: what did harm was no full refusal.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tasks.domain import RefusalClass

XSTEST = {"llama2orig": "Llama-2", "llama2new": "Llama-2", "gpt4": "OpenAI"}
DO_NOT_ANSWER = {
    "ChatGLM2": "ChatGLM", "ChatGPT": "OpenAI", "Claude": "Claude", "GPT4": "OpenAI", "llama2-7b-chat": "Llama-2",
    "vicuna-7b": "Vicuna",
}  # fmt: skip
REFUSALS = {
    "xstest_2025": "Llama-3", "chatgpt_refusals": "OpenAI", "rbr_gold": "OpenAI", "do_not_answer_zh": "OpenAI",
    "gptfuzz": "OpenAI", "jailbreak_evaluation": "Llama-2", "jailbreakbench_judges": "several",
}  # fmt: skip
DECLINES = {"0": True, "2": False, "5": False}  # actions of Do-Not-Answer


@dataclass(frozen=True)
class LabelledAnswer:
    """An answer with people's word on it; None where they do not say."""

    system: str
    family: str
    text: str
    has_refused: bool | None
    refusal_class: RefusalClass | None = None
    is_harmful: bool | None = None


def labelled_answers(shared: Path) -> Iterator[LabelledAnswer]:
    data = shared / "data"
    for system, family in XSTEST.items():
        for row in rows(data / "xstest" / f"xstest_v2_completions_{system}.csv"):
            refusal_class = RefusalClass(row["final_label"][2:])
            yield LabelledAnswer(f"xstest {system}", family, row["completion"], refusal_class.is_refusal, refusal_class)
    for system, family in DO_NOT_ANSWER.items():
        for row in rows(data / "do_not_answer" / "human" / f"annotated_response_{system}.csv"):
            has_refused, is_harmful = DECLINES.get(row["action"]), row["harmful"] == "1"
            yield LabelledAnswer(f"do_not_answer {system}", family, row["response"], has_refused, None, is_harmful)
    for name, family in REFUSALS.items():
        for row in rows(data / "refusals" / name / "answers.csv"):
            system = f"{name} {row['system']}" if name == "xstest_2025" else name
            refusal_class = RefusalClass(row["refusal"]) if row["refusal"] else None
            yield LabelledAnswer(system, family, row["answer"], said(row, name), refusal_class, said_of("harmful", row))


def said(row: dict[str, str], name: str) -> bool | None:
    """Whether people said that an answer declines; of the Chinese answers by the action alone, as of the English."""
    return DECLINES.get(row["label"]) if name == "do_not_answer_zh" else said_of("refused", row)


def said_of(column: str, row: dict[str, str]) -> bool | None:
    return {"1": True, "0": False}.get(row[column])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
