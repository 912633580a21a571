import itertools

from tasks.report.scatter_chart import number_corners


def test_numbers_of_points_close_together_stand_in_different_corners():
    corners = number_corners([(0.0, 0.0), (0.1, 0.0), (0.0, 0.1), (100.0, 100.0)], 600, 400)
    assert all(a != b for a, b in itertools.combinations(corners[:3], 2))
    assert number_corners([(0.0, 0.0), (50.0, 50.0), (100.0, 100.0)], 600, 400) == [0, 0, 0]
