"""What is known of the benchmarks that are read from official files, before the file is at hand.

``count_items`` and ``count_clusters`` are those of the whole official set; a test compares all that is said here with
what the loaders say of real files.
"""

from __future__ import annotations

from dataclasses import dataclass

from tasks.benchmarks import requests
from tasks.benchmarks.tables import table
from tasks.domain import Dimension, Domain, Verified


@dataclass(frozen=True, slots=True)
class Official:
    """The facts of a benchmark without its items."""

    dimension: Dimension
    domain: Domain
    count_items: int | None
    count_clusters: int | None
    chance_score: float
    scorer: str
    verified: Verified
    licence: str
    higher_is_better: bool = True


_CAPABILITY = Dimension.CAPABILITY
_STATED = "as stated by the authors' repository"

OFFICIAL: dict[str, Official] = {
    "alpaca_eval": Official(
        Dimension.INSTRUCTION_FOLLOWING,
        Domain.CHAT,
        805,
        805,
        0.5,
        "preferred",
        "file",
        "CC BY-NC 4.0 as stated by the authors (data; non-commercial)",
    ),
    "bbh": Official(_CAPABILITY, Domain.REASONING, 6_511, 27, 0.2625, "bbh", "file", f"MIT {_STATED}"),
    "bbq": Official(Dimension.BIAS, Domain.SAFETY, 58_492, None, 0.3333, "bbq", "file", f"CC-BY-4.0 {_STATED}"),
    "drop": Official(
        _CAPABILITY, Domain.READING, 9_536, None, 0.0, "drop_f1", "format", "CC BY-SA 4.0 as stated by the authors"
    ),
    "gsm8k": Official(_CAPABILITY, Domain.REASONING, 1_319, 1_319, 0.0, "gsm8k", "file", f"MIT {_STATED}"),
    "humaneval": Official(_CAPABILITY, Domain.CODING, 164, 164, 0.0, "code", "file", f"MIT {_STATED}"),
    "ifeval": Official(
        Dimension.INSTRUCTION_FOLLOWING, Domain.CHAT, 541, 25, 0.0, "instructions", "file", f"Apache-2.0 {_STATED}"
    ),
    "mmlu": Official(_CAPABILITY, Domain.KNOWLEDGE, 14_042, 57, 0.25, "choice", "file", f"MIT {_STATED}"),
    "mmlu_pro": Official(
        _CAPABILITY, Domain.KNOWLEDGE, 12_032, 14, 0.1107, "mmlu_pro_first", "file", f"Apache-2.0 {_STATED}"
    ),
    "truthfulqa": Official(
        Dimension.TRUTHFULNESS, Domain.KNOWLEDGE, 817, 817, 0.2261, "choice", "file", f"Apache-2.0 {_STATED}"
    ),
    "truthfulqa_generation": Official(
        Dimension.TRUTHFULNESS, Domain.KNOWLEDGE, 817, 38, 0.0, "truthful_informative", "file", f"Apache-2.0 {_STATED}"
    ),
}


def official(benchmark_id: str) -> Official | None:
    """What is known without the file; of a benchmark that is an entry, what the entry says."""
    if benchmark_id not in requests.NAMES:
        return OFFICIAL.get(benchmark_id)
    entry = table("requests")[benchmark_id]
    return Official(
        dimension=Dimension(entry["dimension"]),
        domain=Domain(entry["domain"]),
        count_items=None,
        count_clusters=None,
        chance_score=0.0,
        scorer=entry["scorer"],
        verified=entry.get("verified", "format"),
        licence=entry["licence"],
        higher_is_better=entry.get("higher_is_better", True),
    )
