"""FlowJo workspaces: read by FlowKit, evaluated by our engine, against the counts of FlowJo."""

import warnings

import numpy as np
import pytest

from flowpheno.errors import GateError, MissingPackageError
from flowpheno.exchange import extra
from flowpheno.fcs.spillover import Spillover
from flowpheno.gates import Boolean, Dimension, SpectrumMatrix, Strategy, Threshold, evaluate
from flowpheno.gates.flowjo import read_workspace
from flowpheno.gates.gatingml import gatingml_of
from flowpheno.reading import read_fcs
from flowpheno.transform import Logicle
from flowpheno.writing import Form, write_sample

DIAMOND = "simple_diamond_example/test_data_diamond_01.fcs"
LINE = "simple_line_example/data_set_simple_line_100.fcs"
CASES = {
    "simple_diamond_example/simple_diamond_example_quad_gate.wsp": DIAMOND,
    "simple_diamond_example/test_data_diamond_asinh_rect.wsp": DIAMOND,
    "simple_diamond_example/test_data_diamond_asinh_rect2.wsp": DIAMOND,
    "simple_diamond_example/test_data_diamond_biex_rect.wsp": DIAMOND,
    "simple_line_example/simple_poly_and_rect.wsp": LINE,
    "simple_line_example/simple_poly_and_rect_v2_poly50.wsp": LINE,
    "simple_line_example/single_ellipse_51_events.wsp": LINE,
}
# its stored count, 0, fits the gate of its group, from which it was moved; the name says how many
STALE = {"simple_line_example/simple_poly_and_rect_v2_poly50.wsp": {"poly1": 50}}

SPACES = """xmlns:gating="http://www.isac-net.org/std/Gating-ML/v2.0/gating"
 xmlns:transforms="http://www.isac-net.org/std/Gating-ML/v2.0/transformations"
 xmlns:data-type="http://www.isac-net.org/std/Gating-ML/v2.0/datatypes\""""


@pytest.fixture(scope="module")
def flowkit():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of packages it imports
        return pytest.importorskip("flowkit", reason="FlowKit is not here: extra flowjo")


@pytest.fixture(scope="module")
def folder(data_dir):
    if not (data_dir / "flowjo").is_dir():
        pytest.skip("the FlowJo examples are not here")
    return data_dir / "flowjo"


@pytest.mark.usefixtures("flowkit")
@pytest.mark.parametrize("name", CASES)
def test_counts_are_those_of_the_workspace(folder, name):
    file = folder / CASES[name]
    sample = read_workspace(folder / name).sample(file.name)
    results = evaluate(sample.strategy, read_fcs(file, scaling="gain"))
    found = {gate: population.n for gate, population in results.populations.items()}
    expected = sample.counts | STALE.get(name, {})
    assert {gate: found[gate] for gate in expected} == expected
    assert expected or name.endswith("simple_poly_and_rect.wsp")  # FlowJo had not counted


def _scale(channel, kind, **parameters):
    written = " ".join(f'transforms:{key}="{value}"' for key, value in parameters.items())
    return (
        f'<transforms:{kind} {written}><data-type:parameter data-type:name="{channel}"/>'
        f"</transforms:{kind}>"
    )


BIEX = {"length": 256, "maxRange": 262144, "neg": 0.5, "width": -100, "pos": 4.418540}
SCALES = "".join(
    [
        _scale("FSC-A", "linear", minRange=0, maxRange=262144),
        _scale("SSC-A", "log", offset=100, decades=3.4),
        *(_scale(f"{pre}FITC-A", "biex", **BIEX) for pre in ("", "Comp-")),
        *(_scale(f"{pre}PE-A", "logicle", T=262144, W=0.5, M=4.5, A=0) for pre in ("", "Comp-")),
    ]
)
MATRIX = """<transforms:spilloverMatrix prefix="Comp-" suffix="" name="Acquired" spectral="0">
<data-type:parameters><data-type:parameter data-type:name="FITC-A"/>
<data-type:parameter data-type:name="PE-A"/></data-type:parameters>
<transforms:spillover data-type:parameter="FITC-A">
<transforms:coefficient data-type:parameter="FITC-A" transforms:value="1"/>
<transforms:coefficient data-type:parameter="PE-A" transforms:value="0.25"/></transforms:spillover>
<transforms:spillover data-type:parameter="PE-A">
<transforms:coefficient data-type:parameter="FITC-A" transforms:value="0.1"/>
<transforms:coefficient data-type:parameter="PE-A" transforms:value="1"/></transforms:spillover>
</transforms:spilloverMatrix>"""


