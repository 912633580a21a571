"""What records of the LM Evaluation Harness held; made up after its sources at the tags v0.4.0 to v0.4.12."""

from __future__ import annotations

import json

import pytest

from tasks.importers.lm_eval import read_lm_eval

TIME = "2024-08-10T08-15-30.123456"
LETTERS = "ABCD"


def generation(number=0, response="It is 6.", **others):
    """A record of a generation task, as since 0.4.3."""
    return {
        "doc_id": number,
        "doc": {"question": f"{number} times 3?"},
        "target": str(3 * number),
        "arguments": {"gen_args_0": {"arg_0": "shots", "arg_1": {"until": ["\n"]}}},
        "resps": [[response]],
        "filtered_resps": [response],
        **others,
    }


def choosing(requests, likelihoods, target, doc=None, **others):
    """A record of a likelihood task: (context, continuation) and a log-likelihood for each request."""
    return {
        "doc_id": 0,
        "doc": doc or {"question": "Sky?"},
        "target": target,
        "arguments": {f"gen_args_{n}": {"arg_0": c, "arg_1": o} for n, (c, o) in enumerate(requests)},
        "resps": [[[str(value), "False"]] for value in likelihoods],
        "filtered_resps": [[str(value), "False"] for value in likelihoods],
        "acc": 1.0,
        **others,
    }


def written(folder, *records, task="toy", time=TIME, results=None):
    folder.mkdir(exist_ok=True)
    (folder / f"samples_{task}_{time}.jsonl").write_text("\n".join(map(json.dumps, records)))
    if results is not None:
        (folder / f"results_{time}.json").write_text(json.dumps(results))
    (log,) = read_lm_eval(folder)
    return list(log.samples()), log


def scores(samples):
    return [
        (sample.item, score.scorer.removeprefix("lm_eval:"), score.value)
        for sample in samples
        for score in sample.scores
    ]


FILTERS = {"toy": {"filter_list": [{"name": "strict"}, {"name": "loose"}]}}


@pytest.mark.parametrize(
    ("results", "names"),
    [
        ({"configs": FILTERS}, ("exact_match,strict", "exact_match,loose")),
        (
            {"results": {"toy": {"alias": "toy", "em,strict": 0, "em,loose": 1}}},
            ("exact_match,strict", "exact_match,loose"),
        ),
        (None, ("exact_match", "exact_match,filter-2")),
    ],
)
@pytest.mark.parametrize("is_by_rank", [False, True])
def test_before_0_4_7_metrics_stand_in_the_record_and_the_nth_record_of_a_document_is_the_nth_filter(
    tmp_path, results, names, is_by_rank
):
    order = [(0, 0.0), (1, 0.0), (0, 1.0), (1, 1.0)]
    if is_by_rank:  # two processes log one after the other
        order = [(0, 0.0), (0, 1.0), (1, 0.0), (1, 1.0)]
    hashes = {"doc_hash": "d", "prompt_hash": "p", "target_hash": "t"}
    records = [generation(number, **hashes, exact_match=value) for number, value in order]
    samples, log = written(tmp_path / "org__toy", *records, results=results)
    assert sorted(scores(samples)) == sorted((str(number), names[int(value)], value) for number, value in order)
    assert {sample.repeat for sample in samples} == {0}
    assert not log.skipped


def test_records_of_a_document_with_other_responses_are_further_answers(tmp_path):
    records = [generation(0, text, exact_match=1.0, filter="none", metrics=["exact_match"]) for text in ("a", "b", "c")]
    samples, _ = written(tmp_path / "org__toy", *records)
    assert [(sample.response, sample.repeat) for sample in samples] == [("a", 0), ("b", 1), ("c", 2)]


def test_several_responses_to_a_request_are_further_answers_of_one_score(tmp_path):
    record = generation(0, filter="maj", metrics=["exact_match"], exact_match=1.0) | {"resps": [["a", None, "b"]]}
    ((sample,), _) = written(tmp_path / "org__toy", record)
    assert (sample.response, sample.further, len(sample.scores)) == ("a", ("", "b"), 1)


@pytest.mark.parametrize(
    ("response", "target", "said"), [(None, "6", ""), ("None", "6", ""), ("None", "None", "None"), ("", "6", "")]
)
def test_a_null_response_says_nothing(tmp_path, response, target, said):
    ((sample,), _) = written(tmp_path / "org__toy", generation(0, response, exact_match=0.0) | {"target": target})
    assert sample.response == said


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, 1.0),
        (0.25, 0.25),
        ([1.0], 1.0),
        ([True, False, True, True], 0.75),
        ([0.5, 1.0], 0.75),
        (None, None),
        (float("nan"), None),
    ],
)
def test_a_metric_is_a_proportion_a_list_of_them_or_not_given(tmp_path, value, expected):
    samples, log = written(tmp_path / "org__toy", generation(0, acc=value))
    assert scores(samples) == [("0", "acc", expected)]
    assert not log.skipped


