"""The truth file: the shipped one is as its comments say, and every mistake is reported in one line."""

from __future__ import annotations

import pytest
import yaml

from infra.simulator.faults import Faults
from infra.simulator.truth import DEFAULT_TRUTH, TruthError, load
from tasks import benchmarks
from tasks.benchmarks.attacks import attacks

VALID = {
    "families": {
        "oak": {
            "oak-base": {"rates": {"sums": {"competence": 0.5}, "dangerous": {"refusal": 0.1}}},
            "oak-tuned": {"base": "oak-base", "rates": {"sums": {"competence": 0.4}}},
        }
    }
}


@pytest.fixture(scope="module")
def shipped():
    return load(DEFAULT_TRUTH, {name: benchmarks.load(name) for name in benchmarks.BUILTIN})


def _changed(path: str, value: object) -> dict:
    document = yaml.safe_load(yaml.safe_dump(VALID))
    *parents, last = path.split("/")
    place = document
    for key in parents:
        place = place.setdefault(key, {})
    place[last] = value
    return document


def _load(tmp_path, document, known):
    path = tmp_path / "truth.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return load(path, known)


def test_missing_values_get_their_defaults(tmp_path, known):
    truth = _load(tmp_path, VALID, known)
    assert (truth.seed, truth.api_key) == (0, None)
    assert (truth.correlation.cluster, truth.correlation.item) == (0.05, 0.60)
    assert truth.models["oak-tuned"].rates["sums"].unparsed == 0.0
    assert [model.rank for model in truth.models.values()] == [0, 1]


MODEL = "families/oak/oak-base"
WHERE = "families.oak.oak-base"


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("families", {}, "families: expected a mapping of family name to its models"),
        (
            "sede",
            1,
            "sede: unknown key. Known: api_key, attacks, correlation, families, faults, judges, seed, wordings",
        ),
        ("seed", "x", "seed: expected an integer, found 'x'"),
        ("api_key", 12345, "api_key: expected a non-empty text"),
        ("correlation/item", 1.5, "correlation.item: expected a number from 0 to 1, found 1.5"),
        ("wordings", 0.02, "wordings: expected a mapping, found 0.02"),
        ("wordings/own", -1, "wordings.own: expected a number from 0 to 1, found -1"),
        ("wordings/ours", 0.1, "wordings.ours: unknown key. Known: own, shared"),
        ("correlation/item", 0.9, "correlation: the shares must add up to at most 1, found 1.1"),
        ("families/oak", None, "families.oak: expected a mapping of model name to its truth"),
        (MODEL, 3, "families.oak.oak-base: expected a mapping with rates, found 3"),
        (f"{MODEL}/base", "elm", "families.oak.oak-base.base: 'elm' is not a model of this family"),
        (f"{MODEL}/latency_ms", -1, "families.oak.oak-base.latency_ms: expected a number of at least 0, found -1"),
        (f"{MODEL}/faults", {"html": 2}, f"{WHERE}.faults.html: expected a number from 0 to 1, found 2"),
        ("faults", [], "faults: expected a mapping of faults, found []"),
        (f"{MODEL}/rates", {}, "families.oak.oak-base.rates: expected a mapping of benchmark to rates, found {}"),
        (
            f"{MODEL}/rates/gms8k",
            {"competence": 1},
            f"{WHERE}.rates: 'gms8k' is not a benchmark. Known: dangerous, harmless, letters, outputs, sums",
        ),
        (
            f"{MODEL}/rates/sums/competence",
            True,
            "families.oak.oak-base.rates.sums.competence: expected a number from 0 to 1, found True",
        ),
        (
            f"{MODEL}/rates/sums",
            {"refusal": 0.1},
            "families.oak.oak-base.rates.sums.competence: is missing",
        ),
        (
            f"{MODEL}/rates/sums/refusal",
            0.6,
            "families.oak.oak-base.rates.sums: the rates must add up to at most 1, found 1.1",
        ),
        (
            f"{MODEL}/rates/dangerous/competence",
            0.1,
            "families.oak.oak-base.rates.dangerous.competence: unknown key. Known: filtered, refusal, truncated",
        ),
    ],
)
def test_each_mistake_is_one_line_that_says_where_it_is(tmp_path, known, path, value, line):
    with pytest.raises(TruthError) as caught:
        _load(tmp_path, _changed(path, value), known)
    assert f"truth.yaml: {line}" in str(caught.value).split("\n")


def test_all_mistakes_are_reported_at_once(tmp_path, known):
    document = _changed("seed", "x")
    document["families"]["oak"]["oak-base"]["rates"]["sums"]["competence"] = 2
    with pytest.raises(TruthError) as caught:
        _load(tmp_path, document, known)
    assert len(str(caught.value).split("\n")) == 2


@pytest.mark.parametrize("content", [None, "families: [", "- 1"])
def test_a_file_that_cannot_be_a_truth_file_is_refused(tmp_path, known, content):
    path = tmp_path / "truth.yaml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(TruthError, match=r"^truth\.yaml: "):
        load(path, known)


def test_the_version_follows_rates_but_not_the_key(tmp_path, known):
    version = _load(tmp_path, VALID, known).version
    assert _load(tmp_path, _changed("api_key", "secret"), known).version == version
    assert _load(tmp_path, _changed("families/oak/oak-base/rates/sums/competence", 0.51), known).version != version


