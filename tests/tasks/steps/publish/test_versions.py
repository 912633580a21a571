"""A folder of a publication appears whole, and is as open as the folders before it."""

import pytest

from tasks.steps.publish.versions import remove_folders, version_folder


def write(folder):
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "file").write_text("text")


def test_a_folder_that_is_there_is_not_written_again(tmp_path):
    folder = version_folder(tmp_path / "parquet", "one", write)
    assert (folder / "inner" / "file").read_text() == "text"
    assert version_folder(tmp_path / "parquet", "one", lambda _: pytest.fail("written again")) == folder


def test_a_folder_that_somebody_thinned_is_written_again(tmp_path):
    names = ["inner/file"]
    folder = version_folder(tmp_path / "parquet", "one", write, names)
    (folder / "inner" / "file").unlink()
    assert version_folder(tmp_path / "parquet", "one", write, names) == folder
    assert (folder / "inner" / "file").read_text() == "text"
    assert list((tmp_path / "parquet").iterdir()) == [folder]


def test_half_a_folder_never_appears(tmp_path):
    def breaks(folder):
        write(folder)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        version_folder(tmp_path / "parquet", "one", breaks)
    assert list((tmp_path / "parquet").iterdir()) == []


@pytest.mark.parametrize(("mode", "mode_of_file"), [(0o700, 0o600), (0o755, 0o644), (0o750, 0o640)])
def test_whoever_read_the_folders_before_reads_this_one(tmp_path, mode, mode_of_file):
    (tmp_path / "parquet").mkdir()
    (tmp_path / "parquet").chmod(mode)
    folder = version_folder(tmp_path / "parquet", "one", write)
    found = [path.stat().st_mode & 0o777 for path in (folder, folder / "inner", folder / "inner" / "file")]
    assert found == [mode, mode, mode_of_file]


def test_named_folders_are_removed(tmp_path):
    for version in ("one", "two", "three"):
        version_folder(tmp_path / "parquet", version, write)
    remove_folders(tmp_path / "parquet", ["one", "absent"])
    assert {path.name for path in (tmp_path / "parquet").iterdir()} == {"two", "three"}
