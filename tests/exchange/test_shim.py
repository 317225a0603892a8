from __future__ import annotations

import collections
import importlib
import inspect
import subprocess
import sys

import numpy as np
import pytest

from flowpheno.errors import MissingPackageError
from flowpheno.exchange.extra import import_extra
from flowpheno.exchange.shim import import_flowcytometrytools, patched

UNCHANGED = """
import collections, inspect, sys, warnings
import matplotlib, numpy, pandas, flowpheno.exchange.shim
import matplotlib.pylab, scipy.interpolate, scipy.optimize # heavy, not what is tested
def state():
    modules = (collections, inspect, warnings, numpy, numpy.lib)
    return (
        [sorted(vars(m)) for m in modules], dict(matplotlib.rcParams), list(warnings.filters),
        numpy.geterr(), sorted(m for m in sys.modules if m.startswith("numpy.lib")),
        pandas.get_option("mode.chained_assignment") if pandas.__version__ < "3" else None,
        [v for m in (collections, inspect) for n, v in vars(m).items() if n[:2] != "__"],
    )
before = state()
package = flowpheno.exchange.shim.import_flowcytometrytools()
assert state() == before
print(package.__name__, hasattr(collections, "Mapping"), hasattr(inspect, "getargspec"))
"""


def _described(a, *b, **c):
    return a, b, c


def test_old_names_are_there_inside_and_gone_outside():
    before = [set(vars(collections)), set(vars(inspect)), sys.modules.get("numpy.lib.shape_base")]
    with patched():
        assert collections.MutableMapping is collections.abc.MutableMapping
        spec = inspect.getargspec(_described)
        assert (spec.args, spec.varargs, spec.keywords) == (["a"], "b", "c")
        shape_base = importlib.import_module("numpy.lib.shape_base")
        assert shape_base.apply_along_axis is np.apply_along_axis
    after = [set(vars(collections)), set(vars(inspect)), sys.modules.get("numpy.lib.shape_base")]
    assert after[:2] == before[:2]
    assert int(np.__version__.split(".")[0]) == 1 or after[2] is before[2]


def test_they_are_gone_after_a_failure_too():
    with pytest.raises(KeyError), patched():
        raise KeyError
    assert not hasattr(inspect, "getargspec")


def test_nothing_else_of_the_process_is_changed():
    pytest.importorskip("fcsparser", reason="FlowCytometryTools needs numpy < 2: extra fct")
    command = [sys.executable, "-c", UNCHANGED]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.split() == ["FlowCytometryTools", "False", "False"]


def test_a_package_that_is_absent_names_its_extra():
    with pytest.raises(MissingPackageError, match=r"pip install 'flowpheno\[fct\]'"):
        import_extra("no_such_package", "fct")


def test_the_second_import_is_the_same_package():
    pytest.importorskip("fcsparser", reason="FlowCytometryTools needs numpy < 2: extra fct")
    assert import_flowcytometrytools() is import_flowcytometrytools()
