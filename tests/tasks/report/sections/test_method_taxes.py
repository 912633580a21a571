import pytest

from tasks.report.sections.method_taxes import METHOD_TAXES

ON_GSM8K = {"scope": "benchmark", "benchmark_id": "gsm8k", "attack": "none", "subset": "all", "tax_absolute": 0.03}


def test_each_method_has_its_tax_over_all_capability_first_and_then_on_each_benchmark(section_text):
    text = section_text(METHOD_TAXES, method_tax=[ON_GSM8K, {}])
    assert "another training seed would give another one" in text
    assert "dpo-1 against llama-base" in text
    assert "dpo-1, dpo-2, dpo-3 all capability 3 +5.2 [+1.0, +9.4] 2.1 41%" in text
    assert text.index("all capability 3") < text.index("gsm8k 3 +3.0")


def test_an_attacked_benchmark_is_named_with_its_attack(section_text):
    assert "gsm8k (base64)" in section_text(METHOD_TAXES, method_tax=[ON_GSM8K | {"attack": "base64"}])


def test_a_tax_without_limits_says_why_and_two_seeds_have_a_remark(section_text):
    row = {"tax_absolute_low": None, "reason": "one_cluster", "seed_sd": None, "flags": "two_checkpoints"}
    text = section_text(METHOD_TAXES, method_tax=[row | {"share_variance_seeds": None}])
    assert "only one cluster" in text
    assert "two seeds say little of how far seeds differ" in text


def test_a_method_of_one_checkpoint_beside_them_says_so(section_text):
    alone = {"candidate_model_id": "sft", "checkpoints": "sft", "count_seeds": 1, "reason": "one_checkpoint"}
    limits = {"tax_absolute_low": None, "tax_absolute_high": None, "seed_sd": None, "share_variance_seeds": None}
    text = section_text(METHOD_TAXES, method_tax=[{}, alone | limits])
    assert "sft all capability 1 +5.2 [\u2014 (this checkpoint, not the method)] \u2014 (one seed)" in text


@pytest.mark.parametrize("row", [{"reason": "one_checkpoint"}, {"kind": "version"}, {"subset": "algebra"}])
def test_only_methods_with_several_checkpoints_and_whole_benchmarks_are_shown(section_text, row):
    assert section_text(METHOD_TAXES, method_tax=[row]) == ""
