"""From a file or a table to a sample whose channels have names."""

from __future__ import annotations

from flowpheno.reading.channels import name_channels
from flowpheno.reading.files import find_files
from flowpheno.reading.list_mode import read_fcs
from flowpheno.reading.table import sample_from_table

__all__ = ["find_files", "name_channels", "read_fcs", "sample_from_table"]
