"""One tree of exceptions."""

import inspect
import pickle
from pathlib import Path

import pytest

from flowpheno import errors

RAISED = [
    c for _, c in inspect.getmembers(errors, inspect.isclass) if c.__module__ == errors.__name__
]


def _example(kind):
    if issubclass(kind, errors.FcsError):
        return kind("delimiter not closed", segment="TEXT", offset=256)
    if kind is errors.PanelError:
        return kind(Path("a.yaml"), ["line 3: colour: Extra inputs are not permitted"])
    return kind("what is wrong")


@pytest.mark.parametrize("kind", RAISED, ids=lambda c: c.__name__)
def test_every_exception_is_in_the_tree_its_docstring_draws(kind):
    assert issubclass(kind, errors.FlowphenoError)
    (line,) = [
        x for x in errors.__doc__.splitlines() if x.strip().startswith(f"* {kind.__name__}")
    ]
    parents = [c for c in kind.__mro__[1:] if c in RAISED]
    assert len(line) - len(line.lstrip()) == 2 * len(parents)


@pytest.mark.parametrize("kind", RAISED, ids=lambda c: c.__name__)
def test_errors_cross_process_boundaries(kind):
    error = _example(kind)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - made one line above
    assert type(again) is kind
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_an_fcs_error_says_where():
    error = errors.FcsError("delimiter not closed", segment="TEXT", offset=256)
    assert str(error) == "TEXT segment, byte 256: delimiter not closed"
    assert isinstance(error, ValueError)


def test_a_panel_error_lists_every_problem():
    error = errors.PanelError(Path("a.yaml"), ["line 1: one", "line 2: two"])
    assert str(error) == "a.yaml: 2 problem(s)\n  line 1: one\n  line 2: two"
    assert error.problems == ("line 1: one", "line 2: two")
