"""What is known of the benchmarks that are read from official files, before the file is at hand. Knows no loader.

``count_items`` and ``count_clusters`` are those of the whole official set; a test compares all that is said here with
what the loaders say of real files.
"""

from __future__ import annotations

from dataclasses import dataclass

from tasks.domain import Dimension, Domain, Verified


@dataclass(frozen=True, slots=True)
class Official:
    """The facts of a benchmark without its items."""

    dimension: Dimension
    domain: Domain
    count_items: int
    count_clusters: int | None
    chance_score: float
    scorer: str
    verified: Verified
    licence: str
    higher_is_better: bool = True


_CAPABILITY = Dimension.CAPABILITY
_STATED = "as stated by the authors' repository"

OFFICIAL: dict[str, Official] = {
    "bbh": Official(_CAPABILITY, Domain.REASONING, 6_511, 27, 0.2625, "bbh", "file", f"MIT {_STATED}"),
    "bbq": Official(Dimension.BIAS, Domain.SAFETY, 58_492, None, 0.3333, "bbq", "file", f"CC-BY-4.0 {_STATED}"),
    "drop": Official(
        _CAPABILITY, Domain.READING, 9_536, None, 0.0, "drop_f1", "format", "CC BY-SA 4.0 as stated by the authors"
    ),
    "gsm8k": Official(_CAPABILITY, Domain.REASONING, 1_319, 1_319, 0.0, "gsm8k", "file", f"MIT {_STATED}"),
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
}
