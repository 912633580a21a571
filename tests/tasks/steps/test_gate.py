"""Verdicts from intervals and alarms, and the exit code of the command."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from tasks.settings import GateSettings
from tasks.steps.gate import decision, gate
from tests.support.nights import import_night, write_settings
from warehouse.connection import Warehouse

LIMITS = GateSettings(warn=0.01, block=0.03)
COLUMNS = ("kind", "model_id", "reference", "benchmark_id", "estimate", "low", "high", "minimum_detectable", "reason")


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.031, 0.2, "BLOCK"),
        (0.011, 0.2, "WARN"),
        (-0.05, 0.009, "PASS"),
        (-0.05, 0.011, "INCONCLUSIVE"),
        (0.005, 0.05, "INCONCLUSIVE"),
        (None, None, "INCONCLUSIVE"),
    ],
)
def test_the_interval_of_a_tax_decides_the_verdict(low, high, verdict):
    assert decision(low, high, LIMITS) == verdict


class Tables:
    """A stand-in for the warehouse that returns given rows for each query."""

    def __init__(self, taxes=(), alarms=()):
        self._rows = {"gate_taxes": taxes, "gate_alarms": alarms}

    def query(self, name, **_):
        return pl.DataFrame([dict(zip(COLUMNS, row, strict=True)) for row in self._rows[name]])


def tax(low, high):
    return ("tax", "aligned", "base", "gsm8k", 0.0, low, high, 0.02, None)


def alarm(low):
    return ("night", "aligned", "since 2026-01-01", "gsm8k", 0.05, low, 0.1, None, None)


@pytest.mark.parametrize(
    ("taxes", "alarms", "verdict"),
    [
        ([tax(-0.1, 0.0)], [], "PASS"),
        ([tax(-0.1, 0.0), tax(-0.1, 0.1)], [], "INCONCLUSIVE"),
        ([tax(0.02, 0.1), tax(-0.1, 0.1)], [], "WARN"),
        ([tax(-0.1, 0.0)], [alarm(0.02)], "WARN"),
        ([tax(-0.1, 0.0)], [alarm(0.04)], "BLOCK"),
        ([], [], "INCONCLUSIVE"),
    ],
)
def test_the_worst_finding_decides_and_no_comparison_at_all_is_inconclusive(taxes, alarms, verdict):
    gated = gate(Tables(taxes, alarms), LIMITS, "2026-01-31")
    assert gated.verdict == verdict
    assert [finding.verdict for finding in gated.findings[:1]] in ([verdict], [])


def test_the_exit_code_of_the_command_follows_the_verdict(tmp_path):
    text = "models: [{id: base}, {id: aligned, base: base}]\nbenchmarks: [knowledge]\n"
    config = write_settings(tmp_path, text)
    right = np.arange(100) < 80
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        scores = {("base", "knowledge"): right, ("aligned", "knowledge"): np.arange(100) < 50}
        import_night(warehouse, config, date(2026, 1, 31), scores)
    run = CliRunner()
    found = run.invoke(app, ["gate", "--config", str(config)])
    assert (found.exit_code, "BLOCK" in found.output) == (3, True)
    config.write_text(config.read_text() + "gate: {warn: 0.1, block: 0.9}\n")
    assert run.invoke(app, ["gate", "--config", str(config)]).exit_code == 0
    assert run.invoke(app, ["gate", "--config", str(config), "--fail-on", "warn"]).exit_code == 4
    assert run.invoke(app, ["gate", "--config", str(config), "--as-of", "2026-01-30"]).exit_code != 0
