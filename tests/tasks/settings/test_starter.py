"""The starter file runs as it is, and every line of it that is commented out is valid too."""

from __future__ import annotations

import re

from tasks.settings import starter_text
from tests.support.known import known_names

KNOWN = ("arithmetic", "borderline", "harmful", "knowledge", "mmlu_pro")


def test_the_starter_file_points_at_the_simulated_server(load_text):
    settings = load_text(starter_text())
    assert [m.id for m in settings.models] == ["harbor-base", "harbor-dpo-050", "harbor-dpo-100"]
    assert all(m.is_simulated for m in settings.models)
    assert {m.base_url for m in settings.models} == {"http://127.0.0.1:8377/v1"}
    assert [(b.id, b.sample_size) for b in settings.benchmarks] == [
        ("arithmetic", 60),
        ("knowledge", 60),
        ("borderline", 60),
        ("harmful", 60),
    ]
    assert [(p.kind, p.candidate) for p in settings.pairs()] == [
        ("tax", "harbor-dpo-050"),
        ("tax", "harbor-dpo-100"),
    ]


def test_its_commented_examples_load_when_the_comment_signs_are_taken_away(load_text):
    example = re.compile(r"^(\s*)# (\s*- .*|  .*|[a-z_]+: .*)$")
    lines, in_prose = [], True
    for line in starter_text().splitlines():
        in_prose = in_prose and not line.startswith("warehouse:")
        match = None if in_prose else example.match(line)
        lines.append(f"{match[1]}{match[2]}" if match else line)
    settings = load_text("\n".join(lines), known=known_names(KNOWN), will_send=False)
    added = {m.id: m for m in settings.models[3:]}
    of_the_simulator = {"harbor-guarded", "harbor-warm", "harbor-best-of-4"}
    llamas = {"llama-base", "llama-instruct", "llama-instruct-seed-2"}
    real = {"gpt-4o-mini", "gpt-5-mini", "claude", "gemma-instruct"} | llamas
    assert set(added) == real | of_the_simulator
    assert {name for name, model in added.items() if model.is_simulated} == of_the_simulator
    assert [part.id for part in added["harbor-best-of-4"].asked] == ["harbor-warm", "jury-careful"]
    assert added["gpt-4o-mini"].price[0].cached_input_usd_per_million == 0.075
    assert added["gpt-5-mini"].sampling.temperature is None
    assert (added["claude"].provider, added["claude"].base_url) == ("anthropic", None)
    assert settings.models[2].differs == ("temperature",)
    assert settings.models[0].sampling.extra == {"top_k": 1}
    assert settings.benchmarks[-1].cluster_by == "category"


def test_importing_the_settings_loads_no_heavy_library():
    import subprocess
    import sys

    heavy = "polars", "prefect", "openai", "anthropic", "pandas", "numpy", "great_expectations", "tasks.benchmarks"
    code = f"import sys, tasks.settings; print([name for name in {heavy!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
