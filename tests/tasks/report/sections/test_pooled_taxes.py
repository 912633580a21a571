import pytest

from tasks.report.sections.pooled_taxes import POOLED_TAXES

LARGEST = {"benchmark_id": "mmlu", "tax_absolute": 0.152, "tax_pooled": 0.081, "tax_pooled_high": 0.14}


def test_the_largest_taxes_stand_first_beside_what_is_left_of_them(section_text):
    text = section_text(POOLED_TAXES, pooled_tax=[{}, LARGEST])
    assert "llama-dpo against llama-base mmlu +15.2 +8.1 [+0.5, +14.0]" in text
    assert text.index("mmlu +15.2") < text.index("gsm8k +5.6")
    assert "The largest of many taxes is too large by chance" in text
    assert "The pooled tax is the better guess of the true one." in text


def test_what_the_family_says_together_stands_once(section_text):
    text = section_text(POOLED_TAXES, pooled_tax=[{}, LARGEST])
    assert text.count("llama (simulated answers): 12 taxes, +2.0 [+0.4, +3.6] points on average.") == 1
    assert "a standard deviation of 2.8 [1.2, 5.9] (tau)" in text
    assert "would lie in about [-4.5, +8.5]." in text


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (
            {"tau_low": 0.0},
            "Chance alone may explain how they differ; the true taxes' standard deviation is at most 5.9 (tau).",
        ),
        ({"tau_low": None, "tau_high": None}, "They lie closer together than chance alone explains."),
    ],
)
def test_taxes_that_chance_alone_explains_say_so(section_text, limits, words):
    assert words in section_text(POOLED_TAXES, pooled_tax=[limits])


def test_with_one_benchmark_nothing_is_said_of_another(section_text):
    text = section_text(POOLED_TAXES, pooled_tax=[{"new_benchmark_low": None, "new_benchmark_high": None}])
    assert "one more benchmark" not in text


@pytest.mark.parametrize("row", [{"kind": "version"}, {"tax_pooled": None}, {"count_taxes": 3}])
def test_only_taxes_that_are_pulled_are_shown(section_text, row):
    assert section_text(POOLED_TAXES, pooled_tax=[row]) == ""


def test_only_the_largest_of_each_family_are_shown(section_text):
    rows = [
        {"family": family, "benchmark_id": f"bench{index}", "tax_absolute": index / 100}
        for family in ("llama", "qwen")
        for index in range(8)
    ]
    text = section_text(POOLED_TAXES, pooled_tax=rows)
    assert [text.count(f"bench{index}") for index in range(8)] == [0, 0, 0, 2, 2, 2, 2, 2]
