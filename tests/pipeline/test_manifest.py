from __future__ import annotations

import pytest

from flowpheno.errors import ManifestError
from flowpheno.pipeline.manifest import ManifestRow, read_manifest
from flowpheno.reading import IonCounts, LogChannels
from flowpheno.sample import Scale
from flowpheno.specimen import Therapy


@pytest.fixture
def manifest(tmp_path):
    def of(text, encoding="utf-8"):
        path = tmp_path / "samples.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return of


def test_a_row_says_what_a_person_knows(manifest, tmp_path):
    rows = read_manifest(
        manifest(
            "path,specimen,tube,patient,date,material,site,timepoint,known_bcp_all,"
            "already_compensated,therapy,comment\n"
            "a.fcs,S1,t1,P1,2026-01-02,bone marrow,left,relapse,Yes,no,anti_CD19; ANTI_CD20,x\n"
        )
    )
    assert rows == {
        (tmp_path / "a.fcs").resolve(): ManifestRow(
            specimen="S1",
            tube="t1",
            patient="P1",
            date="2026-01-02",
            material="bone marrow",
            site="left",
            timepoint="relapse",
            known_bcp_all=True,
            already_compensated=False,
            therapy=frozenset({Therapy.ANTI_CD19, Therapy.ANTI_CD20}),
        )
    }


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("log:4/1024", LogChannels(decades=4, channels=1024)),
        ("mass", IonCounts()),
        ("relative", Scale.RELATIVE),
        ("", None),
    ],
)
def test_what_the_numbers_of_a_table_mean(manifest, text, scale):
    (row,) = read_manifest(manifest(f"path,scale\na.csv,{text}\n")).values()
    assert row.scale == scale


def test_a_scale_nobody_knows_is_refused(manifest):
    with pytest.raises(ManifestError, match="line 2: a scale is linear"):
        read_manifest(manifest("path,scale\na.csv,cubic\n"))


def test_an_empty_cell_says_nothing(manifest, tmp_path):
    rows = read_manifest(manifest("path,known_bcp_all,already_compensated\na.fcs,,\n"))
    assert rows[(tmp_path / "a.fcs").resolve()] == ManifestRow()


def test_a_mark_of_byte_order_and_blanks_are_no_harm(manifest, tmp_path):
    rows = read_manifest(manifest("path,specimen\n a.fcs , S1 \n", "utf-8-sig"))
    assert {row.specimen for row in rows.values()} == {"S1"}
    assert set(rows) == {(tmp_path / "a.fcs").resolve()}


@pytest.mark.parametrize("word", ["true", "YES", "1", "y"])
def test_ways_to_say_yes(manifest, word):
    (row,) = read_manifest(manifest(f"path,known_bcp_all\na.fcs,{word}\n")).values()
    assert row.known_bcp_all is True


@pytest.mark.parametrize("word", ["false", "No", "0", "N"])
def test_ways_to_say_no(manifest, word):
    (row,) = read_manifest(manifest(f"path,known_bcp_all\na.fcs,{word}\n")).values()
    assert row.known_bcp_all is False


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no column 'path'"),
        ("file,specimen\na.fcs,S\n", "line 1: no column 'path'"),
        ("path,specimen\n,S\n", "line 2: no path"),
        ("path\na.fcs\nb.fcs\na.fcs\n", "line 4: the path stands in an earlier row too"),
        ("path\na.fcs\nx/../a.fcs\n", "line 3: the path stands in an earlier row too"),
        ("path,known_bcp_all\na.fcs,perhaps\n", "known_bcp_all is 'perhaps', expected yes or no"),
        ("path,already_compensated\na.fcs,2\n", "already_compensated is '2'"),
        ("path,therapy\na.fcs,anti_CD91\n", "unknown therapy anti_CD91; known: anti_CD19"),
        ("path,path\na.fcs,b.fcs\n", "two columns 'path'"),
        ("path,specimen\na.fcs,S,more\n", "line 2: more cells than columns"),
        (
            "path,specimen,patient\na.fcs,S,P1\nb.fcs,S,P2\n",
            "line 3: patient of specimen S is 'P2', and 'P1' in an earlier row",
        ),
        (
            "path,specimen,known_bcp_all\na.fcs,S,yes\nb.fcs,S,\nc.fcs,S,no\n",
            "line 4: known_bcp_all of specimen S is False, and True in an earlier row",
        ),
        (f"path\n{'a' * 200_000}\n", "field larger than field limit"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line(manifest, text, sentence):
    with pytest.raises(ManifestError, match=sentence):
        read_manifest(manifest(text))


def test_every_bad_row_is_named_at_once(manifest):
    text = "path,known_bcp_all,therapy\n,yes,\nb.fcs,maybe,\nc.fcs,,magic\nd.fcs,yes,\n"
    with pytest.raises(ManifestError, match=r"line 2: .*line 3: .*line 4: ") as refused:
        read_manifest(manifest(text))
    assert "line 5" not in str(refused.value)


def test_a_file_that_is_not_there_or_no_text_is_refused(manifest, tmp_path):
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(tmp_path / "none.csv")
    path = manifest("")
    path.write_bytes(b"path\n\xff\xfe\x00.fcs\n")
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(path)
