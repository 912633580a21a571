"""Whatever stands in a file, loading it gives settings or one line, never another exception."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.errors import SettingsError
from tasks.settings import Settings, load_settings, starter_text
from tests.support.known import known_names

KNOWN = ("arithmetic", "borderline", "harmful", "knowledge")
JUNK = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(("a\nb", "../..", "harbor-base", "harmful", "chat", "2026-02-30", "http://[x", ":"))
    | st.lists(st.none() | st.text(max_size=3) | st.just({"id": "harbor-base"}), max_size=2)
    | st.dictionaries(st.text(max_size=4), st.none() | st.integers(), max_size=2)
)


def locations(node, here=()):
    yield here
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, child in children:
        yield from locations(child, (*here, step))


def replaced(node, location, value):
    if not location:
        return value
    copied = node.copy()
    copied[location[0]] = replaced(node[location[0]], location[1:], value)
    return copied


STARTER = {
    **yaml.safe_load(starter_text()),
    "max_age_days": 7,
    "thresholds": {"max_failed_rate": 0.1},
}
STARTER["models"][2] |= {
    "price": [{"from": "2026-01-01", "input_usd_per_million": 1, "output_usd_per_million": 1}],
    "sampling": {"stop": ["x"], "extra": {"top_k": 1}},
    "api_key_env": "HARBOR_KEY",
    "differs": ["top_k"],
}
PLACES = tuple(locations(STARTER))


def outcome(text: str) -> Settings | str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "aligntax.yaml"
        path.write_text(text, encoding="utf-8", newline="")
        try:
            environment = {"HARBOR_KEY": "x", "ALIGNTAX_SAMPLE_SIZE": "3"}
            return load_settings(path, environment=environment, known=known_names(KNOWN, ("exact",)))
        except SettingsError as error:
            return str(error)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(PLACES), JUNK, st.sampled_from(PLACES), JUNK)
def test_a_wrong_value_anywhere_gives_one_line(first, one, second, other):
    document = replaced(STARTER, first, one)
    if second in set(locations(document)):
        document = replaced(document, second, other)
    result = outcome(yaml.safe_dump(document, allow_unicode=True))
    if isinstance(result, str):
        assert result.isprintable()
        assert result.startswith(("aligntax.yaml: ", "ALIGNTAX_SAMPLE_SIZE: "))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.integers(0, len(starter_text())), st.text(st.characters(codec="utf-8"), max_size=3))
def test_a_typing_mistake_gives_one_line(position, typed):
    text = starter_text()
    result = outcome(text[:position] + typed + text[position + 1 :])
    assert isinstance(result, Settings) or result.isprintable()


@pytest.mark.parametrize("text", ["a: &a [*a]", "models: &a\n  - *a\nbenchmarks: [harmful]", "&a {model_defaults: *a}"])
def test_a_file_that_contains_itself_gives_one_line(text):
    result = outcome(text)
    assert isinstance(result, str)
    assert result.isprintable()
