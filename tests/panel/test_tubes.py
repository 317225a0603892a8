from __future__ import annotations

import pytest

from flowpheno.errors import PanelError
from flowpheno.marker import resolve_channel
from flowpheno.panel.files import builtin_directory
from flowpheno.panel.tubes import builtin_tubes, load_tube
from flowpheno.panel.vocabulary import builtin_vocabulary

TUBES = builtin_tubes()
HEAD = "name: mine\nreference: a published panel\ntag: K\nscatter: [FSC-A, SSC-A]\n"


LISTS = ("mayo_single_10c", "anti_cd19_resistant_10c", "rogachev_11c_post_cd19")


@pytest.mark.parametrize("name", TUBES)
def test_every_builtin_tube_is_named_as_its_file_and_stains_cells(name):
    tube = TUBES[name]
    assert tube.name == name
    assert len(tube.markers) >= 5
    assert tube.has_fluorochromes is (name not in LISTS)
    assert {"FSC-A", "SSC-A"} <= set(tube.scatter) or name in LISTS


@pytest.mark.parametrize("name", LISTS)
def test_a_published_list_of_markers_gets_no_invented_reagent(name):
    tube = TUBES[name]
    assert {(c.detector, c.fluorochrome) for c in tube.channels} == {("", None)}
    assert (tube.scatter, tube.time) == ((), None)


@pytest.mark.parametrize(
    ("name", "reagents"),
    [
        (
            "euroflow_alot",
            (
                "PacB cyCD3, PacO CD45, FITC cyMPO, PE cyCD79a, PerCP-Cy5.5 CD34, PE-Cy7 CD19, "
                "APC CD7, APC-H7 CD3"
            ),
        ),
        (
            "cog_6c_t2",
            "FITC CD9, PE CD13+CD33, PerCP-Cy5.5 CD34, PE-Cy7 CD19, APC CD10, APC-H7 CD45",
        ),
        (
            "clearllab_10c_M2",
            (
                "FITC CD15, PE CD123, ECD CD117, PE-Cy5.5 CD13, PE-Cy7 CD33, APC CD34, "
                "APC-AF700 CD38, APC-AF750 HLADR, PacB CD19, KrO CD45"
            ),
        ),
    ],
)
def test_tubes_hold_the_published_reagents(name, reagents):
    held = [f"{c.fluorochrome} {c.marker}" for c in TUBES[name].channels]
    assert ", ".join(held) == reagents


@pytest.mark.parametrize("name", TUBES)
def test_markers_are_spelled_as_files_are_read(name):
    """A name that reading would turn into another could never be recognised."""
    for channel in TUBES[name].channels:
        if channel.marker is not None:
            said = resolve_channel("", channel.marker, builtin_vocabulary())
            assert said.marker == channel.marker


@pytest.mark.parametrize("name", sorted(set(TUBES) - {"case_report"}))
def test_fluorochromes_are_those_of_the_vocabulary(name):
    held = {c.fluorochrome for c in TUBES[name].channels} - {None}
    assert held <= set(builtin_vocabulary().fluorochromes)


def test_builtin_tubes_are_all_files_of_the_folder():
    assert set(TUBES) == {path.stem for path in (builtin_directory() / "tubes").glob("*.yaml")}


def test_mrd_tube_is_the_published_one():
    tube = TUBES["euroflow_bcp_all_mrd_t1"]
    assert {c.fluorochrome: c.marker for c in tube.channels} == {
        "PacB": "CD20",
        "PacO": "CD45",
        "FITC": "CD81",
        "PE": "CD66c+CD123",
        "PerCP-Cy5.5": "CD34",
        "PE-Cy7": "CD19",
        "APC": "CD10",
        "APC-H7": "CD38",
    }


