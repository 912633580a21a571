"""An unforeseen error is one line and a file that holds the traceback but no key."""

from __future__ import annotations

import httpx
import pytest

from flows.cli import app
from tasks.errors import UsageError

KEY = "sk-0123456789abcdef"


class Panic(BaseException):
    """What a library in another language may raise."""


@pytest.fixture
def ended(tmp_path, monkeypatch, capsys):
    """Let the program end with an error; returns its exit code, its standard error and the files it wrote."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("SOME_API_KEY", KEY)

    def end(error):
        def run():
            raise error

        monkeypatch.setattr(app, "app", run)
        with pytest.raises(SystemExit) as stopped:
            app.main()
        return stopped.value.code, capsys.readouterr().err, [*tmp_path.glob("aligntax/errors/*.txt")]

    return end


@pytest.mark.parametrize("error", [KeyError("x\ny"), Panic("x\ny"), ExceptionGroup("two", [ValueError("x\ny")])])
def test_an_unforeseen_error_is_one_line_with_the_file_of_its_traceback(ended, error):
    code, said, (file,) = ended(error)
    kind = "ValueError" if isinstance(error, ExceptionGroup) else type(error).__name__
    assert (code, said.count("\n")) == (70, 1)
    assert said.startswith(f"error: unexpected error: {kind}: ")
    assert said.endswith(f"(details: {file}; please report)\n")
    assert "Traceback" in file.read_text()
    assert "in run" in file.read_text()


def test_the_file_and_the_line_hold_no_key(ended):
    _, said, (file,) = ended(ValueError(f"Bearer {KEY}, postgresql://me:hidden@host/db"))
    assert "Bearer [key removed], postgresql://[key removed]@host/db" in file.read_text()
    assert not any(secret in said + file.read_text() for secret in (KEY, "hidden"))


@pytest.mark.parametrize(
    "spelled", ['ab/cd+ef"gh', "ab/cd%2Bef%22gh", "ab%2Fcd%2Bef%22gh", 'ab/cd+ef\\"gh', 'ab\\/cd+ef"gh']
)
def test_a_key_under_any_name_is_removed_in_every_spelling(ended, tmp_path, monkeypatch, spelled):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "aligntax.yaml").write_text("models: [{id: m, api_key_env: MY_MODEL}]")
    monkeypatch.setenv("MY_MODEL", 'ab/cd+ef"gh')
    _, said, (file,) = ended(ValueError(f"<{spelled}>"))
    assert "<[key removed]>" in said
    assert spelled not in file.read_text()


def test_on_request_the_traceback_is_printed_too(ended, monkeypatch):
    monkeypatch.setenv("ALIGNTAX_DEBUG", "1")
    _, said, _ = ended(KeyError("x"))
    assert said.startswith("Traceback")


def test_where_no_file_can_be_written_the_line_says_how_to_see_more(ended, monkeypatch, tmp_path):
    (tmp_path / "full").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "full"))
    assert ended(KeyError("x"))[1] == (
        "error: unexpected error: KeyError: 'x' (set ALIGNTAX_DEBUG=1 to see the details; please report)\n"
    )


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (UsageError("no."), 2, "error: no.\n"),
        (ExceptionGroup("one", [UsageError("no.")]), 2, "error: no.\n"),
        (PermissionError(13, "Permission denied", "x"), 1, "error: x: Permission denied\n"),
        (
            httpx.ConnectError("All connection attempts failed"),
            1,
            (
                "error: the Prefect server is gone (All connection attempts failed). What came in is committed; "
                "the same command finishes the run.\n"
            ),
        ),
        (
            ModuleNotFoundError("No module named 'x'", name="x"),
            1,
            "error: the package 'x' is not installed. Install the locked dependencies again: make install\n",
        ),
        (KeyboardInterrupt(), 130, "error: interrupted. The same command finishes the run.\n"),
        (SystemExit(3), 3, ""),
    ],
)
def test_what_was_foreseen_writes_no_file(ended, error, code, line):
    assert ended(error) == (code, line, [])
