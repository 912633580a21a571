"""Publish the reports: DuckDB snapshot, Parquet and the HTML report. Knows where things go; must not know Prefect."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tasks.report import ReportFrames, write_report
from tasks.settings import PublishSettings
from warehouse.connection import Warehouse


@dataclass(frozen=True, slots=True)
class Published:
    """Where the publication is."""

    database: Path
    parquet: Path
    report: Path


def publish(warehouse: Warehouse, settings: PublishSettings, as_of_date: str) -> Published:
    """Write the three forms; each file is swapped in whole, so that readers never see half of one."""
    folder = settings.folder
    database = warehouse.snapshot(folder / "aligntax.duckdb", settings.text)
    warehouse.parquet(folder / "parquet", settings.text)
    report = write_report(report_frames(warehouse, as_of_date), folder / "report.html")
    return Published(database, folder / "parquet", report)


def report_frames(warehouse: Warehouse, as_of_date: str) -> ReportFrames:
    """The report tables of one date."""
    return ReportFrames(
        alignment_tax=warehouse.query("report_alignment_tax", as_of_date=as_of_date),
        safety=warehouse.query("report_safety", as_of_date=as_of_date),
        model_scores=warehouse.query("report_model_scores", as_of_date=as_of_date),
        coverage=warehouse.query("report_coverage", as_of_date=as_of_date),
        validations=warehouse.query("report_validations", as_of_date=as_of_date),
        tax_decomposition=warehouse.query("report_tax_decomposition", as_of_date=as_of_date),
        overall_tax=warehouse.query("report_overall_tax", as_of_date=as_of_date),
        metric_tax=warehouse.query("report_metric_tax", as_of_date=as_of_date),
        cost_tax=warehouse.query("report_cost_tax", as_of_date=as_of_date),
        as_of_date=as_of_date,
        tax_at_fixed_safety=warehouse.query("report_tax_at_fixed_safety", as_of_date=as_of_date),
        sweep_fit=warehouse.query("report_sweep_fit", as_of_date=as_of_date),
        mitigation=warehouse.query("report_mitigation", as_of_date=as_of_date),
        trend=warehouse.query("report_trend", as_of_date=as_of_date),
        alerts=warehouse.query("report_alerts", as_of_date=as_of_date),
    )
