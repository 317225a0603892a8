"""From a file or a table to a sample whose channels have names."""

from __future__ import annotations

from flowpheno.reading.channel_values import IonCounts, LogChannels, TableScale, parse_scale
from flowpheno.reading.channels import name_channels
from flowpheno.reading.fcsparser import from_fcsparser
from flowpheno.reading.files import find_files
from flowpheno.reading.list_mode import iterate_fcs, read_fcs
from flowpheno.reading.measurement import from_fcmeasurement
from flowpheno.reading.reader import Reader
from flowpheno.reading.table import read_sample, sample_from_table

__all__ = [
    "IonCounts",
    "LogChannels",
    "Reader",
    "TableScale",
    "find_files",
    "from_fcmeasurement",
    "from_fcsparser",
    "iterate_fcs",
    "name_channels",
    "parse_scale",
    "read_fcs",
    "read_sample",
    "sample_from_table",
]
