"""Under which names a patient may be stored or sent anywhere."""

from __future__ import annotations

import re

_PSEUDONYM = re.compile(r"[\w.:#+-]{1,64}")


def is_pseudonym(patient: str) -> bool:
    """Say whether a patient may be stored under this name.

    Parameters
    ----------
    patient : str
        As the manifest says.

    Returns
    -------
    bool
        True for 1 to 64 letters, digits and ``. _ : # + -``: no spaces, commas or slashes, as
        names and most hospital messages have them.
    """
    return _PSEUDONYM.fullmatch(patient) is not None
