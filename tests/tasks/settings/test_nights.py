"""When nights are: cadences, the schedule, and what is refused."""

from __future__ import annotations

import pytest

from tasks.errors import SettingsError


@pytest.mark.parametrize(("stated", "days"), [("nightly", 1), ("weekly", 7), (3, 3)])
def test_a_cadence_is_a_number_of_days(load, stated, days):
    assert load({("models", 0, "cadence"): stated}).models[0].cadence == days


def test_of_a_model_and_a_benchmark_the_longer_cadence_counts(load):
    settings = load({("models", 0, "cadence"): 3, ("benchmarks", 1, "cadence"): 5, ("models", 1, "cadence"): 6})
    base, aligned = settings.models
    assert [settings.cadence(model, "harmful") for model in (base, aligned)] == [5, 6]
    assert settings.cadence(base, "arithmetic") == 3
    assert settings.has_cadences


def test_a_cadence_changes_no_hash(load):
    assert load({("models", 0, "cadence"): 3}).config_hash == load().config_hash


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({("models", 0, "cadence"): 0}, "must be nightly, weekly or a number of days, found 0."),
        ({("models", 0, "cadence"): "often"}, "must be nightly, weekly or a number of days, found 'often'."),
        ({("models", 0, "cadence"): 8}, "must be at most max_age_days, 7, found 8: an older answer counts no more."),
        ({("benchmarks", 1, "cadence"): 2, ("max_age_days",): 0}, "must be at most max_age_days, 0, found 2"),
        (
            {("schedule",): {"timezone": "Berlin"}},
            "schedule.timezone: must be a time zone such as Europe/Berlin, found",
        ),
        (
            {("schedule",): {"timezone": "Europe"}},
            "schedule.timezone: must be a time zone such as Europe/Berlin, found",
        ),
        (
            {("missed_nights",): "catchup"},
            "must be one of report, skip, catch_up, found 'catchup'. Did you mean 'catch_up'?",
        ),
    ],
)
def test_what_no_night_could_keep_is_refused(load, changes, sentence):
    with pytest.raises(SettingsError) as raised:
        load(changes)
    assert sentence in str(raised.value)


def test_nothing_rests_without_a_cadence(load):
    assert not load().has_cadences
    assert not load({("max_age_days",): 0}).has_cadences
