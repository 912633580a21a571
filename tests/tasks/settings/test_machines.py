"""The keys of several machines: `landing` and `work_pool`."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tasks.settings.machines import LandingSettings, WorkPoolSettings

CATALOG = "ducklake:postgres:host=db.example dbname=lake"


def test_a_bare_text_is_the_catalog_and_the_pool(tmp_path):
    landing = LandingSettings.model_validate(CATALOG, context={"folder": tmp_path})
    assert (landing.catalog, landing.data) == (CATALOG, str(tmp_path / "lake"))
    assert WorkPoolSettings.model_validate("workers") == WorkPoolSettings(name="workers", shard_requests=500, slots=4)


def test_the_files_may_be_in_a_bucket():
    assert LandingSettings(catalog=CATALOG, data="s3://bucket/lake").data == "s3://bucket/lake"


@pytest.mark.parametrize(
    ("catalog", "said"),
    [
        ("postgresql://db.example/lake", "must be the catalog of a DuckLake"),
        ("ducklake:postgres:", "must be the catalog of a DuckLake"),
        ("ducklake:postgres:host=db.example password=secret", "must hold no password"),
        ("ducklake:postgres:postgresql://me:secret@db.example/lake", "must hold no password"),
    ],
)
def test_a_bad_catalog_is_refused_and_no_password_is_repeated(catalog, said):
    with pytest.raises(ValidationError) as raised:
        LandingSettings(catalog=catalog)
    assert said in raised.value.errors()[0]["msg"]
    assert "secret" not in raised.value.errors()[0]["msg"]
