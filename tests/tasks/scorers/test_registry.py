import subprocess
import sys
from dataclasses import FrozenInstanceError, replace

import pytest

from tasks.errors import UnknownName
from tasks.scorers import SCORERS, scorer
from tasks.scorers.refusal import KEYWORD_LISTS


def test_every_scorer_is_found_under_its_own_name():
    assert all(scorer(name).name == name for name in SCORERS)


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(UnknownName, match=r"'numerik' is not a scorer\. Did you mean 'numeric'"):
        scorer("numerik")


def test_config_hashes_differ_and_cover_version_and_parameters():
    hashes = {s.config_hash for s in SCORERS.values()}
    assert len(hashes) == len(SCORERS)
    for rule in SCORERS.values():
        assert replace(rule, version=rule.version + 1).config_hash not in hashes
    assert replace(SCORERS["mmlu_pro_chain"], steps=2).config_hash not in hashes
    assert replace(SCORERS["refuses"], detector="refusal@1").config_hash not in hashes


def test_config_hash_is_the_same_on_every_machine():
    assert SCORERS["letter"].config_hash == "673a9892084e9c52"


def test_scorers_are_frozen():
    with pytest.raises(FrozenInstanceError):
        SCORERS["numeric"].version = 2


@pytest.mark.parametrize("name", KEYWORD_LISTS)
def test_each_keyword_list_has_a_scorer_of_both_kinds(name):
    rules = (SCORERS[f"refuses_{name}"], SCORERS[f"complies_{name}"])
    assert [rule.detector for rule in rules] == [KEYWORD_LISTS[name].rule] * 2


def test_only_the_scorers_that_need_a_library_load_it():
    program = (
        "import sys; from tasks.domain import Item; from tasks.scorers import scorer\n"
        "scorer('drop_f1').score(Item('i', 'q', '[[\"a\"]]', 'c', 's'), 'a')\n"
        "print(sorted({'nltk', 'sacrebleu', 'rouge_score', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
