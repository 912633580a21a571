"""A planned run of two models on one benchmark, with changes to its configuration."""

from __future__ import annotations

from datetime import date

import pytest

from tasks import benchmarks
from tasks.domain import RunKind
from tasks.scorers import SCORERS
from tasks.settings import load_settings
from tasks.steps.plan import plan
from tests.support.known import known_names

BASE = """
model_defaults: {provider: openai, base_url: "http://127.0.0.1:8000/v1"}
models:
  - {id: base, model: base-7b, api: completions}
  - {id: aligned, model: aligned-7b, api: chat, base: base}
benchmarks:
  - {id: arithmetic, sample_size: 20}
"""


@pytest.fixture
def planned(tmp_path):
    def build(*changes: tuple[str, str], kind: RunKind = RunKind.ADHOC, day: str = "2026-01-31"):
        text = BASE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "aligntax.yaml"
        path.write_text(text)
        settings = load_settings(path, environment={}, known=known_names(benchmarks.known(), SCORERS), will_send=False)
        loaded = {wanted.id: benchmarks.load(wanted.id) for wanted in settings.benchmarks}
        return plan(settings, loaded, date.fromisoformat(day), kind)

    return build
