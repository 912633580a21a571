from __future__ import annotations

import pytest

from warehouse.whole_files import swapped_in


def test_a_file_appears_at_the_end_and_whole(tmp_path):
    path = tmp_path / "folder" / "table.csv"
    with swapped_in(path) as building:
        building.write_text("half")
        assert not path.exists()
        building.write_text("whole")
    assert path.read_text() == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")

    def fail_halfway():
        with swapped_in(path) as building:
            building.write_text("half")
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        fail_halfway()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
