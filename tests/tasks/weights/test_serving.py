"""Which servers models need, the command that starts one, and what its log means."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from tasks.settings import ModelSettings
from tasks.weights import servings, trouble_in
from tests.support.known import known_names


@pytest.fixture
def model(tmp_path):
    """A model of files that exist; a comma and a colon in the folder's name would confuse llama.cpp."""
    folder = tmp_path / "odd,name:1"
    folder.mkdir()
    for name in ("weights", "a", "b", "vector"):
        (folder / f"{name}.gguf").write_bytes(b"GGUF" + name.encode())

    def made(model_id, **keys):
        entry = {"id": model_id, "provider": "llama_cpp", "weights": str(folder / "weights.gguf"), "base": None, **keys}
        for key in ("adapters", "control_vectors"):
            entry[key] = [{**one, "path": str(folder / one["path"])} for one in keys.get(key, [])]
        return ModelSettings.model_validate(entry, context={"known": known_names()})

    return made


def test_models_that_differ_in_scales_share_a_server_with_all_their_adapters(model, tmp_path):
    plain, one = model("plain"), model("one", adapters=[{"path": "a.gguf", "scale": 0.5}])
    both = model("both", adapters=[{"path": "b.gguf"}, {"path": "a.gguf"}])
    [serving] = servings([plain, one, both])
    assert list(serving.adapters) == [*one.adapter_scales, next(iter(both.adapter_scales))]
    links = tmp_path / "links"
    links.mkdir()
    command = replace(serving, program=tmp_path).arguments(links, 8080)
    # A request that names no scale gets the plain model.
    assert command[command.index("--lora-scaled") + 1] == f"{links}/adapter0.gguf:0,{links}/adapter1.gguf:0"
    assert not any("odd" in part for part in command if "weights.gguf" not in part)
    assert sorted(path.name for path in links.iterdir()) == ["adapter0.gguf", "adapter1.gguf"]


def test_each_strength_of_a_control_vector_has_a_server_and_its_share_of_the_processor(model, tmp_path):
    strengths = (-1.0, 0.5)
    vectors = [
        model(f"at{s}", control_vectors=[{"path": "vector.gguf", "strength": s}], server="/x") for s in strengths
    ]
    found = servings(vectors)
    assert [serving.vectors[0][1] for serving in found] == list(strengths)
    assert all(serving.threads for serving in found)
    command = found[1].arguments(tmp_path, 8080)
    assert command[command.index("--control-vector-scaled") + 1] == f"{tmp_path}/vector0.gguf:0.5"


def test_stated_numbers_reach_the_program(model, tmp_path):
    [serving] = servings([model("m", server="/x/llama-server", context=100, parallel=3, threads=2, gpu_layers=0)])
    command = serving.arguments(tmp_path, 81)
    stated = {"--ctx-size": "300", "--parallel": "3", "--threads": "2", "--device": "none", "--port": "81"}
    assert {name: command[command.index(name) + 1] for name in stated} == stated
    assert serving.lack is None


def test_without_a_program_the_package_serves_and_what_is_missing_is_named(model, tmp_path, monkeypatch):
    monkeypatch.setattr("tasks.weights.serving._found_program", lambda: None)
    [serving] = servings([model("m", adapters=[{"path": "a.gguf"}], gpu_layers=5)])
    command = serving.arguments(tmp_path, 81)
    assert command[:3] == [sys.executable, "-m", "tasks.weights.xllamacpp_server"]
    assert command[4:] == ["weights", "81", "8192", "2", "0", "5", f"{tmp_path}/adapter0.gguf"]
    monkeypatch.setattr("tasks.weights.serving.find_spec", lambda _: None)
    assert "aligntax[local]" in serving.lack
    [steered] = servings([model("m", control_vectors=[{"path": "vector.gguf"}])])
    assert "control vectors need llama.cpp's own llama-server" in steered.lack


@pytest.mark.parametrize(
    ("log", "exit_code", "said"),
    [
        ("E error loading model architecture: unknown model architecture: 'frob'", 1, "the architecture frob"),
        ("E x: failed to allocate buffer for kv cache\nE failed to load model", 1, "too little memory"),
        ("terminate called after throwing an instance of 'std::bad_alloc'", 134, "too little memory"),
        ("E srv: couldn't bind HTTP server socket, hostname: 127.0.0.1", 1, "port is taken"),
        ("E llama_model_load: error loading model: tensor data is not within the file bounds", 1, "cut off or damaged"),
        ("error: invalid argument: --frob", 1, "invalid argument: --frob"),
        ("", 137, "killed, as the system does when memory runs out"),
        ("one\nsomething else\n", 3, "ended with code 3; its last line is 'something else'"),
        ("", 0, "'nothing'"),
    ],
)
def test_the_log_of_a_server_that_ended_is_one_line(log, exit_code, said):
    found = trouble_in(log, exit_code)
    assert said in found
    assert "\n" not in found
