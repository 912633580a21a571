"""A server that is down is said first, with its address."""

from __future__ import annotations

import asyncio
import socket
from datetime import date

import pytest

from flows.asking import reachable
from flows.asking.reachable import check_servers
from flows.configuration import load_configuration
from flows.planning import plan_run, shards
from tasks.errors import NothingEvaluated

HEAD = "model_defaults: {provider: openai, api: chat}\nmodels:\n"


@pytest.fixture
def work(tmp_path, monkeypatch):
    """The work of a run that asks two servers, by the port of each."""
    monkeypatch.setattr(reachable, "_LONGEST_S", 0.2)

    def planned(first: int, second: int, *, is_open: bool = True):
        path = tmp_path / "aligntax.yaml"
        models = "".join(
            f'  - {{id: m{port}, base_url: "http://127.0.0.1:{port}/v1", endpoint: e{port}, model: m}}\n'
            for port in (first, second)
        )
        path.write_text(f"{HEAD}{models}benchmarks: [{{id: arithmetic, sample_size: 2}}]\n")
        plan = plan_run(None, load_configuration(path), date(2026, 1, 31))
        return shards(plan, {cell.cell_id: list(cell.requests) if is_open else [] for cell in plan.cells})

    return planned


@pytest.fixture
def port():
    """A port on which somebody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_servers_that_are_up_say_nothing(work, port, capsys):
    asyncio.run(check_servers(work(port, 1)[:1]))
    assert capsys.readouterr().err == ""


def test_one_server_that_is_down_is_a_warning(work, port, capsys):
    asyncio.run(check_servers(work(port, 1)))
    assert capsys.readouterr().err == (
        "warning: no server answers at http://127.0.0.1:1/v1 (connection refused) for m1; "
        "the cells of these models will fail.\n"
    )


def test_where_every_server_is_down_nothing_is_asked(work):
    with pytest.raises(
        NothingEvaluated, match=r"http://127\.0\.0\.1:1/v1 .*; no server answers at http://127\.0\.0\.1:2/v1"
    ):
        asyncio.run(check_servers(work(1, 2)))


def test_where_nothing_is_left_to_ask_no_server_is_needed(work):
    asyncio.run(check_servers(work(1, 2, is_open=False)))


def test_behind_a_proxy_nobody_is_tried(work, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:3")
    monkeypatch.delenv("no_proxy", raising=False)
    asyncio.run(check_servers(work(1, 2)))
