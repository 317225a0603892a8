"""Pictures of tests are coarse: what is looked at here is what they say."""

import pytest


@pytest.fixture(autouse=True)
def _coarse(monkeypatch):
    monkeypatch.setattr("flowpheno.report.page._DPI", 40)