@pytest.mark.parametrize("value", [[1, 0], ["1", "0"], [2, [0.1, 0.9]], [], {"a": 1}, "high", 37.5, -3.2, 10**400])
def test_a_figure_that_is_no_proportion_of_one_item_is_left_out_and_counted(tmp_path, value):
    samples, log = written(tmp_path / "org__toy", generation(0, f1=value, acc=1.0))
    assert scores(samples) == [("0", "acc", 1.0)]
    assert list(log.skipped.values()) == [1]


def test_the_share_of_a_list_keeps_its_counts_as_the_answer(tmp_path):
    ((sample,), _) = written(tmp_path / "org__toy", generation(0, inst_level_strict_acc=[True, False, True]))
    assert sample.scores[0].answer == "2/3"


COLOURS = ["red", "green", "blue", "grey"]
ASKED = [("Sky?\nAnswer:", f" {colour}") for colour in COLOURS]


@pytest.mark.parametrize(
    ("requests", "likelihoods"),
    [
        (ASKED, [-4, -3, -1, -5]),
        # 0.4.7 and later: first all options behind the question, then all of them alone
        ([*ASKED, *(("", f" {colour}") for colour in COLOURS)], [-4, -3, -1, -5, -0.5, -0.1, -2, -3]),
        # up to 0.4.6: each option alone comes right after it, and without a blank
        (
            [each for pair in zip(ASKED, (("", colour) for colour in COLOURS), strict=True) for each in pair],
            [-4, -0.5, -3, -0.1, -1, -2, -5, -3],
        ),
        # a neutral text in the place of the question
        ([*ASKED, *(("Answer:", f" {colour}") for colour in COLOURS)], [-4, -3, -1, -5, -0.5, -0.1, -2, -3]),
    ],
)
@pytest.mark.parametrize("target", [2, "2", "blue", " blue"])
def test_options_that_are_weighed_with_and_without_the_question_are_there_once(tmp_path, requests, likelihoods, target):
    record = choosing(requests, likelihoods, target, acc_mutual_info=0.0)
    ((sample,), _) = written(tmp_path / "org__toy", record)
    assert (sample.choices, sample.target) == (tuple(COLOURS), "C")
    assert [(score.scorer, score.answer) for score in sample.scores] == [
        ("lm_eval:acc", "blue"),
        ("lm_eval:acc_mutual_info", "blue"),
    ]


@pytest.mark.parametrize("acc", [0.0, 1.0])
def test_options_in_the_context_are_what_distinguishes_the_contexts(tmp_path, acc):
    contexts = [f"Shot.\n\nSarah was better than Maria so {name}" for name in ("Sarah", "Maria")]
    requests = [(context, " always got the easier cases.") for context in contexts]
    doc = {"sentence": "Sarah was better than Maria so _ always got the easier cases.", "answer": "2"}
    ((sample,), _) = written(tmp_path / "org__toy", choosing(requests, [-9, -7], "always got", doc, acc=acc))
    assert sample.choices == ("Sarah", "Maria")
    assert sample.target == ("B" if acc else "A")
    assert sample.scores[0].answer == "Maria"


@pytest.mark.parametrize(
    "doc",
    [
        {"question": "Sky?", "choices": COLOURS},
        {"question": "Sky?", "choices": {"text": COLOURS, "label": list(LETTERS)}},
        {"question": "Sky?", "options": COLOURS},
        {"question": "Sky?", **dict(zip(LETTERS, COLOURS, strict=True))},
    ],
)
@pytest.mark.parametrize("spelling", [" {}", "{}", " ({})", " {}."])
def test_options_that_are_weighed_by_their_letters_are_told_by_their_texts(tmp_path, doc, spelling):
    requests = [("Sky?\nA. red\nB. green\nC. blue\nD. grey\nAnswer:", spelling.format(letter)) for letter in LETTERS]
    ((sample,), _) = written(tmp_path / "org__toy", choosing(requests, [-4, -3, -1, -5], 2, doc))
    assert (sample.choices, sample.target) == (tuple(COLOURS), "C")
    assert sample.scores[0].answer == spelling.format("C").strip()