def _dimension(channel, **bounds):
    written = " ".join(f'gating:{end}="{value}"' for end, value in bounds.items())
    return (
        f'<gating:dimension {written}><data-type:fcs-dimension data-type:name="{channel}"/>'
        "</gating:dimension>"
    )


def _population(name, gate, below="", **attributes):
    kind, body = gate
    more = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    return (
        f'<Population name="{name}" owningGroup="" count="-1"><Gate gating:id="ID">'
        f'<gating:{kind} {more} gating:id="ID">{body}</gating:{kind}></Gate>'
        f"<Subpopulations>{below}</Subpopulations></Population>"
    )


def _polygon(x, y, corners):
    vertices = "".join(
        "<gating:vertex>"
        + "".join(f'<gating:coordinate data-type:value="{number}"/>' for number in corner)
        + "</gating:vertex>"
        for corner in corners
    )
    return "PolygonGate", _dimension(x) + _dimension(y) + vertices


def _rectangle(**bounds):
    return "RectangleGate", "".join(
        _dimension(channel.replace("_", "-"), **ends) for channel, ends in bounds.items()
    )


def _node(kind, name, *parts):
    dependents = "".join(f'<Dependent name="{part}"/>' for part in parts)
    return f'<{kind} name="{name}" owningGroup=""><Dependents>{dependents}</Dependents></{kind}>'


POPULATIONS = _population(
    "cells",
    _polygon("FSC-A", "SSC-A", [(2e4, 120), (2e5, 90), (2.4e5, 9e4), (5e4, 2e5)]),
    _population("low", _rectangle(SSC_A={"max": 1e3}))
    + _population("green", _rectangle(Comp_FITC_A={"min": 900.0}))
    + _population("raw", _rectangle(FITC_A={"min": 900.0}))
    + _population(
        "both",
        _polygon("Comp-FITC-A", "Comp-PE-A", [(-300, -200), (9e3, -50), (2e4, 3e4), (200, 8e3)]),
        eventsInside="0",
    )
    + _node("AndNode", "and", "cells/green", "cells/low")
    + _node("NotNode", "not", "cells/green"),
)


def _workspace(samples):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Workspace version="20.0" flowJoVersion="10.8" {SPACES}><Groups/><SampleList>
{samples}</SampleList></Workspace>"""


def _sample(name, populations=POPULATIONS, extra=""):
    return f"""<Sample><DataSet uri="file:{name}" sampleID="{name}"/>{MATRIX}
