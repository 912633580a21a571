import pytest

from tasks.report.trend_chart import TaxTrend, Trend, tax_trend_chart, trend_chart

NIGHT = {"series_id": "s", "model_id": "dpo-2", "p_value_adjusted": 0.01, "reason": None}


@pytest.fixture(scope="module")
def chart():
    nights = [
        {**NIGHT, "as_of_date": f"2026-11-{day:02d}", "phase": "left_out", "score": score, "is_alarm": day == 25}
        for day, score in zip(range(1, 26), [0.7] * 23 + [None, 0.5], strict=True)
    ]
    return trend_chart(Trend("chart-trend-1", "Scores over nights.", nights, {"dpo-2": "3"}, {"dpo-2": "#0a84c8"})).wide


def test_each_scored_night_is_a_point_with_its_state(chart):
    values = max(chart["datasets"].values(), key=len)
    assert [value["state"] for value in values] == [*["left out"] * 23, "alarm"]
    assert values[-1]["score"] == pytest.approx(50.0)


def test_at_most_ten_nights_are_labelled_and_the_last_one_is_among_them(chart):
    shown = chart["layer"][0]["encoding"]["x"]["axis"]["values"]
    assert 1 < len(shown) <= 10
    assert shown[-1] == "2026-11-25"


def test_numbers_at_the_end_of_near_lines_keep_apart():
    nights = [
        {
            **NIGHT,
            "model_id": model,
            "as_of_date": "2026-11-01",
            "phase": "monitored",
            "score": score,
            "is_alarm": False,
        }
        for model, score in (("a", 0.5), ("b", 0.501), ("c", 0.9))
    ]
    drawn = trend_chart(Trend("chart-trend-1", "Scores.", nights, {"a": "1", "b": "2", "c": "3"}, {})).wide
    ends = next(values for values in drawn["datasets"].values() if "label" in values[0])
    assert [end["label"] for end in ends] == ["1", "2", "3"]
    assert ends[1]["label_y"] - ends[0]["label_y"] > 1
    assert ends[2]["label_y"] == pytest.approx(90)


def test_a_night_of_a_tax_is_filled_where_it_is_significant_and_tells_its_alarms():
    night = {
        "tax_absolute": 0.05,
        "tax_absolute_low": 0.01,
        "tax_absolute_high": None,
        "benchmarks": "bbh",
        "reason": None,
    }
    rows = [
        {**night, "as_of_date": "2026-11-01", "is_significant": False, "count_alarms": 0},
        {**night, "as_of_date": "2026-11-02", "is_significant": True, "count_alarms": 2},
    ]
    drawn = tax_trend_chart(TaxTrend("chart", "A tax.", rows, ["2026-11-01", "2026-11-02"], (-1, 6), "#0a84c8")).wide
    values = max(drawn["datasets"].values(), key=len)
    assert [(value["fill"], value["alarms"]) for value in values] == [("transparent", 0), ("#0a84c8", 2)]
