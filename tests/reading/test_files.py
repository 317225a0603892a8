from __future__ import annotations

from pathlib import Path

import pytest

from flowpheno.errors import FcsError
from flowpheno.reading import find_files
from flowpheno.reading.files import stem


@pytest.fixture
def tree(tmp_path):
    for name in ("b.fcs", "a.LMD", "sub/c.FCS.gz", "sub/deep/d.lmd", "notes.txt", ".hidden.fcs"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return tmp_path


def names(paths, root):
    return [str(path.relative_to(root)) for path in paths]


def test_folders_are_searched_to_the_bottom_sorted(tree):
    assert names(find_files([tree]), tree) == ["a.LMD", "b.fcs", "sub/c.FCS.gz", "sub/deep/d.lmd"]


def test_file_given_by_name_is_taken_whatever_its_ending(tree):
    paths = [tree / "notes.txt", tree / "absent.fcs", tree / "b.fcs", tree]
    assert names(find_files(paths), tree)[:2] == ["a.LMD", "absent.fcs"]
    assert tree / "notes.txt" in find_files(paths)
    assert len(find_files(paths)) == 6


def test_links_are_followed_and_loops_end(tree):
    (tree / "sub" / "up").symlink_to(tree, target_is_directory=True)
    (tree / "again").symlink_to(tree / "sub", target_is_directory=True)
    found = find_files([tree])
    assert len({path.resolve() for path in found}) == len(found) == 4


def test_nothing_to_find(tmp_path):
    assert find_files([]) == ()
    assert find_files([tmp_path]) == ()


def test_folder_that_cannot_be_listed_is_refused(tree, monkeypatch):
    def deny(folder):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr("flowpheno.reading.files.os.scandir", deny)
    with pytest.raises(FcsError, match="cannot be listed: Permission denied"):
        find_files([tree])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("494.fcs", "494"),
        ("a.LMD.csv.gz", "a"),
        ("x.fcs.gz", "x"),
        ("x.1.001.fcs", "x.1.001"),
        ("x", "x"),
        (".fcs", ".fcs"),
    ],
)
def test_stem(name, expected):
    assert stem(Path("folder") / name) == expected
