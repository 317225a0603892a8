"""The compliance set of Gating-ML 2.0: every event of every gate."""

import re

import numpy as np
import pytest

from flowpheno.gates import evaluate
from flowpheno.gates.gatingml import gatingml_of, read_gatingml
from flowpheno.reading import read_fcs

# what the folder of truth holds: gates, each with the documents that define it
TRUTH = [
    "And1",
    "And2",
    "And3",
    "And4",
    "Ellipse1",
    "Ellipsoid3D",
    "FL2N-FL4N",
    "FL2N-FL4P",
    "FL2P-FL4N",
    "FL2P-FL4P",
    "FSCD-FL1P",
    "FSCD-SSCN-FL1N",
    "FSCN-SSCN",
    "FSCN-SSCP-FL1P",
    "FSCP-SSCN-FL1N",
    "Not1",
    "Or1",
    "Or2",
    "ParAnd2",
    "ParAnd3",
    "ParQuadRect",
    "Polygon1",
    "Polygon2",
    "Polygon3NS",
    "Polygon4",
    "Range1",
    "Range2",
    "RatRange1",
    "RatRange1a",
    "RatRange2",
    "Rectangle1",
    "Rectangle2",
    "Rectangle3",
    "Rectangle4",
    "Rectangle5",
    "ScalePar1",
    "ScaleRange1",
    "ScaleRange1c",
    "ScaleRange2",
    "ScaleRange2c",
    "ScaleRange3",
    "ScaleRange3c",
    "ScaleRange4",
    "ScaleRange4c",
    "ScaleRange5",
    "ScaleRange5c",
    "ScaleRange6",
    "ScaleRange6c",
    "ScaleRange7c",
    "ScaleRange8c",
    "ScaleRect1",
]
CALLED = {"ParQuadRect": "ParRectangle1"}


@pytest.fixture(scope="module")
def folder(data_dir):
    folder = data_dir / "gatingml2"
    if not folder.is_dir():
        pytest.skip("the compliance set of Gating-ML 2.0 is not here")
    return folder


@pytest.fixture(scope="module")
def sample(folder):
    return read_fcs(folder / "data1.fcs", scaling="gain")


@pytest.fixture(scope="module")
def masks(folder, sample):
    """Masks by gate, one for each document that defines it."""
    found = {}
    for path in sorted((folder / "gml").glob("*.xml")):
        for name, population in evaluate(read_gatingml(path), sample).populations.items():
            found.setdefault(name, {})[path.name] = population.mask
    return found


def test_every_truth_is_compared(folder):
    assert (
        sorted(p.stem.removeprefix("Results_") for p in (folder / "truth").glob("*.txt")) == TRUTH
    )
    assert len(TRUTH) == 51


@pytest.mark.parametrize("name", TRUTH)
def test_every_event_is_where_the_truth_has_it(name, folder, masks):
    truth = np.loadtxt(folder / "truth" / f"Results_{name}.txt").astype(bool)
    found = masks[CALLED.get(name, name)]
    assert {file: int((mask != truth).sum()) for file, mask in found.items()} == dict.fromkeys(
        found, 0
    )


def test_values_that_are_not_divided_by_gain_are_elsewhere(folder):
    sample = read_fcs(folder / "data1.fcs")
    results = evaluate(read_gatingml(folder / "gml" / "gml_range_gate.xml"), sample)
    truth = np.loadtxt(folder / "truth" / "Results_Range1.txt").astype(bool)
    assert (results.populations["Range1"].mask != truth).any()


def test_written_again_every_document_gives_the_same_gates(folder, sample, tmp_path):
    paths = sorted((folder / "gml").glob("*.xml"))
    assert len(paths) == 47
    for path in paths:
        strategy = read_gatingml(path)
        copy = tmp_path / path.name
        copy.write_text(gatingml_of(strategy), encoding="utf-8")
        again = read_gatingml(copy)
        assert again == strategy
        first, second = evaluate(strategy, sample), evaluate(again, sample)
        assert list(first.populations) == list(second.populations)
        for name, population in first.populations.items():
            assert np.array_equal(second.populations[name].mask, population.mask)


def test_a_document_names_the_line_of_what_is_wrong(folder, tmp_path):
    text = (folder / "gml" / "gml_poly1_gate.xml").read_text(encoding="utf-8")
    broken = re.sub(r'value="500"', 'value="abc"', text, count=1)
    line = broken[: broken.index("abc")].count("\n") + 1
    path = tmp_path / "broken.xml"
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"broken.xml: line {line}: coordinate: value is no num"):
        read_gatingml(path)
