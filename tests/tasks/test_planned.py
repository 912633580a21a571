"""What the steps hand to each other: parameters that compare equal, and cells by their ids."""

from tasks.planned import parameters_json


def test_equal_parameters_are_spelt_alike():
    assert parameters_json({"b": 1, "a": None}) == parameters_json({"a": None, "b": 1}) == '{"a": null, "b": 1}'
