"""Marker names: one spelling for each antigen."""

from __future__ import annotations

from typing import NewType

Marker = NewType("Marker", str)
"""Canonical antigen name, such as ``"CD10"``."""
