"""A file that the manifest calls a control is judged against, never judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.errors import ManifestError
from flowpheno.marker import Marker
from flowpheno.phenotype import Call
from flowpheno.pipeline import classify_specimen
from flowpheno.pipeline.control_tubes import control_intensities, control_tube
from flowpheno.pipeline.directory import Options, classify_files
from flowpheno.pipeline.manifest import read_manifest
from flowpheno.sample import Scale
from flowpheno.simulation import Artefacts, write_simulated
from flowpheno.specimen import ControlTube, Specimen

CD20 = Marker("CD20")
QUIET = Artefacts(clog=False, dead=0.03)


@pytest.fixture(scope="module")
def made(simulate):
    return simulate(15_020, n_events=8_000, blasts=("common", 0.4), artefacts=QUIET)


@pytest.fixture(scope="module")
def stained(made):
    return made.sample


def at_level(sample, marker, level):
    """The same cells, all at one observed intensity in the channel of a marker."""
    events = sample.events.copy()
    events[:, sample.column(marker)] = level
    return replace(sample, events=events, name="fmo")


# --- which files are controls ---


def test_a_marker_may_be_written_in_any_case(stained):
    made = control_tube(stained, ["cd20", "CD10"], [stained])
    assert made.markers == (CD20, "CD10")
    assert made.sample is stained


@pytest.mark.parametrize("name", ["CD43", "FSC", "CD2"])
def test_a_marker_that_no_tube_stains_is_refused(stained, name):
    with pytest.raises(
        ManifestError, match=rf"{name}, which no tube of the specimen stains \(.*CD"
    ):
        control_tube(stained, [name], [stained])


def test_without_any_tube_nothing_is_controlled(stained):
    with pytest.raises(ManifestError, match=r"stains \(none\)"):
        control_tube(stained, ["CD20"], [])


def test_a_control_without_the_detector_is_refused(stained):
    at = stained.column(CD20)
    channels = list(stained.channels)
    channels[at] = replace(channels[at], detector="elsewhere-A")
    with pytest.raises(ManifestError, match="a control for CD20 needs detector"):
        control_tube(replace(stained, channels=tuple(channels)), ["CD20"], [stained])


def test_a_control_on_another_scale_is_refused(stained):
    relative = replace(stained, scale=Scale.RELATIVE)
    with pytest.raises(ManifestError, match="on a relative scale says nothing"):
        control_tube(relative, ["CD20"], [stained])


def test_a_control_that_cannot_be_compensated_is_refused(stained):
    bare = replace(stained, spillover=None, compensated=False)
    with pytest.raises(ManifestError, match="are not both compensated"):
        control_tube(bare, ["CD20"], [stained])


# --- what they measure ---


def test_only_cells_count_and_only_of_markers_controlled(stained, definitions):
    control = ControlTube(sample=stained, markers=(CD20, Marker("CD43")))
    specimen = Specimen(name="x", tubes=(stained,), controls=(control,))
    (stain,) = control_intensities(stained, specimen, definitions).values()
    assert 0 < len(stain.values) < stained.n_events
    twice = control_intensities(
        stained, replace(specimen, controls=(control, control)), definitions
    )
    for name in ("values", "less", "more"):
        assert len(getattr(twice[CD20], name)) == 2 * len(stain.values)


def test_they_are_measured_with_a_slightly_different_matrix_too(stained, definitions):
    """Compensated again from the start, with the coefficients into the channel changed."""
    control = ControlTube(sample=stained, markers=(CD20,))
    specimen = Specimen(name="x", tubes=(stained,), controls=(control,))
    stain = control_intensities(stained, specimen, definitions)[CD20]
    matrix = stained.spillover.matrix
    at = stained.spillover.detectors.index(stained.channels[stained.column(CD20)].detector)
    for factor, expected in ((0.9, stain.less), (1.1, stain.more)):
        changed = matrix.copy()
        changed[:, at] *= np.where(np.arange(len(matrix)) == at, 1, factor)
        spillover = replace(stained.spillover, matrix=changed)
        other = control_tube(replace(stained, spillover=spillover), ["CD20"], [stained])
        alone = replace(specimen, controls=(other,))
        again = control_intensities(stained, alone, definitions)[CD20].values
        if len(again) == len(expected):  # quality control took the same cells
            assert np.median(again) == pytest.approx(np.median(expected), abs=1)
        assert np.percentile(again, 90) == pytest.approx(np.percentile(expected, 90), rel=0.02)


def test_without_controls_nothing_is_measured(stained, definitions):
    assert control_intensities(stained, Specimen(name="x", tubes=()), definitions) == {}


def test_a_control_raises_the_cutoff_of_its_marker_on_every_population(stained, definitions):
    fmo = ControlTube(sample=at_level(stained, CD20, 5e5), markers=(CD20,))
    alone, held = (
        classify_specimen(Specimen(name="x", tubes=(stained,), controls=c), definitions).tubes[0]
        for c in ((), (fmo,))
    )
    assert [p.population for p in alone.phenotypes] == [p.population for p in held.phenotypes]
    b_mature = {
        t: next(p for p in tube.phenotypes if p.population == "B_mature").call(CD20)
        for t, tube in (("alone", alone), ("held", held))
    }
    assert b_mature["alone"].call is Call.POSITIVE
    assert b_mature["held"].call is Call.NEGATIVE
    for before, after in zip(alone.phenotypes, held.phenotypes, strict=True):
        assert after.call(CD20).control == f"{before.call(CD20).control}+control tube"
        assert after.call(CD20).cutoff > before.call(CD20).cutoff
        others = set(before.calls) - {CD20}
        assert all(before.calls[m] == after.calls[m] for m in others)


# --- from a manifest ---


@pytest.fixture
def folder(made, tmp_path):
    write_simulated(tmp_path / "tube.fcs", made)
    write_simulated(tmp_path / "fmo.fcs", made)
    return tmp_path


def classified(folder, rows):
    (folder / "samples.csv").write_text("path,specimen,tube,control_for\n" + rows, "utf-8")
    files = [folder / "tube.fcs", folder / "fmo.fcs"]
    return classify_files(files, Options(manifest=read_manifest(folder / "samples.csv")))


def test_a_control_of_the_manifest_is_no_tube(folder):
    run = classified(folder, "tube.fcs,S,t1,\nfmo.fcs,S,,CD20; cd34\n")
    assert run.failures == ()
    (tube,) = run.specimens[0].tubes
    calls = tube.phenotypes[0].calls
    assert tube.name == "t1"
    held = {m for m, c in calls.items() if "control tube" in c.control}
    assert held == {"CD20", "CD34"}


def test_a_control_that_fits_no_tube_costs_a_row_and_not_the_specimen(folder):
    run = classified(folder, "tube.fcs,S,t1,\nfmo.fcs,S,,CD43\n")
    (failure,) = run.failures
    assert failure.path.endswith("fmo.fcs")
    assert "control for CD43, which no tube" in failure.message
    assert len(run.specimens[0].tubes) == 1


def test_controls_alone_are_no_specimen(folder):
    run = classified(folder, "tube.fcs,S,,CD20\nfmo.fcs,S,,CD34\n")
    assert (run.specimens, len(run.failures)) == ((), 2)


def test_a_control_needs_a_specimen(folder):
    with pytest.raises(ManifestError, match="line 3: a control tube needs the specimen it is of"):
        classified(folder, "tube.fcs,S,t1,\nfmo.fcs,,,CD20\n")


def test_the_values_of_a_control_are_not_changed(stained, definitions):
    before = stained.events.copy()
    control = ControlTube(sample=stained, markers=(CD20,))
    control_intensities(stained, Specimen(name="x", tubes=(), controls=(control,)), definitions)
    assert np.array_equal(before, stained.events)
