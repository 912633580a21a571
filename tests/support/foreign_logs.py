"""Logs of other tools: the contents of the real ones of Inspect, and made-up ones of each tool."""

from __future__ import annotations

import json
import zipfile

# file: task, number of samples, scorer, and the mean in the header of the log
INSPECT = {
    "2025-02-11T15-17-00-05-00_popularity_dPiJifoWeEQBrfWsAopzWr.eval": ("popularity", 10, None, None),
    "2025-02-11T15-18-04-05-00_popularity_mj7khqpMM4GBCfVQozKgzB.eval": ("popularity", 10, "inspect:match", 0.8),
    "2025-05-12T20-28-13-04-00_popularity.json": ("popularity", 3, "inspect:match", 2 / 3),
    "2025-05-12T20-28-26-04-00_security-guide.json": ("security_guide", 3, "inspect:model_graded_fact", 1.0),
    "log_formats.json": ("popularity", 1, "inspect:match", 0.0),
    "mmlu-no-summary-choices.eval": ("inspect_evals/mmlu_0_shot", 1, "inspect:choice", 0.0),
    "mmlu-summary-choices.eval": ("inspect_evals/mmlu_0_shot", 1, "inspect:choice", 0.0),
}


def archive(path, samples, *, compression=zipfile.ZIP_DEFLATED, status="success", task="toy"):
    header = {"status": status, "eval": {"task": task, "model": "org/toy", "task_version": 2}}
    with zipfile.ZipFile(path, "w", compression) as zipped:
        for sample in samples:
            zipped.writestr(f"samples/{sample['id']}_epoch_{sample['epoch']}.json", json.dumps(sample))
        zipped.writestr("header.json", json.dumps(header))
    return path


def sample(number=1, epoch=1, scores=None, **others):
    output = {"model": "toy", "choices": [{"message": {"content": "7"}, "stop_reason": "stop"}]}
    return {
        "id": number,
        "epoch": epoch,
        "input": "3 + 4?",
        "target": "7",
        "output": output,
        "scores": scores,
        **others,
    }


def harness(folder, task="gsm8k", model="org/toy", time="2026-01-31T10-00-00.123456", **results):
    folder.mkdir(parents=True, exist_ok=True)
    records = [
        {
            "doc_id": number,
            "doc": {"question": f"{number} + 1?"},
            "target": str(number + 1),
            "arguments": {"gen_args_0": {"arg_0": "shots", "arg_1": {"until": ["\n"]}}},
            "resps": [[f"It is {number + 1}."]],
            "filtered_resps": [str(number + 1)],
            "filter": chosen,
            "metrics": ["exact_match", "bleu"],
            "exact_match": float(chosen == "strict-match" or number < 2),
            "bleu": 37.5,
        }
        for chosen in ("strict-match", "flexible-extract")
        for number in range(4)
    ]
    (folder / f"samples_{task}_{time}.jsonl").write_text("\n".join(map(json.dumps, records)))
    (folder / f"results_{time}.json").write_text(json.dumps({"model_name": model, "versions": {task: 3}, **results}))
    return folder


def instance(number, **others):
    return {
        "schema_version": "0.2.1",
        "model_id": "org/toy",
        "evaluation_name": "sums",
        "sample_id": str(number),
        "interaction_type": "single_turn",
        "input": {"raw": f"{number} + 1?", "reference": [str(number + 1)], "choices": None},
        "output": {"raw": [str(number + 1)]},
        "answer_attribution": [{"extracted_value": str(number + 1)}],
        "evaluation": {"score": 1.0, "is_correct": True},
        **others,
    }
