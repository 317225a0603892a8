from __future__ import annotations

import hashlib
import os

import pytest

from flowpheno.errors import FcsError
from flowpheno.origin import origin_of


def test_the_hash_is_that_of_the_bytes_on_disk(tmp_path):
    path = tmp_path / "x.fcs.gz"
    path.write_bytes(b"content")
    assert origin_of(path).sha256 == hashlib.sha256(b"content").hexdigest()


def test_a_file_changed_since_has_no_hash(tmp_path):
    path = tmp_path / "x.fcs"
    path.write_bytes(b"content")
    origin = origin_of(path)
    path.write_bytes(b"other content")
    assert origin.sha256 == ""
    assert origin_of(path).sha256 == hashlib.sha256(b"other content").hexdigest()


def test_a_file_touched_since_has_no_hash(tmp_path):
    path = tmp_path / "x.fcs"
    path.write_bytes(b"content")
    origin = origin_of(path)
    os.utime(path, ns=(0, 0))
    assert origin.sha256 == ""


def test_a_file_that_is_gone_has_no_hash(tmp_path):
    path = tmp_path / "x.fcs"
    path.write_bytes(b"content")
    origin = origin_of(path)
    path.unlink()
    assert origin.sha256 == ""


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(FcsError, match="cannot be read: No such file"):
        origin_of(tmp_path / "none.fcs")
