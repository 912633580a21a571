"""Real families of which only some numbers are known: perplexity as capability, and a pair without a real tax."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tasks.stats.frontier import Axis, benchmark_axes, frontier_probability, on_frontier, tax_at_fixed_safety
from tasks.stats.multiplicity import holm
from tasks.stats.unpaired import PublishedMean, unpaired_difference

# The model without its refusal direction (un-aligned), as released, and with the direction added (pushed to refuse).
INTERVENTIONS = ("ablation", "baseline", "actadd")
CAPABILITY = ("lambada_openai", "piqa", "winogrande", "arc_challenge", "sciq", "arc_easy", "logiqa", "wsc")


def refusal_axes(folder, model):
    """Capability is minus the perplexity on the Pile, because less is better; safety has a value for each request."""
    data = folder / "data" / "refusal_direction"
    losses = [json.loads((data / "loss_evals" / f"{model}__{name}.json").read_text()) for name in INTERVENTIONS]
    safe = []
    for name in INTERVENTIONS:
        (path,) = (data / "completions").glob(f"{model}__jailbreakbench_{name}*.json")
        answers = json.loads(path.read_text(encoding="utf-8"))["completions"]
        safe.append([1 - answer["is_jailbreak_llamaguard2"] for answer in answers])
    perplexity = np.array([-loss["pile"]["perplexity"] for loss in losses])
    capability = Axis(perplexity, np.tile(perplexity, (2_000, 1)))
    [safety] = benchmark_axes([(np.array(safe, dtype=float).T, None)], rng=np.random.default_rng(1))
    return capability, safety


@pytest.mark.parametrize(
    ("model", "safety"),
    [
        ("gemma-2b-it", (0.22, 0.93, 0.27)),
        ("llama-2-7b-chat-hf", (0.19, 0.95, 0.15)),
        ("qwen-1_8b-chat", (0.18, 0.80, 0.21)),
    ],
)
def test_with_perplexity_as_capability_the_released_model_is_on_the_frontier(shared_data, model, safety):
    capability, safe = refusal_axes(shared_data, model)
    assert safe.estimate == pytest.approx(safety)
    released, pushed = on_frontier(capability.estimate, safe.estimate)[1:]
    assert released
    assert not pushed
    assert frontier_probability(capability, safe)[1] == 1


def test_refusing_costs_a_tenth_of_a_point_of_perplexity(shared_data):
    capability, safe = refusal_axes(shared_data, "gemma-2b-it")
    found = tax_at_fixed_safety(capability, safe, 0.8)
    assert found.estimate == pytest.approx(33.32 - 33.20, abs=0.01)
    assert (found.low, found.high, found.reason) == (None, None, "no_variation")
    beyond = tax_at_fixed_safety(capability, safe, 0.999)
    assert (beyond.estimate, beyond.reason) == (None, "not_reachable")


def published(folder, name):
    results = json.loads((folder / "data" / "lm_eval_aggregates" / f"{name}.json").read_text())["results"]
    return {task: PublishedMean(row["acc"], row["acc_stderr"], None) for task, row in results.items() if "acc" in row}


def test_swapped_pronouns_in_pythia_have_no_significant_cost(shared_data):
    before = published(shared_data, "1.4b-deduped_step143000")
    after = published(shared_data, "intervention-1.4b-deduped_step143000")
    found = [unpaired_difference(before[task], after[task]) for task in CAPABILITY]
    assert found[0].estimate == pytest.approx(0.618669 - 0.621386, abs=1e-6)
    assert all(estimate.low < 0 < estimate.high for estimate in found)
    assert min(holm(np.array([estimate.p_value for estimate in found]))) > 0.5
