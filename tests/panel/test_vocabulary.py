from __future__ import annotations

import re

import pytest

from flowpheno.errors import PanelError
from flowpheno.marker import CONTROL_POPULATIONS, REFERENCES, CutoffKind, Localisation, Mode, Role
from flowpheno.panel.files import builtin_directory
from flowpheno.panel.vocabulary import (
    builtin_markers,
    builtin_vocabulary,
    load_markers,
    load_vocabulary,
)

SMALL = """\
source: written for a test
tag: P
antigens:
  CD10: {aliases: [CALLA], negative: [T], positive: [hematogone_II]}
  CD22: {}
  cyCD22: {aliases: [CD22c], localisation: cytoplasmic, of: CD22}
fluorochromes:
  PE: [RD1]
scatter: {FSC: [FS], SSC: [SS]}
time: [Time]
measures: {area: [INT], height: [Peak], width: [TOF]}
other: [Blank]
controls: [IgG1]
inside: [cy]
unclear:
  CD2x: [CD22]
noise: [LOG]
relative_scale: {lowest: -0.5, highest: 1.6, full_scale: 10, share: 0.98}
"""

# internal controls as published with the project's domain rules: negative, positive, mode
CONTROLS = {
    "CD19": (("T", "NK"), ("B_mature",), "threshold"),
    "CD10": (("T", "B_mature"), ("hematogone_II", "gran_mature"), "threshold"),
    "CD20": (("T",), ("B_mature",), "threshold"),
    "cyCD79a": (("T", "gran"), ("B_mature",), "threshold"),
    "CD34": (("T", "B_mature"), ("myeloblast", "hematogone_I"), "threshold"),
    "TdT": (("T", "B_mature"), ("hematogone_I",), "threshold"),
    "HLADR": (("T", "gran_mature"), ("B_mature", "mono"), "threshold"),
    "cyMPO": (("lymphocytes",), ("gran",), "threshold"),
    "cyCD3": (("B_mature",), ("T",), "threshold"),
    "CD66c": (("lymphocytes",), ("gran",), "threshold"),
    "CD123": (("T", "B_mature"), ("pDC", "basophil"), "threshold"),
    "CD45": ((), (), "intensity"),
    "CD38": ((), ("plasma",), "intensity"),
    "CD58": ((), (), "intensity"),
    "CD81": ((), (), "intensity"),
}


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "markers.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(("name", "expected"), CONTROLS.items(), ids=CONTROLS)
def test_controls_are_those_of_the_literature(name, expected):
    antigen = builtin_vocabulary().antigens[name]
    assert (antigen.negative_controls, antigen.positive_controls, antigen.mode) == expected


def test_shipped_antigens_name_known_populations():
    for name, antigen in builtin_vocabulary().antigens.items():
        assert antigen.name == name
        controls = {*antigen.negative_controls, *antigen.positive_controls}
        assert controls <= CONTROL_POPULATIONS
        assert antigen.reference in REFERENCES | {""}
        if antigen.mode is Mode.INTENSITY:
            assert not antigen.negative_controls
        assert not set(antigen.negative_controls) & set(antigen.positive_controls)


def test_only_what_is_inside_has_the_lower_cutoff():
    for antigen in builtin_vocabulary().antigens.values():
        is_surface = antigen.localisation is Localisation.SURFACE
        assert antigen.cutoff_kind is (
            CutoffKind.SURFACE if is_surface else CutoffKind.CYTOPLASMIC
        )


def test_dyes_have_their_roles():
    roles = {
        n: a.role for n, a in builtin_vocabulary().antigens.items() if a.role is not Role.ANTIGEN
    }
    assert roles == {"SYTO": Role.DNA, "VIABILITY": Role.VIABILITY}


def test_vocabulary_is_built_once():
    assert builtin_vocabulary() is builtin_vocabulary()
    assert builtin_markers().source
    again = load_vocabulary(builtin_directory() / "markers.yaml")
    assert again.words == builtin_vocabulary().words
    assert again.antigens == builtin_vocabulary().antigens


def test_small_file_loads(written):
    vocabulary = load_vocabulary(written(SMALL))
    assert set(vocabulary.antigens) == {"CD10", "CD22", "cyCD22"}
    assert vocabulary.inside == {"CD22": "cyCD22", "cyCD22": "cyCD22"}
    assert vocabulary.words["RD1"].meanings == ("PE",)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("CALLA", "CD-22", "line 5: antigens.CD22: 'CD22' already means CD10"),
        ("RD1", "CALLA", "line 8: fluorochromes.PE: 'CALLA' already means CD10"),
        ("noise: [LOG]", "noise: [PE]", "line 17: noise: 'PE' already means PE"),
        (
            "negative: [T]",
            "negative: [Tcell]",
            "line 4: antigens.CD10.negative.0: Value error, 'Tcell'",
        ),
        ("CD22: {}", "CD22: {reference: me}", "line 5: .*'me' is not a reference"),
        ("of: CD22", "of: CD23", "line 6: antigens.cyCD22: of: 'CD23' is not an antigen"),
        ("CD2x: [CD22]", "CD2x: [CD23]", "line 16: unclear.CD2x: 'CD23' is not a name"),
        ("aliases: [CALLA]", "alias: [CALLA]", "line 4: antigens.CD10.alias: Extra inputs"),
        ("[CALLA]", "['--']", "line 4: .*'--' holds no letter or digit"),
        ("tag: P", "tag: sure", "line 2: tag: Input should be"),
        (
            "source: written for a test",
            "source: me",
            "line 1: source: String should have at least 10",
        ),
        ("share: 0.98", "share: 98", "line 18: relative_scale.share: Input should be less than"),
        ("  CD22: {}", "  CD10: {}", "line 5: CD10: duplicate key, first in line 4"),
    ],
)
def test_wrong_file_is_refused_with_its_line(old, new, problem, written):
    assert old in SMALL
    with pytest.raises(PanelError, match=problem):
        load_markers(written(SMALL.replace(old, new, 1)))


def test_every_problem_is_listed(written):
    text = SMALL.replace("CALLA", "CD22").replace("of: CD22", "of: CD23")
    with pytest.raises(PanelError) as refused:
        load_markers(written(text))
    assert len(refused.value.problems) == 2
    assert all(re.match(r"line \d+: ", problem) for problem in refused.value.problems)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(PanelError, match="line 1: No such file"):
        load_vocabulary(tmp_path / "none.yaml")
