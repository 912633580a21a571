import doctest
import importlib
import pkgutil

import pytest

import tasks.stats

MODULES = sorted(module.name for module in pkgutil.iter_modules(tasks.stats.__path__, "tasks.stats."))


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_every_public_function_has_an_example():
    functions = [getattr(tasks.stats, name) for name in tasks.stats.__all__ if name[0].islower()]
    assert [function.__name__ for function in functions if ">>>" not in function.__doc__] == []
