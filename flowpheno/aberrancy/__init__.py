"""Aberrant B precursors: against a normal template, or by internal evidence."""
