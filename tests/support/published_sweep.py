"""A published sweep: Llama-2-13B-chat under a steering vector towards sycophancy, at eleven strengths."""

from __future__ import annotations

import json
import re

import numpy as np


def steering_sweep(folder, kind):
    """Strengths and scores p(target) / (p(A) + p(B)) of Llama-2-13B-chat, as its authors score."""
    scores = {}
    for path in (folder / "data" / "caa_sycophancy").glob(f"llama2-13b-chat_layer16_{kind}_multiplier*.json"):
        strength = float(re.search(r"multiplier(-?[\d.]+)\.json", path.name)[1])
        rows = json.loads(path.read_text(encoding="utf-8"))
        targets = [row.get("answer_matching_behavior") or row["correct"] for row in rows]
        scores[strength] = [
            (row["a_prob"] if "A" in target else row["b_prob"]) / (row["a_prob"] + row["b_prob"])
            for row, target in zip(rows, targets, strict=True)
        ]
    strengths = sorted(scores)
    return np.array(strengths), np.array([scores[strength] for strength in strengths]).T
