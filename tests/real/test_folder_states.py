"""Hidden states of a folder of Hugging Face by transformers: the directions that numpy finds in the same model.

transformers is installed beside the example's torch, hundreds of megabytes, so this runs at full size alone.
"""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from tasks.weights.gguf_files import WeightsFile
from tests.support.hugging_face import write_as_folder
from tests.support.llama import NotToBeHadError, install, llama_server_program
from tests.support.sizes import size
from tests.support.tiny_weights import write_tiny
from tests.support.torch_packages import EXAMPLE, HOME, install_transformers

pytestmark = [
    pytest.mark.endurance,
    pytest.mark.skipif(size() != "full", reason="installing torch and transformers takes minutes"),
]
# The command with the packages of another environment behind its own.
_WITH_PACKAGES = "import sys; sys.path.append({packages!r}); from flows.cli import main; main()"
_LAYERS = ("--layers", "1-3")


@pytest.fixture(scope="module")
def packages():
    try:
        install()
        return str(install_transformers())
    except NotToBeHadError as error:
        # Also with CI=true: where the package index gives no build of torch for the processor, no change here can.
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def model(packages, tmp_path_factory):
    """The example's base after a few steps, as a GGUF file and as a folder, and pairs in its language."""
    folder = tmp_path_factory.mktemp("model")
    train = [HOME / "bin" / "python", EXAMPLE / "train.py", folder, "--share", "0.03", "--questions", "1"]
    subprocess.run(list(map(str, train)), check=True, capture_output=True)
    write_as_folder(folder / "base", WeightsFile(folder / "base.gguf"))
    things = ("vorn of figs, mint", "skarn of oil, salt", "dreth of nuts, rice", "mulk of corn, oats") * 4
    pairs = [
        {"prompt": thing, "positive": "I cannot help with that.", "negative": f"Mix {number} with milk."}
        for number, thing in enumerate(things)
    ]
    (folder / "pairs.jsonl").write_text("\n".join(map(json.dumps, pairs)))
    return folder


@pytest.fixture(scope="module")
def steered(packages, model):
    """Run `steer` with some arguments; returns what it says and the file that it wrote."""

    def run(name, *arguments, code=0):
        out = model / f"{name}.gguf"
        command = [sys.executable, "-c", _WITH_PACKAGES.format(packages=packages), "steer", *arguments]
        named = ("--pairs", "pairs.jsonl", "--out", str(out), "--json", "--server", str(llama_server_program()))
        done = subprocess.run([*command, *named], cwd=model, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return (json.loads(done.stdout), WeightsFile(out)) if code == 0 else done.stderr

    return run


@pytest.mark.parametrize("arguments", [("base",), ("base.gguf", "--folder", "base")])
def test_the_directions_are_those_that_numpy_finds_in_the_same_model(steered, arguments):
    said, ours = steered("numpy", "base.gguf", *_LAYERS)
    told, theirs = steered("transformers", *arguments, *_LAYERS)
    assert theirs.names == ours.names == ("direction.1", "direction.2", "direction.3")
    for name in ours.names:
        one, two = ours.tensor(name), theirs.tensor(name)
        assert one @ two / np.linalg.norm(one) / np.linalg.norm(two) > 0.999, name
    assert told["size"] == pytest.approx(said["size"], rel=1e-3)
    assert theirs.keys["controlvector.model_hint"] == "llama"


def test_an_adapter_is_written_for_the_file_from_the_states_of_the_folder(steered):
    _, ours = steered("numpy-lora", "base.gguf", "--method", "lora")
    _, theirs = steered("folder-lora", "base.gguf", "--folder", "base", "--method", "lora")
    assert theirs.names == ours.names
    assert all(np.allclose(theirs.tensor(name), ours.tensor(name), atol=1e-2) for name in ours.names)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("base", "--method", "lora"), "--method lora changes tensors of a GGUF file: name it, and base with --folder"),
        (("tiny.gguf", "--folder", "base"), "base: must be the model of tiny.gguf, which has 4 layers of width 8"),
        (("tiny.gguf",), "found 'frob'. Name the folder of Hugging Face"),
        (("empty",), "empty: must be a GGUF file or a folder with a config.json"),
        (("hollow",), "hollow: transformers cannot read the model"),
    ],
)
def test_what_cannot_be_steered_is_one_line(steered, model, arguments, said):
    write_tiny(model / "tiny.gguf", architecture="frob")
    (model / "empty").mkdir(exist_ok=True)
    (model / "hollow").mkdir(exist_ok=True)
    (model / "hollow" / "config.json").write_text((model / "base" / "config.json").read_text())
    told = steered("refused", *arguments, code=2)
    assert said in told
    assert len(told.strip().splitlines()) == 1
    assert not (model / "refused.gguf").exists()
