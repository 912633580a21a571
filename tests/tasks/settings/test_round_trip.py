"""What was loaded, written out and loaded again is the same configuration."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.settings import load_settings
from tests.support.known import known_names

IDS = ("alpha", "beta", "gamma")
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=12)
NUMBERS = st.floats(0, 2, allow_nan=False) | st.integers(0, 2)


def optional(**fields):
    return st.fixed_dictionaries({}, optional=fields)


SAMPLING = optional(
    temperature=st.none() | NUMBERS,
    top_p=st.none() | st.floats(0.01, 1),
    max_tokens=st.none() | st.integers(1, 9999),
    seed=st.none() | st.integers(),
    stop=st.none() | st.lists(WORDS, max_size=2),
    extra=st.dictionaries(
        st.sampled_from(("top_k", "min_p", "x-1.y")), st.none() | st.booleans() | WORDS | NUMBERS, max_size=2
    ),
)
MODEL = optional(
    sampling=SAMPLING,
    system_prompt=st.none() | WORDS,
    family=WORDS,
    stage=WORDS,
    knob=st.none() | st.fixed_dictionaries({"name": WORDS, "value": NUMBERS}),
    parameters_billion=st.none() | st.floats(0.1, 2000),
    price=st.lists(st.dates(), unique=True, max_size=3).map(
        lambda days: [
            {"from": day.isoformat(), "input_usd_per_million": 0.5, "output_usd_per_million": 2} for day in sorted(days)
        ]
    ),
    concurrency=st.integers(1, 64),
    prompt_styles=st.sampled_from((["chat"], ["completion", "chat"])),
    differs=st.lists(st.sampled_from(("temperature", "seed", "system_prompt")), unique=True),
)
BENCHMARK = optional(
    sample_size=st.none() | st.integers(1, 10**6),
    repeats=st.integers(1, 9),
    unparsed=st.sampled_from((None, "wrong", "chance", "exclude")),
    scorer=st.sampled_from((None, "exact")),
    source=st.just("."),
)


@st.composite
def documents(draw):
    models = []
    for index, name in enumerate(IDS[: draw(st.integers(1, 3))]):
        fixed = {"id": name, "provider": "openai", "base_url": "http://h/v1", "model": name, "api": "chat"}
        base = draw(st.sampled_from((None, *IDS[:index])))
        models.append({**fixed, **draw(MODEL), "base": base})
    benchmarks = [{"id": "arithmetic", **draw(BENCHMARK)}, *draw(st.sampled_from(([], ["harmful"])))]
    top = optional(
        max_age_days=st.integers(0, 99),
        sample_seed=st.integers(),
        model_defaults=optional(timeout_s=NUMBERS.map(lambda n: n + 1)),
    )
    return {"models": models, "benchmarks": benchmarks, **draw(top)}


def loaded(folder: Path, document):
    path = folder / "aligntax.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return load_settings(path, environment={}, known=known_names(("arithmetic", "harmful"), ("exact",)))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(documents())
def test_loading_what_was_loaded_changes_nothing(document):
    with tempfile.TemporaryDirectory() as name:
        first = loaded(Path(name), document)
        second = loaded(Path(name), first.model_dump(mode="json", by_alias=True))
    assert second == first
    assert second.config_hash == first.config_hash
    assert second.pairs() == first.pairs()
