"""A file that is no configuration at all says so in one line, with the line number where there is one."""

from __future__ import annotations

import pytest

from tasks.errors import SettingsError
from tasks.settings import load_settings
from tests.support.known import known_names

INIT = "Run 'aligntax init' to write a commented starter file."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", f"the file is empty. {INIT}"),
        ("# only a comment\n", f"the file is empty. {INIT}"),
        ("- a\n- b\n", "must hold keys such as models: and benchmarks: at the top, found a list."),
        ("models", "must hold keys such as models: and benchmarks: at the top, found a single value."),
        ("models:\n\t- id: a\n", "line 2: a tab where YAML wants spaces. Replace tabs by spaces."),
        (
            "warehouse: a: b\n",
            "line 1: not YAML: a second ': ' on the line. Check the indentation, or put the text in quotes.",
        ),
        (
            "models:\n  - [a\nbenchmarks: b\n",
            "line 3: not YAML: expected ',' or ']', but got ':'. Check indentation, quotes and brackets.",
        ),
        (
            "models: !!python/object:os.system x\n",
            "line 1: the tag !!python/object:os.system is not known here. Leave it out.",
        ),
        ("a: 1\nb: 2\na: 3\n", "line 3: the key 'a' appears twice (first on line 1)."),
        ("models:\n  - {id: a, id: b}\n", "line 2: the key 'id' appears twice (first on line 2)."),
        ("models:\n  - {on: 1}\n", "line 2: a key must be text, found 'on'. Put it in quotes."),
        ("models: !!set {a, b}\n", "line 1: the tag !!set is not known here. Leave it out."),
        ("a: 1\nmodels: !!timestamp x\n", "line 2: the tag !!timestamp is not known here. Leave it out."),
        ("models: !own x\n", "line 1: the tag !own is not known here. Leave it out."),
        (f"seed: {'9' * 6_000}\n", "line 1: a number of 6000 digits is too long."),
        ("models: !!int x\n", "not readable as YAML: invalid literal for int() with base 10: 'x'"),
        ("a: 1\nmodels: a\0b\n", r"line 2: the character '\x00' is not allowed in YAML."),
    ],
)
def test_an_unreadable_file_gives_one_line(load_text, text, expected):
    with pytest.raises(SettingsError) as raised:
        load_text(text)
    assert str(raised.value) == f"aligntax.yaml: {expected}"


def refusal(path) -> str:
    with pytest.raises(SettingsError) as raised:
        load_settings(path, environment={}, known=known_names((), ()))
    return str(raised.value)


def test_a_missing_file_suggests_init(tmp_path):
    path = tmp_path / "aligntax.yaml"
    assert refusal(path) == f"{path}: no such file. {INIT} --config names another file."
    assert not path.exists()


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path):
    assert refusal(tmp_path) == f"{tmp_path}: cannot be read (Is a directory)."


def test_bytes_that_are_not_text_give_one_line(tmp_path):
    path = tmp_path / "aligntax.yaml"
    path.write_bytes(b"models: \xff\xfe")
    assert refusal(path) == "aligntax.yaml: must be UTF-8 text, found another byte at 8. Save the file as UTF-8."


def test_an_anchor_may_be_merged_and_overridden(load_text):
    settings = load_text("""
models:
  - &base {id: a, provider: openai, base_url: http://h/v1, model: a, api: chat, concurrency: 3}
  - {<<: *base, id: b, model: b}
benchmarks: [arithmetic]
""")
    assert [(m.id, m.model, m.concurrency) for m in settings.models] == [("a", "a", 3), ("b", "b", 3)]


def test_numbers_and_dates_are_read_as_people_write_them(load_text):
    settings = load_text("""
models:
  - {id: a, provider: openai, base_url: http://h/v1, model: 2026-01-01, api: chat, knob: {name: beta, value: 1e-3},
     price: [{from: 2026-01-01, input_usd_per_million: 1, output_usd_per_million: 0}]}
benchmarks: [arithmetic]
""")
    model = settings.models[0]
    assert model.knob is not None
    assert (model.model, model.knob.value) == ("2026-01-01", 0.001)
    assert model.price[0].effective_from.isoformat() == "2026-01-01"


def test_a_date_that_does_not_exist_gives_one_line(load_text):
    with pytest.raises(SettingsError, match=r"^aligntax.yaml: models\[0\].price\[0\].from \(model 'a'\): .*2026-13-01"):
        load_text("""
models:
  - {id: a, provider: openai, base_url: http://h/v1, model: a, api: chat,
     price: [{from: 2026-13-01, input_usd_per_million: 1, output_usd_per_million: 0}]}
benchmarks: [arithmetic]
""")
