"""File names for specimens and tubes: names are hostile, file names must not be."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_HARMLESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+.-]{0,79}(?<!\.)")
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d|index)(\..*)?")  # Windows; our own page
_STEM_LENGTH = 40
_DIGEST_LENGTH = 10

Key = tuple[str, ...]
"""What is named: ``(specimen,)`` or ``(specimen, tube)``."""


def file_stems(keys: Iterable[Key]) -> list[str]:
    """Give each name a file name: short, portable, never the same for two.

    Parameters
    ----------
    keys : iterable of tuple of str
        Names; the last part is what the file is called after.

    Returns
    -------
    list of str
        A stem (no suffix) for each key, in order. A harmless name that no other shares stays as
        it is; every other is reduced to its harmless letters and told apart by a hash, so that
        the same name gives the same file in every run. Empty for no keys.
    """
    wanted = list(keys)
    shared = Counter(key[-1].casefold() for key in wanted)  # file systems that ignore case
    stems: list[str] = []
    for key in wanted:
        again = wanted[: len(stems)].count(key)
        alone = shared[key[-1].casefold()] == 1
        stems.append(_stem(key, alone=alone) + (f"-{again + 1}" if again else ""))
    return stems


def _stem(key: Key, *, alone: bool) -> str:
    name = key[-1]
    if alone and _HARMLESS.fullmatch(name) and not _DEVICE.fullmatch(name):
        return name
    digest = hashlib.sha256("\0".join(key).encode("utf-8", "surrogatepass")).hexdigest()
    letters = re.sub(r"[^A-Za-z0-9]+", "-", name)[:_STEM_LENGTH].strip("-")
    return f"{letters or 'unnamed'}-{digest[:_DIGEST_LENGTH]}"
