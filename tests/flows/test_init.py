"""`init --from` drafts a configuration from what a server lists, and says in one line why it cannot."""

from __future__ import annotations

import pytest

from flows.configuration import load_configuration


def test_the_models_of_a_server_become_a_configuration_that_loads(tmp_path, simulator, warm):
    found = warm.run(tmp_path, "init", "--from", f"http://{simulator}", "my.yaml")
    assert found.returncode == 0, found.stderr
    settings = load_configuration(tmp_path / "my.yaml", will_send=False)
    apis = {model.id: model.api for model in settings.models}
    assert (apis["harbor-base"], apis["harbor-dpo-100"]) == ("completions", "chat")
    assert {model.base_url for model in settings.models} == {f"http://{simulator}/v1"}
    assert found.stdout.splitlines()[-3:] == [
        f"  aligntax {command} --config my.yaml" for command in ("doctor --ask", "plan", "run")
    ]


def test_an_address_may_be_given_without_scheme_and_with_the_path_of_a_question(tmp_path, simulator, warm):
    assert warm.run(tmp_path, "init", "--from", f"{simulator}/v1/chat/completions").returncode == 0
    assert warm.run(tmp_path, "init", "--from", simulator).returncode == 2
    assert warm.run(tmp_path, "init", "--from", simulator, "--force").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["--from", "http://127.0.0.1:9/v1"], 1, "http://127.0.0.1:9/v1/models: no server answers there ("),
        (["--from", "ftp://host/v1"], 2, "--from: 'ftp://host/v1' is no http:// or https:// address."),
        (["--from", "http://me:hidden@host/v1"], 2, "--from: the URL must hold no user, password"),
        (["--from", "http://host:x/v1"], 2, "--from: 'http://host:x/v1' is no http://"),
        (["--from", "http://host", "--key-env", "NO_SUCH_KEY"], 2, "variable NO_SUCH_KEY is not set. Run: export"),
        (
            ["--from", "http://host", "--provider", "opnai"],
            2,
            "--provider: unknown provider 'opnai'. Known: anthropic, openai.",
        ),
        (["--key-env", "A_KEY"], 2, "--key-env and --provider go with --from URL."),
    ],
)
def test_what_cannot_be_drafted_is_one_line_and_no_file(tmp_path, warm, arguments, code, expected):
    found = warm.run(tmp_path, "init", *arguments)
    assert (found.returncode, found.stderr.count("\n")) == (code, 1), found.stderr
    assert expected in found.stderr
    assert "hidden" not in found.stderr
    assert not (tmp_path / "aligntax.yaml").exists()


@pytest.mark.accept
def test_a_run_without_a_server_is_one_line_and_whoever_looks_then_sees_no_error_of_the_database(tmp_path, warm):
    assert warm.run(tmp_path, "init").returncode == 0
    config = tmp_path / "aligntax.yaml"
    config.write_text(config.read_text().replace(":8377/", ":9/"))
    found = warm.run(tmp_path, "run")
    assert (found.returncode, found.stderr.count("\n")) == (1, 1), found.stderr
    assert found.stderr.startswith("error: no server answers at http://127.0.0.1:9/v1 (connection refused) for harbor-")
    for command, expected in (("status", "12 cells: 12 incomplete."), ("runs", "Runs (warehouse)")):
        looked = warm.run(tmp_path, command)
        assert (looked.returncode, expected in looked.stdout) == (0, True), looked.stdout
