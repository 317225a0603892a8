"""Notebooks as pages: text and code; what the code gives is seen by running it."""

from __future__ import annotations

import json


def notebook_page(content: str) -> str:
    """Make a page of a notebook.

    Parameters
    ----------
    content : str
        The notebook, nbformat 4.

    Returns
    -------
    str
        Markdown.
    """
    parts = []
    for cell in json.loads(content)["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(text)
        elif text.strip():
            parts.append(f"```python\n{text}\n```")
    return "\n\n".join(parts) + "\n"
