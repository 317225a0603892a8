from __future__ import annotations

import pytest

from flowpheno.errors import WritingError
from flowpheno.writing import write as writing
from flowpheno.writing import write_sample
from flowpheno.writing.place import whole_file


def test_a_file_takes_its_name_when_it_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    with whole_file(path, overwrite=False) as place:
        place.write_text("half")
        assert not path.exists()
    assert path.read_text() == "half"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()], ids=["disk", "key"])
def test_an_interrupted_write_leaves_what_was_there(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def interrupted():
        with whole_file(path, overwrite=True) as place:
            place.write_text("half")
            raise error

    with pytest.raises(type(error)):
        interrupted()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_dangling_link_counts_as_there(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "nowhere")
    with (
        pytest.raises(WritingError, match="exists already"),
        whole_file(tmp_path / "a", overwrite=False),
    ):
        pytest.fail("must not be entered")


def test_a_folder_is_not_replaced(tmp_path):
    with pytest.raises(WritingError, match="is a folder"), whole_file(tmp_path, overwrite=True):
        pytest.fail("must not be entered")


def test_a_name_as_long_as_names_may_be(tmp_path):
    path = tmp_path / ("a" * 255)
    with whole_file(path, overwrite=False) as place:
        place.write_text("x")
    assert path.read_text() == "x"


@pytest.mark.parametrize(
    ("form", "name"), [("fcs", "list_mode"), ("parquet", "parquet"), ("csv", "csv")]
)
def test_a_sample_half_written_is_not_there(record, tmp_path, monkeypatch, form, name):
    def fail(_sample, place, *_):
        place.write_bytes(b"FCS3.1")
        raise OSError(28, "No space left on device")

    sample = record()
    monkeypatch.setattr(writing, f"write_{name}", fail)
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(OSError, match="No space left"):
        write_sample(sample, folder / f"a.{form}")
    assert list(folder.iterdir()) == []
