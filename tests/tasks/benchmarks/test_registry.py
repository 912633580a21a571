"""The registry of benchmarks: names, errors, and that an import builds nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tasks.benchmarks import BUILTIN, FROM_FILE, known, load
from tasks.errors import InputError, UnknownName, UsageError


def test_known_lists_all_names_in_order():
    assert known() == tuple(sorted([*BUILTIN, *FROM_FILE]))


@pytest.mark.parametrize("benchmark_id", sorted(BUILTIN))
def test_a_benchmark_is_built_once_and_kept(benchmark_id):
    assert load(benchmark_id) is load(benchmark_id)
    assert load(benchmark_id).benchmark_id == benchmark_id


def test_an_unknown_name_is_refused_with_the_nearest_one():
    with pytest.raises(UnknownName, match=r"'arithmetics' is not a benchmark. Did you mean 'arithmetic'\? Known: "):
        load("arithmetics")


def test_a_built_in_benchmark_refuses_a_file():
    with pytest.raises(UsageError, match=r"'knowledge' is built in and reads no file, found source 'x.json'"):
        load("knowledge", "x.json")


def test_a_benchmark_that_is_not_shipped_asks_for_its_file():
    with pytest.raises(UsageError, match=r"'mmlu_pro' is not shipped. Give the path"):
        load("mmlu_pro")


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match=r"absent\.parquet: no such file"):
        load("mmlu_pro", str(tmp_path / "absent.parquet"))


def test_importing_builds_nothing_and_loads_no_heavy_library():
    program = (
        "import sys, tasks.benchmarks as b\n"
        "print([n for n, f in b.BUILTIN.items() if f.cache_info().currsize])\n"
        "print(sorted({'yaml', 'polars', 'numpy', 'pandas', 'openai'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n[]\n"
