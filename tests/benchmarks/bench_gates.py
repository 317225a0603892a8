"""Time of gating beside FlowKit, on the same events in the same run.

Run by ``pytest -n0 tests/benchmarks/bench_gates.py`` where the extra *flowjo* and the dependency
group *bench* are installed; the default test command does not collect it. Both are given events
in memory; that they hold the same events is checked.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from flowpheno.fcs.spillover import Spillover
from flowpheno.gates import (
    Boolean,
    Dimension,
    Ellipsoid,
    Interval,
    Operator,
    Polygon,
    Rectangle,
    Reference,
    SpectrumMatrix,
    Strategy,
    evaluate,
)
from flowpheno.gates.gatingml import gatingml_of, read_gatingml
from flowpheno.gates.polygon import points_in_polygon
from flowpheno.reading import read_fcs
from flowpheno.sample import Channel, ChannelKind, Sample
from flowpheno.transform import Logicle
from flowpheno.writing import Form, write_sample

N_EVENTS = 1_000_000
DYES = ("FITC-A", "PE-A", "APC-A", "PerCP-A")
SCATTER = ("FSC-A", "FSC-H", "SSC-A")
WIDE = Logicle(262_144.0, 0.5, 4.5, 0.0)
MATRIX = np.eye(4) + 0.05 * (1 - np.eye(4))


def _dimension(name):
    if name in SCATTER:
        return Dimension(channel=name)
    return Dimension(channel=f"dye {name}", compensation="mine", transform=WIDE)


def _corners(centre, size, n=12):
    angles = np.linspace(0, 2 * np.pi, n, endpoint=False)
    around = np.column_stack([np.cos(angles), np.sin(angles)]) * size + centre
    return tuple((float(x), float(y)) for x, y in around)


def _polygon(name, parent, x, y, corners):
    return Polygon(id=name, parent=parent, x=_dimension(x), y=_dimension(y), vertices=corners)


def _range(name, parent, channel, low):
    interval = Interval(dimension=_dimension(channel), low=low)
    return Rectangle(id=name, parent=parent, intervals=(interval,))


def ten_gates():
    """A hierarchy as a laboratory has it: ten gates on seven channels."""
    matrix = SpectrumMatrix(
        id="mine",
        fluorochromes=tuple(f"dye {name}" for name in DYES),
        detectors=DYES,
        coefficients=tuple(map(tuple, MATRIX.tolist())),
    )
    sides = (_dimension("APC-A"), _dimension("PerCP-A"))
    covariance = ((0.02, 0.005), (0.005, 0.02))
    gates = (
        _polygon("cells", "", "FSC-A", "SSC-A", _corners((1e5, 6e4), (7e4, 5e4))),
        _polygon("single", "cells", "FSC-A", "FSC-H", _corners((1e5, 1e5), (9e4, 9e4), 8)),
        _range("FITCp", "single", "FITC-A", 0.45),
        _range("PEp", "single", "PE-A", 0.45),
        _polygon("both", "single", "FITC-A", "PE-A", _corners((0.55, 0.55), (0.2, 0.2), 20)),
        Ellipsoid(
            id="round", parent="both", dimensions=sides, mean=(0.5, 0.5), covariance=covariance
        ),
        _range("APCp", "both", "APC-A", 0.5),
        _polygon("late", "APCp", "APC-A", "PerCP-A", _corners((0.6, 0.5), (0.2, 0.3), 6)),
        _range("bright", "late", "PerCP-A", 0.5),
        Boolean(
            id="either",
            operator=Operator.OR,
            references=(Reference(gate="FITCp"), Reference(gate="PEp", complement=True)),
        ),
    )
    return Strategy(gates=gates, matrices=(matrix,))


@pytest.fixture(scope="module")
def large():
    rng = np.random.default_rng(10)
    scatter = np.exp(rng.normal([11.4, 11.4, 10.8], 0.4, (N_EVENTS, 3)))
    lit = np.exp(rng.normal(7.5, 1.8, (N_EVENTS, 4))) + rng.normal(0, 150, (N_EVENTS, 4))
    events = np.column_stack([scatter, lit @ MATRIX]).astype(np.float32)
    channels = tuple(
        Channel(
            detector=name,
            kind=ChannelKind.SCATTER if name in SCATTER else ChannelKind.FLUORESCENCE,
        )
        for name in (*SCATTER, *DYES)
    )
    own = Spillover(detectors=DYES, matrix=MATRIX, source="$SPILLOVER")
    return Sample(name="large", channels=channels, events=events, spillover=own)


@pytest.fixture(scope="module")
def flowkit():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of packages it imports
        return pytest.importorskip("flowkit", reason="FlowKit is not here: extra flowjo")


@pytest.fixture(params=["ten gates", "compliance set"])
def job(request, large, data_dir, tmp_path_factory):
    """Give a sample with its file, and a strategy with its file."""
    folder = tmp_path_factory.mktemp("job")
    if request.param == "compliance set":
        fcs = data_dir / "gatingml2" / "data1.fcs"
        xml = data_dir / "gatingml2" / "gml" / "gml_all_gates.xml"
        return read_fcs(fcs, scaling="gain"), fcs, read_gatingml(xml), xml
    fcs, xml = folder / "large.fcs", folder / "ten.xml"
    write_sample(large, fcs, form=Form.FCS)
    xml.write_text(gatingml_of(ten_gates()), encoding="utf-8")
    return large, fcs, ten_gates(), xml


def test_gating(benchmark, flowkit, job):
    sample, fcs, strategy, xml = job
    ours = benchmark.pedantic(evaluate, (strategy, sample), rounds=7, warmup_rounds=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, for FlowKit's use of it
        theirs = flowkit.parse_gating_xml(str(xml)).gate_sample(flowkit.Sample(str(fcs)))
    for name, population in ours.populations.items():
        paths = theirs.report.loc[theirs.report["gate_name"] == name, "gate_path"]
        mask = theirs.get_gate_membership(name, gate_path=paths.iloc[0])
        assert int((mask ^ population.mask).sum()) <= 1e-6 * len(mask), name


@pytest.mark.parametrize("cached", [False, True])
def test_gating_by_flowkit(benchmark, flowkit, job, cached):
    _, fcs, _, xml = job
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sample = flowkit.Sample(str(fcs))
        strategy = flowkit.parse_gating_xml(str(xml))

        def gate():
            strategy.clear_cache()
            return strategy.gate_sample(sample, cache_events=cached)

        benchmark.pedantic(gate, rounds=3, warmup_rounds=0)


@pytest.mark.parametrize("n", [4, 12, 100])
def test_ten_million_points_in_a_polygon(benchmark, n):
    x, y = np.random.default_rng(11).normal(size=(2, 10_000_000))
    corners = _corners((0.0, 0.0), (1.5, 1.0), n)
    inside = benchmark.pedantic(points_in_polygon, (x, y, corners), rounds=5, warmup_rounds=1)
    assert 0 < inside.sum() < inside.size
    assert benchmark.stats.stats.min < 1.0