def test_combined_channel_is_two_antigens_and_one_marker():
    tube = TUBES["euroflow_bcp_all_mrd_t1"]
    assert "CD66c+CD123" in tube.markers
    assert {"CD66c", "CD123"} <= tube.antigens
    assert "CD66c+CD123" not in tube.antigens


def test_unstained_detector_has_no_marker():
    tube = TUBES["tube_494"]
    empty = next(c for c in tube.channels if c.detector == "APC-Cy7-A")
    assert empty.antigens == ()
    assert len(tube.markers) == len(tube.channels) - 1
    assert "FSC-H" not in tube.scatter


def test_case_report_tube_holds_the_markers_of_the_paper():
    paper = "CD10 CD19 CD22 CD24 cyCD22 cyCD79a TdT HLADR CD34 CD99 CD38 CD58"
    assert " ".join(TUBES["case_report"].markers) == paper
    assert TUBES["case_report"].tag == "P"


def test_lineage_tube_can_exclude_other_lineages():
    needed = {"CD45", "CD19", "CD10", "CD34", "CD22", "cyCD79a", "cyMPO", "cyCD3", "CD7", "CD117"}
    assert needed <= TUBES["lineage_full"].antigens


def test_own_folder_replaces_the_builtin_one(tmp_path):
    assert builtin_tubes(tmp_path) == {}
    (tmp_path / "tubes").mkdir()
    channel = "channels:\n- {detector: PE-A, fluorochrome: PE, marker: CD10}\n"
    (tmp_path / "tubes" / "mine.yaml").write_text(HEAD + channel)
    assert list(builtin_tubes(tmp_path)) == ["mine"]


def two(detector: str, marker: str, other_detector: str, other_marker: str) -> str:
    one = f"{{detector: {detector}, fluorochrome: PE, marker: {marker}}}"
    return f"[{one}, {{detector: {other_detector}, fluorochrome: FITC, marker: {other_marker}}}]"


@pytest.mark.parametrize(
    ("channels", "problem"),
    [
        ("[]", "channels: Tuple should have at least 1 item"),
        ("[{detector: PE-A, marker: CD10}]", "line 5: channels.0.fluorochrome: Field required"),
        ("[{fluorochrome: PE, marker: CD10}]", "line 5: channels.0: .*name it"),
        ("[{fluorochrome: null, marker: null}]", "neither a fluorochrome nor a marker"),
        (two("A", "CD10", "B", "CD66x"), "'CD66x' is not a marker.*CD66"),
        (two("A", "CD10", "B", "CD13+CD66x"), "'CD66x' is not a marker"),
        (
            two("A", "CD10+CD20", "B", "CD10"),
            "stained in two channels: CD10",
        ),
        (
            two("A", "CD10", "A", "CD20"),
            "two channels are named A",
        ),
        (
            "[{detector: Time, fluorochrome: PE, marker: CD10}]",
            "two channels are named Time",
        ),
    ],
    ids=[
        "none",
        "no fluorochrome",
        "no detector",
        "nothing",
        "marker unknown",
        "marker of two unknown",
        "marker twice",
        "detector twice",
        "named as time",
    ],
)
def test_a_tube_that_cannot_be_is_refused(tmp_path, channels, problem):
    path = tmp_path / "mine.yaml"
    path.write_text(HEAD + f"channels: {channels}\n")
    with pytest.raises(PanelError, match=problem):
        load_tube(path)


def test_name_must_be_the_stem(tmp_path):
    path = tmp_path / "other.yaml"
    path.write_text(HEAD + "channels: [{detector: A, fluorochrome: PE, marker: CD10}]\n")
    with pytest.raises(PanelError, match="name: is 'mine', the file 'other'"):
        load_tube(path)


def test_a_tube_of_known_dyes_has_scatter(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        HEAD.replace("[FSC-A, SSC-A]", "[]")
        + "channels: [{detector: A, fluorochrome: PE, marker: CD10}]\n"
    )
    with pytest.raises(PanelError, match="has scatter channels"):
        load_tube(path)
