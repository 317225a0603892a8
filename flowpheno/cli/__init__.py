"""Command line: parses, calls, prints; the only package that prints."""

from __future__ import annotations

from flowpheno.cli.app import main

__all__ = ["main"]