def test_likelihoods_may_be_numbers_infinite_missing_or_more_than_ten(tmp_path):
    names = [f"option {number}" for number in range(12)]
    requests = [("Which?", f" {name}") for name in names]
    record = choosing(requests, [-float("inf")] * 11 + [-3], 11, acc_norm=0.0)
    # a data set of a hub sorts the requests by name and pads them with nulls
    record["arguments"] = dict(sorted(record["arguments"].items())) | {"gen_args_12": None}
    ((sample,), _) = written(tmp_path / "org__toy", record)
    assert (sample.choices, sample.target, sample.scores[0].answer) == (tuple(names), "L", "option 11")
    record["resps"][3] = [["None", "None"]]
    ((sample,), _) = written(tmp_path / "org__toy", record)
    assert (sample.scores[0].value, sample.scores[0].answer) == (1.0, None)


def test_several_right_options_are_a_list_of_letters(tmp_path):
    ((sample,), _) = written(tmp_path / "org__toy", choosing(ASKED, [-4, -3, -1, -5], [0, 2]))
    assert sample.target == '["A", "C"]'


def test_a_conversation_in_the_place_of_a_context_gives_what_the_user_says(tmp_path):
    turns = json.dumps([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Sky?"}])
    record = generation(0, acc=1.0) | {"doc": {"number": 3}}
    record["arguments"] = {"gen_args_0": {"arg_0": [turns], "arg_1": {"until": []}}}
    ((sample,), _) = written(tmp_path / "org__toy", record)
    assert sample.question == "Sky?"


OLD = "pretrained__org__old,dtype__float16"
OLD_RESULTS = {
    "results": {"toy": {"exact_match,none": 0.5}},
    "configs": {
        "toy": {
            "metric_list": [
                {"metric": "exact_match", "higher_is_better": True},
                {"metric": "wer", "higher_is_better": False},
            ]
        }
    },
    "versions": {"toy": 2.0},
    "config": {"model": "hf", "model_args": "pretrained=org/old,dtype=float16"},
}


def old_folder(folder, results="results.json"):
    """What 0.4.0 to 0.4.2 wrote: JSON lists, arguments as lists, likelihoods as numbers."""
    folder.mkdir(exist_ok=True)
    records = [generation(n, arguments=[["shots", {"until": ["\n"]}]], exact_match=float(n)) for n in (0, 1)]
    (folder / f"{OLD}_toy.jsonl").write_text(json.dumps(records, indent=2))
    if results:
        (folder / results).write_text(json.dumps(OLD_RESULTS, indent=2))
    return folder


@pytest.mark.parametrize("results", ["results.json", "mine.json", "mine.jsonl", None])
def test_the_files_of_the_first_versions_are_named_by_the_arguments_of_the_model(tmp_path, results):
    folder = old_folder(tmp_path / "out", results)
    (log,) = read_lm_eval(folder)
    samples = list(log.samples())
    assert [(sample.model, sample.task) for sample in samples] == [("org/old", "toy")] * 2
    assert scores(samples) == [("0", "exact_match", 0.0), ("1", "exact_match", 1.0)]
    assert (log.version, log.lower_is_better) == (
        ("2.0", frozenset({"lm_eval:wer"})) if results else ("0", frozenset())
    )


def test_likelihood_records_of_the_first_versions_are_lists(tmp_path):
    record = choosing(ASKED, [-4, -3, -1, -5], 2)
    record |= {"arguments": [list(each) for each in ASKED], "resps": [[[value, False]] for value in (-4.0, -3, -1, -5)]}
    ((sample,), _) = written(tmp_path / "org__toy", record)
    assert (sample.choices, sample.target, sample.scores[0].answer) == (tuple(COLOURS), "C", "blue")


def test_a_file_of_samples_may_be_given_alone_and_finds_its_results(tmp_path):
    written(tmp_path / "org__toy", generation(0, acc=1.0), results={"model_name": "org/named", "versions": {"toy": 4}})
    written(tmp_path / "org__toy", generation(0, acc=0.0), task="other")
    (path,) = (tmp_path / "org__toy").glob("samples_toy_*")
    (log,) = read_lm_eval(path)
    assert (log.model, log.version, log.sources, log.notes) == ("org/named", "4", (path,), ())
    (path,) = old_folder(tmp_path / "old").glob("pre*")
    (log,) = read_lm_eval(path)
    assert (log.model, log.version) == ("org/old", "2.0")


def test_a_models_name_may_hold_equals_signs(tmp_path):
    arguments = {"config": {"model_args": "pretrained=org/name=v2,revision=main"}}
    _, log = written(tmp_path / "org__toy", generation(0, acc=1.0), results=arguments)
    assert log.model == "org/name=v2"
    arguments = {"config": {"model_args": {"model": "name=v3", "base_url": "http://localhost/?a=b"}}}
    _, log = written(tmp_path / "org__toy", generation(0, acc=1.0), results=arguments)
    assert log.model == "name=v3"
