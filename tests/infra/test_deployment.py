"""The deployment files agree with each other and with the program. `tests/support/machines.py` runs their commands.

Nothing here needs Docker.
"""

from __future__ import annotations

import re

import prefect.settings
import pytest
import yaml

from tasks.settings.machines import LandingSettings, WorkPoolSettings
from tests.conftest import ROOT
from tests.support.machines import COMPOSE, POOL

INFRA = ROOT / "infra"
DEPLOYMENTS = yaml.safe_load((INFRA / "prefect.yaml").read_text())["deployments"]
SERVER, WORKER = (
    yaml.safe_load((INFRA / "kubernetes" / f"{name}-values.yaml").read_text()) for name in ("server", "worker")
)


def test_every_pool_has_a_worker_and_every_deployment_a_pool():
    served = {re.search(r"--pool (\S+)", COMPOSE[name]["command"])[1] for name in ("worker", "builder")}
    created = set(re.findall(r"work-pool create .* (\S+)$", COMPOSE["deploy"]["command"][-1], re.MULTILINE))
    assert served == created == {one["work_pool"]["name"] for one in DEPLOYMENTS}
    assert WORKER["worker"]["config"]["workPool"] == POOL


def test_the_deployment_of_shards_has_the_name_of_its_pool():
    (shards,) = (one for one in DEPLOYMENTS if one["entrypoint"] == "flows.ask.ask")
    assert shards["name"] == shards["work_pool"]["name"] == POOL


def test_every_deployment_sends_the_heartbeats_that_the_automation_expects():
    assert {one["name"] for one in DEPLOYMENTS if "job_variables" not in one["work_pool"]} == {"lake-upkeep"}
    assert {
        one["work_pool"]["job_variables"]["env"]["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"] for one in DEPLOYMENTS[:1]
    } == {"30"}


def test_prefect_knows_every_setting():
    kubernetes = {one["name"] for part in (SERVER["server"]["env"], WORKER["worker"]["extraEnvVars"]) for one in part}
    names = kubernetes.union(*(service.get("environment", {}) for service in COMPOSE.values()))
    ours = {name for name in names if name.startswith("PREFECT_")}
    assert "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE" in ours
    assert [name for name in sorted(ours) if not hasattr(prefect.settings, name)] == []


def test_the_chart_starts_the_server_of_our_lock():
    (locked,) = re.findall(r"^prefect==(\S+)$", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert SERVER["global"]["prefect"]["image"]["prefectTag"] == f"{locked}-python3.11"


def test_every_image_is_a_stage_whose_make_targets_exist():
    dockerfile, makefile = ((ROOT / name).read_text() for name in ("infra/Dockerfile", "Makefile"))
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", dockerfile, re.MULTILINE))
    assert {service["build"]["target"] for service in COMPOSE.values() if "build" in service} <= stages
    for target in re.findall(r"^RUN make (\S+)", dockerfile, re.MULTILINE):
        assert re.search(rf"^{re.escape(target)}:|:= {re.escape(target)}$", makefile, re.MULTILINE), target


@pytest.mark.parametrize("section", ["landing", "work_pool"])
def test_the_configuration_that_compose_shows_is_one(section, tmp_path):
    (shown,) = re.findall(rf"^#   {section}: (.+)$", (INFRA / "compose.yaml").read_text(), re.MULTILINE)
    kind = {"landing": LandingSettings, "work_pool": WorkPoolSettings}[section]
    checked = kind.model_validate(yaml.safe_load(shown), context={"folder": tmp_path})
    assert "postgres" in checked.catalog if section == "landing" else checked.name == POOL
