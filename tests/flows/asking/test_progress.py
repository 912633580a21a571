"""What the screen says while models are asked."""

from __future__ import annotations

import pytest

from flows.asking import progress
from flows.asking.progress import Progress


@pytest.fixture
def lines(monkeypatch, capsys):
    """The plain lines that a progress of ten requests has written, after each of which there is one."""
    monkeypatch.setattr(progress, "_PLAIN_EVERY_S", 0.0)

    def written() -> list[str]:
        return capsys.readouterr().err.splitlines()

    return written


def test_the_screen_says_that_an_endpoint_is_asked_less_and_why(lines):
    with Progress(10) as shown:
        shown.count(1, 0, None)
        assert "less" not in lines()[-1]
        shown.slow("time-out")
        assert lines()[-1].endswith("asking less after 1 time-out")
        shown.slow("time-out")
        shown.slow("overload")
        assert lines()[-1].endswith("asking less after 2 time-outs and 1 overload")
        shown.count(0, 1, 0.5)
        (line,) = lines()
    assert line.startswith("asked 2 of 10 ")
    assert "1 failed, 0.50 USD, asking less after" in line