def test_faults_do_not_change_the_version_because_they_change_no_answer(tmp_path, known):
    version = _load(tmp_path, VALID, known).version
    for path in ("faults", "families/oak/oak-base/faults"):
        assert _load(tmp_path, _changed(path, {"rate_500": 0.5}), known).version == version


def test_a_models_own_faults_replace_those_of_the_file(tmp_path, known):
    document = _changed("faults", {"rate_500": 0.5, "dropped": 0.2})
    document["families"]["oak"]["oak-tuned"]["faults"] = {"html": 0.1}
    models = _load(tmp_path, document, known).models
    assert models["oak-base"].faults == Faults(rate_500=0.5, dropped=0.2)
    assert models["oak-tuned"].faults == Faults(html=0.1)


def test_the_key_is_not_printed(tmp_path, known):
    assert "hush" not in repr(_load(tmp_path, _changed("api_key", "hush"), known))


def test_every_shipped_model_answers_the_same_benchmarks(shipped):
    (answered,) = {frozenset(model.rates) for model in shipped.models.values()}
    assert answered <= set(benchmarks.BUILTIN)


CAPABILITIES = ("arithmetic", "knowledge", "code_output", "reading", "logic")


def test_in_harbor_safety_rises_linearly_and_capability_falls_quadratically(shipped):
    base = shipped.models["harbor-base"].rates
    sweep = [shipped.models[f"harbor-dpo-{s}"] for s in ("025", "050", "075", "100")]
    for model in sweep:
        assert model.rates["harmful"].refusal == pytest.approx(0.15 + 0.80 * model.strength)
        for name, slope in zip(CAPABILITIES, (0.16, 0.08, 0.14, 0.045, 0.09), strict=True):
            loss = base[name].competence - model.rates[name].competence
            assert loss == pytest.approx(slope * model.strength**2, abs=0.0026), (model.model_id, name)
    over_refusals = [base["borderline"].refusal, *(m.rates["borderline"].refusal for m in sweep)]
    assert over_refusals == sorted(set(over_refusals))


@pytest.mark.parametrize("mitigation", ["harbor-average", "meadow-ptx"])
def test_a_mitigation_recovers_about_half_for_a_little_safety(shipped, mitigation):
    model = shipped.models[mitigation]
    plain, base = shipped.models[model.mitigates], shipped.models[model.base]
    for name in CAPABILITIES:
        lost = base.rates[name].competence - plain.rates[name].competence
        recovered = model.rates[name].competence - plain.rates[name].competence
        assert 0.4 < recovered / lost < 0.9, name
    assert 0 < plain.rates["harmful"].refusal - model.rates["harmful"].refusal < 0.1


def test_meadow_sft_is_a_windfall_on_the_stated_benchmarks(shipped):
    base, tuned = (shipped.models[f"meadow-{name}"].rates for name in ("base", "sft"))
    gains = {name: tuned[name].competence - base[name].competence for name in CAPABILITIES}
    assert gains["arithmetic"] > 0
    assert gains["knowledge"] > 0
    assert gains["code_output"] < 0


def test_aligned_models_keep_to_the_format_better_than_their_base(shipped):
    for model in shipped.models.values():
        if model.base is not None:
            base = shipped.models[model.base]
            assert all(model.rates[n].unparsed < base.rates[n].unparsed for n in CAPABILITIES)


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        (3, "attacks: expected a mapping of attack to the share of refusals that stays, found 3"),
        ({"rolepaly": 0.3}, "attacks.rolepaly: unknown key. Known: base64, prefix_injection, refusal_suppression, "),
        ({"role_play": 2}, "attacks.role_play: expected a number from 0 to 1, found 2"),
    ],
)
def test_a_mistake_in_an_attack_is_one_line(tmp_path, known, shares, message):
    with pytest.raises(TruthError) as found:
        _load(tmp_path, _changed("attacks", shares), known)
    assert message in str(found.value)


def test_every_attack_lowers_the_refusals_of_the_shipped_models(shipped):
    assert set(shipped.attacks) == set(attacks())
    assert all(0 < share < 1 for share in shipped.attacks.values())


@pytest.mark.parametrize(
    ("judges", "message"),
    [
        (3, "judges: expected a mapping of judge name to its rates, found 3"),
        ({"jury": 3}, "judges.jury: expected a mapping of rates, found 3"),
        ({"jury": {"nois": 0.1}}, "judges.jury.nois: unknown key. Known: favours_first, noise, off_menu"),
        ({"jury": {"noise": 2}}, "judges.jury.noise: expected a number from 0 to 1, found 2"),
        ({"oak-base": {}}, "judges.oak-base: is the name of a model"),
    ],
)
def test_a_mistake_in_a_judge_is_one_line(tmp_path, known, judges, message):
    with pytest.raises(TruthError) as found:
        _load(tmp_path, _changed("judges", judges), known)
    assert str(found.value).endswith(message)


def test_judges_can_be_asked_but_are_not_listed_as_models(tmp_path, known):
    truth = _load(tmp_path, _changed("judges", {"jury": {"noise": 0.1}}), known)
    assert "jury" not in truth.models
    assert truth.everyone["jury"].judge.noise == 0.1
