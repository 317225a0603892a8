"""Fixtures used by more than one test module."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of real files; tests that need it skip where it is absent."""
    fallback = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("FLOWPHENO_DATA", fallback))
    if not folder.is_dir():
        pytest.skip("real files are not here: set FLOWPHENO_DATA to the folder that holds them")
    return folder