<Transformations>{SCALES}{extra}</Transformations><Keywords/>
<SampleNode name="{name}" sampleID="{name}" count="-1"><Subpopulations>{populations}
</Subpopulations></SampleNode></Sample>"""


@pytest.fixture
def stained(make_sample):
    rng = np.random.default_rng(8)
    observed = np.exp(rng.normal([11, 8, 6.5, 6.5], [0.6, 2.5, 1.5, 1.5], (20_000, 4)))
    observed[:, 2:] += rng.normal(0, 200, (20_000, 2))
    columns = dict(zip(("FSC-A", "SSC-A", "FITC-A", "PE-A"), observed.T, strict=True))
    spillover = Spillover(detectors=("FITC-A", "PE-A"), matrix=np.eye(2), source="$SPILLOVER")
    return make_sample(columns, spillover=spillover)


def test_a_compensated_hierarchy_is_that_of_flowkit(flowkit, stained, tmp_path):
    fcs, wsp = tmp_path / "made.fcs", tmp_path / "made.wsp"
    write_sample(stained, fcs, form=Form.FCS)
    wsp.write_text(_workspace(_sample("made.fcs")), encoding="utf-8")
    strategy = read_workspace(wsp).sample("made.fcs").strategy
    results = evaluate(strategy, read_fcs(fcs, scaling="gain"))

    theirs = _open(flowkit, wsp, fcs)
    compared = []
    for name, path in theirs.get_gate_ids("made.fcs"):
        key = "/".join((*path[1:], name))
        mask = theirs.get_gate_membership("made.fcs", name, path)
        compared.append(key)
        if key == "cells/raw":  # FlowKit compensates what FlowJo gated uncompensated
            cells = results.populations["cells"].mask
            raw = cells & (stained.events[:, 2] >= 900)
            assert abs(int((results.populations[key].mask ^ raw).sum())) <= 1
            assert (mask != raw).any()
            continue
        differ = int((results.populations[key].mask ^ mask).sum())
        assert differ <= max(1, 0.001 * mask.sum()), key
        assert 0 < mask.sum() < len(mask)
    assert {"cells/low", "cells/both", "cells/and", "cells/not"} < set(compared)
    both = next(gate for gate in strategy.gates if gate.id == "cells/both")
    assert isinstance(both, Boolean)
    assert both.references[0].gate == "cells/both (inside)"


def _open(flowkit, wsp, fcs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, for FlowKit's use of it
        opened = flowkit.Workspace(str(wsp), fcs_samples=str(fcs))
        opened.analyze_samples(sample_id="made.fcs", use_mp=False)
    return opened


@pytest.mark.usefixtures("flowkit")
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("<!DOCTYPE a><Workspace/>", "a.wsp: line 1: a document type or an entity is declared"),
        ("<Gates/>", "a.wsp: line 1: Gates: is not the root of a FlowJo workspace"),
        ("<Workspace/>", "a.wsp: line 1: Workspace: needs one SampleList, has 0"),
        (_workspace(_sample("x") * 2), "there are two called x"),
        (
            _workspace(_sample("x", extra=_scale("Q", "miltenyi", T=1))),
            "a.wsp: cannot be read by FlowKit: FlowJo transform type 'miltenyi' is undocumented",
        ),
        (
            _workspace(_sample("x", populations=_population("p", ("StarGate", "")))),
            "a.wsp: cannot be read by FlowKit: 'StarGate'",
        ),
    ],
    ids=["doctype", "root", "samples", "twice", "scale", "gate"],
)
def test_what_is_no_workspace_is_refused(tmp_path, content, problem):
    path = tmp_path / "a.wsp"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(GateError, match=problem):
        read_workspace(path)


@pytest.mark.usefixtures("flowkit")
def test_a_sample_must_be_in_the_workspace(tmp_path):
    path = tmp_path / "a.wsp"
    path.write_text(_workspace(_sample("x") + _sample("y", "")), encoding="utf-8")
    with pytest.raises(
        GateError, match="0 samples called 'y' with gates; those with gates are: x"
    ):
        read_workspace(path).sample("y")


def test_without_flowkit_the_extra_is_named(tmp_path, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(extra, "import_module", missing)
    path = tmp_path / "a.wsp"
    path.write_text(_workspace(_sample("x")), encoding="utf-8")
    with pytest.raises(MissingPackageError, match=r"pip install 'flowpheno\[flowjo\]'"):
        read_workspace(path)


def test_what_is_written_as_gating_ml_is_read_by_flowkit_too(flowkit, tmp_path):
    inside = Dimension(channel="PE-A", compensation="my matrix", transform=Logicle())
    dyes = ("PE-A", "FITC-A")
    matrix = SpectrumMatrix(
        id="my matrix", fluorochromes=dyes, detectors=dyes, coefficients=((1, 0.1), (0, 1))
    )
    gates = (
        Threshold(id="CD10+ (left)", dimension=inside, value=0.5),
        Threshold(id="2", parent="CD10+ (left)", dimension=inside, value=0.6),
    )
    path = tmp_path / "made.xml"
    path.write_text(gatingml_of(Strategy(gates=gates, matrices=(matrix,))), encoding="utf-8")
    found = flowkit.parse_gating_xml(str(path)).get_gate_ids()
    assert found == [("CD10___left_", ("root",)), ("_2", ("root", "CD10___left_"))]
