from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import flowpheno as fp
from flowpheno.errors import MissingPackageError, TableError
from flowpheno.fcs.spillover import Spillover
from flowpheno.finding import ReasonCode
from flowpheno.reading import name_channels
from flowpheno.sample import Sample, Scale
from flowpheno.transform import Logicle

NAMES = [("FSC-A", ""), ("PE-A", "CD10"), ("APC-H", "CD19"), ("FL9-A", ""), ("Time", "")]
MATRIX = np.array([[1, 0.1], [0.02, 1]])
IDENTIFIERS = {"$SRC": "Muster, Eva", "$FIL": "Muster.fcs", "$OP": "who", "$P2N": "PE-A"}


@pytest.fixture
def anndata():
    return pytest.importorskip("anndata", reason="anndata needs pandas < 3: extra anndata")


@pytest.fixture
def sample():
    channels, _ = name_channels(NAMES, fp.load_definitions().vocabulary)
    events = np.random.default_rng(1).normal(1e3, 2e4, (20, 5)).astype(np.float32)
    return Sample(
        name="Muster",
        channels=channels,
        events=events,
        spillover=Spillover(detectors=("PE-A", "APC-H"), matrix=MATRIX, source="SPILL"),
        keywords=IDENTIFIERS,
    )


def test_without_the_package_the_extra_is_named(sample):
    try:
        import anndata  # noqa: F401, PLC0415 - whether it is there
    except ImportError:
        with pytest.raises(MissingPackageError, match=r"pip install 'flowpheno\[anndata\]'"):
            fp.to_anndata(sample)
    else:
        pytest.skip("anndata is installed")


@pytest.mark.usefixtures("anndata")
def test_layers_are_the_stages(sample):
    adata = fp.to_anndata(sample)
    ready = fp.compensate(sample)
    assert set(adata.layers) == {"raw", "compensated", "transformed"}
    np.testing.assert_array_equal(adata.layers["raw"], sample.events)
    np.testing.assert_array_equal(adata.layers["compensated"], ready.events)
    scaled = adata.layers["transformed"]
    np.testing.assert_allclose(scaled[:, 1], Logicle().apply(ready.events[:, 1]), rtol=1e-6)
    np.testing.assert_array_equal(scaled[:, [0, 4]], ready.events[:, [0, 4]])
    np.testing.assert_array_equal(adata.X, scaled)


@pytest.mark.usefixtures("anndata")
def test_channels_are_described(sample):
    var = fp.to_anndata(sample).var
    assert var.index.tolist() == ["FSC-A", "PE-A", "APC-H", "FL9-A", "Time"]
    assert var["marker"].tolist() == ["FSC", "CD10", "CD19", "", ""]
    assert var["fluorochrome"].tolist()[1] == "PE"
    assert var["kind"].tolist()[::4] == ["scatter", "time"]
    assert set(var["measure"]) <= {"area", "height", "width"}
    assert (var["range"] == 262144).all()


@pytest.mark.usefixtures("anndata")
def test_nothing_of_the_file_but_what_is_asked_for_is_kept(sample):
    adata = fp.to_anndata(sample)
    assert "Muster" not in f"{adata.uns} {adata.obs} {adata.var}"
    assert set(adata.uns) == {"scale", "compensated", "transform", "spillover"}
    assert fp.to_anndata(sample, keywords=["$OP"]).uns["keywords"] == {"$OP": "who"}
    with pytest.raises(KeyError, match="OP2"):
        fp.to_anndata(sample, keywords=["$OP2"])


@pytest.mark.usefixtures("anndata")
@pytest.mark.parametrize("compensated", [False, True])
def test_there_and_back(sample, compensated):
    sample = fp.compensate(sample) if compensated else sample
    back = fp.from_anndata(fp.to_anndata(sample), name="b")
    np.testing.assert_array_equal(back.events, sample.events)
    np.testing.assert_array_equal(back.spillover.matrix, MATRIX)
    assert (back.name, back.channels, back.compensated) == ("b", sample.channels, compensated)
    assert (back.scale, back.findings) == (Scale.LINEAR, ())


@pytest.mark.usefixtures("anndata")
def test_there_and_back_by_way_of_a_file(sample, tmp_path, anndata):
    fp.to_anndata(sample).write_h5ad(tmp_path / "a.h5ad")
    back = fp.from_anndata(anndata.read_h5ad(tmp_path / "a.h5ad"))
    np.testing.assert_array_equal(back.events, sample.events)
    assert back.channels == sample.channels
    assert back.spillover.detectors == sample.spillover.detectors
    assert (back.compensated, back.scale) == (False, Scale.LINEAR)


@pytest.mark.usefixtures("anndata")
def test_ranks_have_no_transformed_layer_and_stay_ranks(sample):
    ranks = replace(sample, scale=Scale.RELATIVE, spillover=None)
    adata = fp.to_anndata(ranks)
    assert set(adata.layers) == {"raw"}
    back = fp.from_anndata(adata)
    assert back.scale is Scale.RELATIVE
    assert [finding.code for finding in back.findings] == [ReasonCode.SCALE_RELATIVE]


@pytest.mark.usefixtures("anndata")
def test_events_and_channels_may_be_left_out(sample):
    part = fp.to_anndata(sample)[5:9, ["APC-H", "FSC-A"]]
    back = fp.from_anndata(part)
    np.testing.assert_array_equal(back.events, sample.events[5:9][:, [2, 0]])
    assert back.spillover is None


@pytest.mark.usefixtures("anndata")
def test_an_empty_tube_is_an_empty_tube(sample):
    empty = replace(sample, events=np.empty((0, 5), np.float32))
    assert fp.from_anndata(fp.to_anndata(empty)).n_events == 0


def test_any_table_of_events_can_be_read(anndata):
    var = pd.DataFrame(index=["FSC-A", "PE-A :: CD10"])
    table = anndata.AnnData(X=np.ones((3, 2), np.float32), var=var)
    sample = fp.from_anndata(table, scale=Scale.LINEAR)
    assert sample.markers == ("CD10",)
    assert not sample.compensated
    with pytest.raises(TableError, match="uns holds no scale"):
        fp.from_anndata(table)


@pytest.mark.usefixtures("anndata")
def test_transformed_values_alone_are_refused(sample):
    adata = fp.to_anndata(sample)
    del adata.layers["raw"], adata.layers["compensated"]
    with pytest.raises(TableError, match="only transformed values are there"):
        fp.from_anndata(adata)


@pytest.mark.usefixtures("anndata")
def test_a_row_that_describes_no_channel_is_refused(sample):
    adata = fp.to_anndata(sample)
    adata.var["kind"] = "odour"
    with pytest.raises(TableError, match="var does not describe a channel: 'odour'"):
        fp.from_anndata(adata)
