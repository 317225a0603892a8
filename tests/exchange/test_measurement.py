from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import flowpheno as fp
from flowpheno.errors import MissingPackageError, TableError
from flowpheno.finding import ReasonCode
from flowpheno.reading import name_channels
from flowpheno.sample import Sample, Scale
from flowpheno.transform import Asinh, Glog, Hlog, Tlog

NAMES = [("FSC-A", ""), ("PE-A", "CD10"), ("APC-A", "CD19")]


@pytest.fixture
def sample():
    channels, _ = name_channels(NAMES, fp.load_definitions().vocabulary)
    rng = np.random.default_rng(3)
    events = np.column_stack([rng.uniform(1e4, 2e5, 500), *rng.normal(2e3, 5e3, (2, 500))])
    return Sample(name="tube", channels=channels, events=events.astype(np.float32))


@pytest.fixture
def fct(sample):
    pytest.importorskip("fcsparser", reason="FlowCytometryTools needs numpy < 2: extra fct")
    return sample.to_fcmeasurement()


def like(sample, **more):
    """Any object that shows what a tube of FlowCytometryTools shows."""
    meta, frame = sample.to_fcsparser(reformat_meta=True)
    shown = {"ID": "well A1", "data": frame, "meta": meta, "channels": meta["_channels_"]}
    return SimpleNamespace(**shown | more)


def transformed(sample, scale, **step):
    tube = like(sample)
    tube.data["CD10"] = scale.apply(sample.events[:, 1].astype(float))
    if step:
        tube.history = [("gate", {}), ("transform", {"channels": ["CD10"], **step})]
    return tube


def test_a_tube_without_history_must_say_that_it_is_linear(sample):
    with pytest.raises(TableError, match="well A1: nothing says whether its values are linear"):
        fp.from_fcmeasurement(like(sample))
    for said in ({"transforms": {}}, {"scale": Scale.LINEAR}):
        back = fp.from_fcmeasurement(like(sample), **said)
        np.testing.assert_array_equal(back.events, sample.events)
        assert (back.name, back.channels, back.findings) == ("well A1", sample.channels, ())


def test_channels_are_taken_from_the_tube_where_meta_lacks_them(sample):
    tube = like(sample, meta=None)
    back = fp.from_fcmeasurement(tube, transforms={}, name="b")
    assert (back.name, back.channels) == ("b", sample.channels)


@pytest.mark.parametrize(
    ("scale", "step"),
    [
        (Hlog(b=200.0, d=float(np.log10(262144))), {"transform": "hlog", "b": 200}),
        (Hlog(d=4.0), {"transform": "hlog", "d": 4.0}),
        (Hlog(), {"transform": "hyperlog"}),
        (Hlog(b=9.0), {"transform": "hlog", "auto_range": False, "args": (9.0,)}),
        (Tlog(th=2.0), {"transform": "tlog", "th": 2}),
        (Glog(1e4), {"transform": "glog", "l": 1e4}),
    ],
    ids=repr,
)
def test_what_the_history_says_is_undone(sample, scale, step):
    back = fp.from_fcmeasurement(transformed(sample, scale, **step))
    expected = sample.events.copy()
    expected[:, 1] = scale.invert(scale.apply(expected[:, 1].astype(float)))
    np.testing.assert_allclose(back.events, expected, rtol=1e-5, atol=1e-3)
    (finding,) = back.findings
    assert finding.code is ReasonCode.METADATA_DERIVED
    assert finding.message == f"{scale!r} was undone in 1 column(s): CD10"


def test_steps_are_undone_last_first_also_those_that_wait(sample):
    tube = transformed(sample, Glog(1e4), transform="glog", l=1e4)
    tube.data["CD10"] = Hlog().invert(tube.data["CD10"].to_numpy())
    step = {"transform": "hlog", "channels": "CD10", "direction": "inverse"}
    tube.queue = [("transform", step)]
    back = fp.from_fcmeasurement(tube)
    np.testing.assert_allclose(back.events, sample.events, rtol=1e-4, atol=1e-2)
    assert len(back.findings) == 2


def test_a_scale_that_is_given_is_undone(sample):
    tube = transformed(sample, Asinh(150.0))
    back = fp.from_fcmeasurement(tube, transforms={"CD10": Asinh(150.0)})
    np.testing.assert_allclose(back.events, sample.events, rtol=1e-4, atol=1e-2)


def test_ranks_need_no_inverse(sample):
    tube = transformed(sample, Asinh(150.0), transform=np.arcsinh)
    back = fp.from_fcmeasurement(tube, scale=Scale.RELATIVE)
    assert back.scale is Scale.RELATIVE
    assert ReasonCode.SCALE_RELATIVE in {finding.code for finding in back.findings}
    np.testing.assert_allclose(back.events[:, 1], Asinh(150.0).apply(sample.events[:, 1]), 1e-5)


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ({"transform": np.arcsinh}, "a function of your own cannot be undone: give `transforms`"),
        ({"transform": "linear"}, "linear cannot be undone"),
        ({"transform": "glog"}, "glog: parameters are missing"),
        ({"transform": "hlog", "channels": ["CD3"]}, "decades of its transform are not recorded"),
        ({"transform": "hlog", "channels": ["CD3"], "d": 4}, "'CD3' was transformed, but is not"),
    ],
)
def test_what_cannot_be_undone_is_refused(sample, step, sentence):
    with pytest.raises(TableError, match=sentence):
        fp.from_fcmeasurement(transformed(sample, Hlog(), **step))


def test_without_the_package_the_extra_is_named(sample):
    try:
        import fcsparser  # noqa: F401, PLC0415 - whether it is there
    except ImportError:
        with pytest.raises(MissingPackageError, match=r"flowpheno\[fct\]"):
            sample.to_fcmeasurement()
    else:
        pytest.skip("fcsparser is installed")


def test_flowcytometrytools_holds_the_tube(fct, sample):
    assert type(fct).__name__ == "FCMeasurement"
    assert (fct.ID, fct.shape) == ("tube", (500, 3))
    assert fct.channel_names == ("FSC-A", "CD10", "CD19")
    back = fp.from_fcmeasurement(fct)
    np.testing.assert_array_equal(back.events, sample.events)
    assert back.channels == sample.channels


@pytest.mark.parametrize(
    "step",
    [
        {"transform": "hlog"},
        {"transform": "hlog", "b": 100.0, "use_spln": False},
        {"transform": "glog", "l": 1000.0},
        {"transform": "hlog", "b": 100.0, "apply_now": False},
    ],
    ids=str,
)
def test_its_own_transforms_are_undone(fct, sample, step):
    back = fp.from_fcmeasurement(fct.transform(channels=["CD10", "CD19"], **step))
    np.testing.assert_allclose(back.events, sample.events, rtol=1e-4, atol=0.05)


def test_its_transformation_objects_are_undone(fct, sample):
    from FlowCytometryTools.core import transforms  # noqa: PLC0415 - imported by the fixture

    used = transforms.Transformation("hlog", b=50.0, d=4.5)
    back = fp.from_fcmeasurement(fct.transform(used, channels=["CD10"]))
    np.testing.assert_allclose(back.events, sample.events, rtol=1e-4, atol=0.05)


def test_its_gates_work_on_the_tube(fct, sample):
    from FlowCytometryTools import ThresholdGate  # noqa: PLC0415 - imported by the fixture

    above = fp.from_fcmeasurement(fct.gate(ThresholdGate(2000.0, ["CD10"], region="above")))
    assert above.n_events == (sample.events[:, 1] > 2000).sum()
