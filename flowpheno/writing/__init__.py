"""From a sample to a file: FCS, Parquet or CSV, and what a file may say of a person."""

from __future__ import annotations

from flowpheno.writing.deidentify import Deidentified, deidentify
from flowpheno.writing.scaling import DisplayScale, scale_sample
from flowpheno.writing.write import Form, write_sample

__all__ = ["Deidentified", "DisplayScale", "Form", "deidentify", "scale_sample", "write_sample"]
