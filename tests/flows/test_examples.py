"""The examples: every configuration plans, and every command of the workflow and of the crontab runs."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from tests.support.runs import ROOT, write_config

EXAMPLES = ROOT / "infra" / "examples"
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "LITELLM_MASTER_KEY")


def test_every_example_is_listed():
    listed = re.findall(r"^\| \[(\w+)\]", (EXAMPLES / "README.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())


@pytest.mark.parametrize("name", ["hosted", "litellm", "llama_cpp", "ollama", "vllm"])
def test_every_configuration_plans_and_compares_something(tmp_path, warm, name):
    text = (EXAMPLES / name / "aligntax.yaml").read_text()
    (tmp_path / "aligntax.yaml").write_text(re.sub(r"^( *api_key_env): .*$", r"\1: PATH", text, flags=re.MULTILINE))
    found = warm.run(tmp_path, "plan", "--json")
    assert found.returncode == 0, found.stderr
    cells = json.loads(found.stdout)["cells"]
    assert any(cell["minimum_detectable_tax"] for cell in cells)
    named = set(re.findall(r"api_key_env: (\w+)", text))
    assert named <= set(KEYS)


def test_the_workflow_and_the_gateway_are_valid_yaml():
    workflow = yaml.safe_load((EXAMPLES / "ci" / "alignment-tax.yml").read_text())
    assert workflow["jobs"]["gate"]["steps"]
    gateway = yaml.safe_load((EXAMPLES / "litellm" / "litellm.yaml").read_text())
    asked = yaml.safe_load((EXAMPLES / "litellm" / "aligntax.yaml").read_text())
    assert {model["model_name"] for model in gateway["model_list"]} == {model["model"] for model in asked["models"]}


@pytest.mark.accept
@pytest.mark.parametrize("path", ["ci/alignment-tax.yml", "nightly/crontab"])
def test_the_commands_of_the_workflow_and_of_the_crontab_run(tmp_path, warm, simulator, path):
    write_config(tmp_path, simulator)
    commands = re.findall(r"(?:run:|&&) aligntax (.*?)(?: >>.*)?$", (EXAMPLES / path).read_text(), re.MULTILINE)
    assert len(commands) >= 2
    for command in commands:
        found = warm.run(tmp_path, *command.split())
        verdicts = {0, 3, 4, 5} if command.startswith("gate") else {0}
        assert found.returncode in verdicts, found.stderr
