from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT
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


WRITER = """
import sys, pathlib
from warehouse.whole_files import swapped_in
with swapped_in(pathlib.Path(sys.argv[1])) as building:
    building.write_text("half")
    print("half", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("is_killed", [True, False])
def test_what_a_killed_writer_left_goes_with_the_next_and_a_living_writer_is_left_alone(tmp_path, is_killed):
    path = tmp_path / "table[1].csv"
    writing = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(writing, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "half\n"
        if is_killed:
            writer.kill()
            writer.wait()
        with swapped_in(path) as building:
            building.write_text("whole")
        assert path.read_text() == "whole"
        assert len(list(tmp_path.iterdir())) == (1 if is_killed else 2)
        writer.stdin.close()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == ("whole" if is_killed else "half")
