"""What the numbers of a table mean: undone amplifiers, ion counts, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowpheno.errors import TableError
from flowpheno.reading import (
    IonCounts,
    LogChannels,
    parse_scale,
    read_fcs,
    read_sample,
    sample_from_table,
)
from flowpheno.sample import ChannelKind, Scale
from tests.fcs.fcs_bytes import integer_file

# --- the formula ---


@pytest.mark.parametrize(
    ("decades", "channels", "number", "light"),
    [
        (4, 1024, 0, 1.0),
        (4, 1024, 256, 10.0),
        (4, 1024, 512, 100.0),
        (4, 1024, 1023, 9910.46),  # 10 ** (4 - 4/1024), the top of a 10-bit file
        (4, 1024, 1024, 10_000.0),
        (4.5, 1024, 512, 177.8279),  # 10 ** 2.25
        (3, 256, 128, 31.6228),  # 10 ** 1.5
        (4, 1, 0.25, 10.0),  # channels as shares of full scale
    ],
)
def test_channel_numbers_are_light(decades, channels, number, light):
    amplifier = LogChannels(decades=decades, channels=channels)
    found = amplifier.linear(np.array([[number]], np.float32))
    assert found.dtype == np.float32
    assert found.shape == (1, 1)
    assert found[0, 0] == pytest.approx(light, rel=1e-5)


def test_four_decades_of_1024_channels_unless_said():
    assert LogChannels() == LogChannels(decades=4.0, channels=1024)


@pytest.mark.parametrize(("decades", "channels"), [(4, 1024), (3, 1024), (4.5, 1024)])
def test_the_same_numbers_in_a_list_mode_file_are_the_same_light(tmp_path, decades, channels):
    numbers = np.arange(0, channels, 7).reshape(-1, 1)
    path = tmp_path / "a.fcs"
    path.write_bytes(
        integer_file(numbers, version="FCS2.0", P1R=f"{channels}", P1E=f"{decades},1")
    )
    ours = LogChannels(decades=decades, channels=channels).linear(numbers.astype(np.float32))
    np.testing.assert_allclose(read_fcs(path).events, ours, rtol=1e-6)


@given(
    st.lists(st.integers(0, 1023), min_size=2, max_size=30),
    st.floats(1, 6, allow_nan=False),
    st.sampled_from([1024, 2048, 4096]),
)
def test_order_stays_and_a_step_is_one_factor(numbers, decades, channels):
    amplifier = LogChannels(decades=decades, channels=channels)
    values = np.sort(np.array(numbers, np.float32))
    light = amplifier.linear(values).astype(np.float64)
    assert (light >= 1).all()
    assert (light <= 10**decades * (1 + 1e-6)).all()
    np.testing.assert_allclose(
        np.diff(np.log10(light)), np.diff(values) * decades / channels, atol=1e-5
    )


def test_no_numbers_give_no_light():
    assert LogChannels().linear(np.empty((0, 3), np.float32)).shape == (0, 3)


@pytest.mark.parametrize(("decades", "channels"), [(0, 1024), (-4, 1024), (np.nan, 4), (4, 0)])
def test_an_amplifier_has_decades_and_channels(decades, channels):
    with pytest.raises(ValueError, match="decades and channels must be positive"):
        LogChannels(decades=decades, channels=channels)


@pytest.mark.parametrize(
    ("values", "ends"),
    [([-1, 5], "-1 to 5"), ([0, 1025], "0 to 1025"), ([3, 26e4], "3 to 260000")],
)
def test_what_is_no_channel_number_is_refused(values, ends):
    with pytest.raises(TableError, match=f"values from {ends} are no channel numbers of 1024"):
        LogChannels().linear(np.array(values, np.float32))


@pytest.mark.parametrize(
    ("name", "applies"),
    [
        ("FS Lin", False),
        ("FSC LIN", False),
        ("SS Linear", False),
        ("SS Log", True),
        ("FL1 Log :: Kappa-FITC", True),
        ("Linda-PE", True),  # a word that only begins so
        ("Insulin", True),
        ("CD19", True),
    ],
)
def test_linear_columns_are_known_by_name(name, applies):
    assert LogChannels().applies_to(name) is applies


# --- as a person writes it ---


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("linear", Scale.LINEAR),
        (" Relative ", Scale.RELATIVE),
        ("mass", IonCounts()),
        ("MASS", IonCounts()),
        ("log", LogChannels()),
        ("Log", LogChannels()),
        ("log:4/1024", LogChannels()),
        ("log : 4.5 / 256", LogChannels(decades=4.5, channels=256)),
    ],
)
def test_a_scale_is_read(text, meant):
    assert parse_scale(text) == meant


@pytest.mark.parametrize(
    "text", ["", "cubic", "log:", "log:4", "log:/1024", "log:4/1e3", "log:-4/1024", "logicle"]
)
def test_another_scale_is_refused(text):
    with pytest.raises(TableError, match="a scale is linear, relative, mass, log or log:") as told:
        parse_scale(text)
    assert repr(text) in str(told.value)


@pytest.mark.parametrize("text", ["log:0/1024", "log:4/0"])
def test_an_amplifier_that_cannot_be_is_refused(text):
    with pytest.raises(TableError, match=r"log:DECADES/CHANNELS, not 'log:[04]/[01]"):
        parse_scale(text)


# --- tables ---


def test_logarithmic_columns_become_light_and_linear_ones_stay():
    columns = {"FS Lin": [512, 1023], "SS Log": [512, 768], "FL1 Log :: CD19": [0, 256]}
    table = pd.DataFrame(columns)
    sample = sample_from_table(table, scale=LogChannels())
    np.testing.assert_allclose(sample.events, [[512, 100, 1], [1023, 1000, 10]], rtol=1e-6)
    assert sample.scale is Scale.LINEAR
    assert table["SS Log"].tolist() == [512, 768]  # the table of the caller stays
    assert [c.range for c in sample.channels] == [1024, 10_000, 10_000]
    assert sample.findings == ()


def test_the_column_whose_numbers_are_none_is_named():
    table = pd.DataFrame({"FS Lin": [70_000], "FL1 Log :: CD19": [2000]})
    with pytest.raises(
        TableError, match=r"table: column 'FL1 Log :: CD19': values from 2000 to 2000 are no"
    ):
        sample_from_table(table, scale=LogChannels())


def test_tables_do_not_say_their_scale(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("CD19\n1\n", encoding="utf-8")
    for read in (sample_from_table, read_sample):
        with pytest.raises(TableError, match=r"a\.csv: a table does not say its scale"):
            read(path)


def test_ion_counts_are_mass_channels_and_stay_as_they_are():
    table = pd.DataFrame({"CD45": [0.0, 250.5], "CD19": [-0.3, 12.0], "Time": [0, 1]})
    counted = sample_from_table(table, scale=IonCounts())
    light = sample_from_table(table, scale=Scale.LINEAR)
    kinds = {c.detector: c.kind for c in counted.channels}
    assert kinds["CD45"] == kinds["CD19"] == ChannelKind.MASS
    assert kinds["Time"] is ChannelKind.TIME
    assert {c.kind for c in light.channels} == {ChannelKind.FLUORESCENCE, ChannelKind.TIME}
    np.testing.assert_array_equal(counted.events, table.to_numpy(np.float32))


# --- real tables ---

PANELS = {
    "001": ("CD45",),  # the others are isotype controls
    "002": ("sIgK", "sIgL", "CD45", "CD19", "CD20"),
    "003": ("CD7", "CD4", "CD45", "CD8", "CD2"),
    "004": ("CD15", "CD13", "CD45", "CD16", "CD56"),
    "005": ("CD14", "CD11c", "CD45", "CD64", "CD33"),
    "006": ("HLADR", "CD117", "CD45", "CD34", "CD38"),
    "007": ("CD5", "CD19", "CD45", "CD3", "CD10"),
}


@pytest.mark.parametrize("tube", PANELS)
def test_a_clinical_tube_of_channel_numbers(tube, data_dir):
    (path,) = (data_dir / "clinical_multitube").glob(f"*_{tube}.LMD.csv.gz")
    sample = read_sample(path, scale=parse_scale("log:4/1024"))
    stored = pd.read_csv(path)
    assert sample.markers == PANELS[tube]
    assert sample.scale is Scale.LINEAR
    np.testing.assert_array_equal(sample.events[:, 0], stored["FS Lin"])
    expected = 10 ** (stored.iloc[:, 1:].to_numpy() / 256)
    np.testing.assert_allclose(sample.events[:, 1:], expected, rtol=1e-5)
    assert [c.range for c in sample.channels] == [1024] + [10_000.0] * 6


def test_a_table_of_ion_counts(data_dir):
    table = pd.read_csv(data_dir / "cytof_b_all" / "tidytof_ddpr_data.csv.gz")
    sample = sample_from_table(table.drop(columns="sample_name"), scale=IonCounts())
    assert sample.n_events == 5000
    assert {"CD45", "CD19", "CD10", "CD34", "CD38"} <= set(sample.markers)
    kinds = {c.kind for c in sample.channels if c.marker in sample.markers}
    assert kinds == {ChannelKind.MASS}
    with pytest.raises(TableError, match="no channel numbers of 1024"):
        sample_from_table(table.drop(columns="sample_name"), scale=LogChannels())
