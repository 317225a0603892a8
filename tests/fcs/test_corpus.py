"""Real files: each is read or refused with a reason, and agrees with FlowIO."""

from __future__ import annotations

import warnings

import flowio
import numpy as np
import pytest

from flowpheno.errors import FcsError
from flowpheno.fcs.reader import inspect_file, read_dataset
from flowpheno.fcs.selection import Scaling

BROKEN = {
    "corrupted.fcs": "not an FCS file",
    "sample_header.fcs": "truncated: 20000 events of 108 bytes expected, 0 present",
}
BLAST_MEDIANS = {"PE-A": 61015, "PerCP-A": 14191, "APC-A": 7315}


def fcs_files(folder):
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in {".fcs", ".lmd"})


def test_every_file_of_the_corpus_is_read_or_refused_with_its_reason(data_dir):
    refused = {}
    for path in fcs_files(data_dir / "fcs_corpus"):
        try:
            dataset = read_dataset(path)
        except FcsError as error:
            refused[path.name] = error.problem
            continue
        assert len(dataset.events) > 0
        assert np.isfinite(dataset.events).all(), path
    assert refused.keys() == BROKEN.keys()
    assert all(reason in refused[name] for name, reason in BROKEN.items())


@pytest.mark.parametrize(
    ("folder", "n_files"),
    [("b_all_diagnosis", 95), ("aml_vs_normal", 10), ("cytof_b_all", 2), ("flowjo", 2)],
)
def test_every_patient_file_is_read_without_a_repair(data_dir, folder, n_files):
    datasets = [read_dataset(path) for path in fcs_files(data_dir / folder)]
    assert len(datasets) == n_files
    assert not [f for d in datasets for f in d.findings if f.stage != "fcs.spillover"]


def flowio_datasets(path):
    """What FlowIO reads, or nothing where it gives up with whatever exception."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options = {"ignore_offset_error": True, "ignore_offset_discrepancy": True}
        try:
            read = flowio.read_multiple_data_sets(str(path), **options)
            return [(data, data.as_array(preprocess=False)) for data in read]
        except (ValueError, flowio.exceptions.FCSParsingError):
            return []


def test_agrees_with_flowio_to_the_bit_wherever_it_reads_a_file(data_dir):
    compared = 0
    for path in fcs_files(data_dir / "fcs_corpus"):
        if path.name.startswith("Accuri"):  # FlowIO believes offsets that lie inside TEXT
            continue
        for index, (_, channels) in enumerate(flowio_datasets(path)):
            ours = read_dataset(path, dataset=index, scaling=Scaling.RAW)
            expected = np.asarray(channels, dtype=np.float64).astype(np.float32)
            np.testing.assert_array_equal(ours.events, expected, path.name)
            compared += 1
    assert compared >= 25


def test_accuri_offsets_in_text_lie_inside_text(data_dir):
    dataset = read_dataset(data_dir / "fcs_corpus" / "instruments" / "Accuri - C6.fcs")
    assert (np.diff(dataset.events[:, -1]) >= 0).all()  # time never runs back


@pytest.mark.parametrize("name", ["data1", "B01 KC-A-W---91-US"])
def test_is_the_stored_truth_to_the_bit(data_dir, name):
    folder = data_dir / "fcs_corpus" / "flowio"
    stem = "data1_preprocessed" if name == "data1" else f"{name}_preprocessed_events"
    truth = np.load(folder / "truth" / f"{stem}.npy")
    dataset = read_dataset(folder / "fcs_files" / f"{name}.fcs", scaling=Scaling.GAIN)
    step = float(dataset.keywords.get("$TIMESTEP", "1"))  # FlowIO gives seconds
    steps = [step if p.detector == "Time" else 1.0 for p in dataset.parameters]
    np.testing.assert_array_equal(dataset.events, (truth / steps).astype(np.float32))


def test_stored_raw_values(data_dir):
    folder = data_dir / "fcs_corpus" / "flowio"
    truth = np.load(folder / "truth" / "data1_original_events.npy")
    dataset = read_dataset(folder / "fcs_files" / "data1.fcs", scaling=Scaling.RAW)
    np.testing.assert_array_equal(dataset.events, truth)


def test_the_labelled_marrow(data_dir):
    folder = data_dir / "b_all_mrd_labelled"
    dataset = read_dataset(folder / "494.fcs")
    assert dataset.events.shape == (83411, 12)
    assert not dataset.compensated
    assert dataset.findings == ()
    assert dataset.spillover.matrix.max(initial=0, where=~np.eye(8, dtype=bool)) == pytest.approx(
        0.775, abs=1e-3
    )
    with (folder / "494_labels.csv").open(encoding="utf-8") as file:
        gate = file.readline().strip().replace('"', "").split(",").index("blast")
        rows = [line.strip().split(",")[gate].strip('"') for line in file]
    blasts = np.array([row.lower() in {"1", "1.0", "true"} for row in rows])
    assert blasts.sum() == 34174
    names = [parameter.detector for parameter in dataset.parameters]
    columns = [names.index(detector) for detector in dataset.spillover.detectors]
    observed = dataset.events[np.ix_(blasts, columns)].astype(np.float64)
    true = np.linalg.solve(dataset.spillover.matrix.T, observed.T).T
    for detector, median in BLAST_MEDIANS.items():
        column = dataset.spillover.detectors.index(detector)
        assert np.median(true[:, column]) == pytest.approx(median, rel=1e-3)


def test_the_second_data_set_compensated_is_the_first(data_dir):
    path = data_dir / "fcs_corpus" / "instruments" / "Beckman Coulter - Cytomics FC500.LMD"
    log, linear = (read_dataset(path, dataset=n) for n in (0, 1))
    assert (log.compensated, linear.compensated) == (True, False)
    assert [p.label for p in linear.parameters[2:4]] == ["CD3-FITC", "CD4-PE"]
    names = [parameter.detector for parameter in linear.parameters]
    columns = [names.index(detector) for detector in linear.spillover.detectors]
    observed = linear.events[:, columns].astype(np.float64) / 1024
    true = np.linalg.solve(linear.spillover.matrix.T, observed.T).T
    for fluorescence in (0, 1):
        channel = log.events[:, 2 + fluorescence]
        used = (channel > 0.3) & (channel < 900)

        def spread(values, channel=channel, used=used):
            return np.log10(np.maximum(values[used], 1e-3) / channel[used]).std()

        assert spread(true[:, fluorescence]) < 0.6 * spread(observed[:, fluorescence])


def test_inspecting_counts_the_events(data_dir):
    (outline,) = inspect_file(data_dir / "b_all_mrd_labelled" / "494.fcs").outlines
    assert outline.layout.n_events == 83411
