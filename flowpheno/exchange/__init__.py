"""Interchange with other packages: their values to ours, ours to theirs.

Functions on keywords, names and arrays; none of the packages is needed to import them.
"""
