import pytest

from tasks.report.trend_chart import Trend, trend_chart

NIGHT = {"series_id": "s", "model_id": "dpo-2", "p_value_adjusted": 0.01, "reason": None}


@pytest.fixture(scope="module")
def chart():
    nights = [
        {**NIGHT, "as_of_date": f"2026-11-{day:02d}", "phase": "left_out", "score": score, "is_alarm": day == 25}
        for day, score in zip(range(1, 26), [0.7] * 23 + [None, 0.5], strict=True)
    ]
    return trend_chart(Trend("chart-trend-1", "Scores over nights.", nights)).wide


def test_each_scored_night_is_a_point_with_its_state(chart):
    (values,) = chart["datasets"].values()
    assert [value["state"] for value in values] == [*["left out"] * 23, "alarm"]
    assert values[-1]["score"] == pytest.approx(50.0)


def test_at_most_ten_nights_are_labelled_and_the_last_one_is_among_them(chart):
    shown = chart["layer"][0]["encoding"]["x"]["axis"]["values"]
    assert 1 < len(shown) <= 10
    assert shown[-1] == "2026-11-25"
