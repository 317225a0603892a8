"""Every antigen that rules, scores, tubes and tables of maturation name is in the vocabulary."""

from __future__ import annotations

import pytest

from flowpheno.marker import CutoffKind, Localisation, Mode, Role, canonical_marker
from flowpheno.panel.vocabulary import builtin_vocabulary

CONTROLS = (
    "CD19 CD10 CD20 CD22 cyCD22 CD24 cyCD79a CD34 TdT HLADR cyIgM sIgK sIgL cyMPO cyCD3 CD3 \
CD7 CD13 CD33 CD15 CD65 CD117 CD66c CD123 CD304 CD371 NG2 TSLPR CD73 CD45 CD38 CD58 CD81 CD44 \
CD99 CD9"
)
SCORES = "cyCD79a cyIgM cyCD22 CD19 CD10 CD20 TdT CD24 CD3 cyCD3 TCRab TCRgd CD2 CD5 CD8 CD7 CD1a \
MPO CD117 CD13 CD33 CD65 CD14 CD15 CD64 lysozyme sIgK sIgL cyKappa cyLambda CD34 HLADR CD11b NSE \
CD11c CD22"
GENOTYPES = "CD10 CD24 NG2 7.1 CD15 CD65 CD34 CD133 CD9 CD66c CD13 CD33 CD25 CD38 CD20 CD27 CD44 \
CD117 CD304 CD371 CD2 cyIgM CD45 CD123 CD86 TSLPR CD5 CD19 CD79a CD22 TdT"
MATURATION = (
    "CD34 TdT CD10 CD19 CD22 CD20 CD38 CD45 CD58 CD81 CD9 CD24 CD44 CD123 CD66c CD73 CD304 \
CD86 CD200 cyIgM CD13 CD33 CD15 CD65 NG2 CD371 CD2 TSLPR CD7 CD56"
)
LITERATURE = "CD44 BCL2 HSPB1 CD73 CD24 CD123 CD72 CD86 CD200 CD79b CD164 CD304 CD97 CD102 CD99 \
CD300a CD130 PBX1 CTNNA1 ITGB7 CD69 CD49f CD11b CD127 CD58 CD81"
TUBES = (
    "cyCD3 CD45 cyMPO cyCD79a CD34 CD19 CD7 CD3 CD20 CD58 CD66c CD10 CD38 sIgK cyIgM CD33 sIgM \
CD117 sIgL CD9 TdT CD13 CD22 CD24 CD21 CD15 CD65 NG2 CD123 CD81 CD73 CD304 HLADR SYTO16 CD71 \
SYTO41 CD5 CD200 TCRgd CD4 CD2 CD56 CD8 CD16 CD64 CD14 CD11b CD66b iCD79a CD99 SYTO SY41 cyCD22"
)
COMBINED = "sIgM+CD117 CD15+CD65 CD66c+CD123 CD73+CD304 CD13+CD33"
NAMES = sorted({*f"{CONTROLS} {SCORES} {GENOTYPES} {MATURATION} {LITERATURE} {TUBES}".split()})

INSIDE = {
    **dict.fromkeys(
        ["cyCD22", "cyCD79a", "cyIgM", "cyMPO", "cyCD3", "cyKappa", "cyLambda"], "cytoplasmic"
    ),
    **dict.fromkeys(["lysozyme", "NSE", "cyBCL2", "cyHSPB1", "cyCTNNA1"], "cytoplasmic"),
    **dict.fromkeys(["CD179a", "CD179b"], "cytoplasmic"),
    **dict.fromkeys(["TdT", "PBX1", "PAX5", "Ki67"], "nuclear"),
}
LEVELS = {  # a level, never a percentage: what it is compared with
    "CD45": "T",
    "CD38": "stage_matched_hematogone",
    "CD58": "stage_matched_hematogone",
    "CD81": "stage_matched_hematogone",
    "CD44": "stage_matched_hematogone",
    "CD99": "T",
    "CD9": "stage_matched_hematogone",
}
ANCHORS = """
CD19: T NK | B_mature
CD10: T B_mature | hematogone_II gran_mature
CD20: T | B_mature
CD22: T | B_mature
cyCD22: T | B_mature
CD24: T | B_mature gran_mature
cyCD79a: T gran | B_mature
CD34: T B_mature | myeloblast hematogone_I
TdT: T B_mature | hematogone_I
HLADR: T gran_mature | B_mature mono
cyIgM: T | B_mature
sIgK: T | B_mature
sIgL: T | B_mature
cyMPO: lymphocytes | gran
cyCD3: B_mature | T
CD3: B_mature | T
CD7: B_mature | T NK
CD13: lymphocytes | gran mono
CD33: lymphocytes | mono
CD15: lymphocytes | gran
CD65: lymphocytes | gran
CD117: lymphocytes | myeloblast
CD66c: lymphocytes | gran
CD123: T B_mature | pDC basophil
CD304: T B_mature | pDC
CD371: lymphocytes | mono
"""
CAUTIONS = {
    "CD22": {"basophil_pos", "mono_FcR"},
    "cyCD79a": {"T_ALL_dim", "plasma_pos", "clone_HM47_vs_HM57"},
    "HLADR": {"activated_T"},
    "sIgK": {"cytophilic_Ig_wash"},
    "sIgL": {"cytophilic_Ig_wash"},
    "NG2": {"needs_FMO_or_process_control"},
    "TSLPR": {"needs_FMO_or_process_control"},
    "CD73": {"stroma_bright"},
    "CD9": {"platelet_adherence"},
    "CD66": {"clone_unstated_not_CD66c"},
}


@pytest.fixture(scope="module")
def antigens():
    return builtin_vocabulary().antigens


@pytest.mark.parametrize("name", NAMES)
def test_antigen_is_known(name, antigens):
    assert canonical_marker(name, builtin_vocabulary()) in antigens


@pytest.mark.parametrize("name", COMBINED.split())
def test_reagents_of_one_channel_are_known_together(name):
    assert canonical_marker(name, builtin_vocabulary()) == name


def test_where_each_is_stained(antigens):
    inside = {n: str(a.localisation) for n, a in antigens.items() if a.role is Role.ANTIGEN}
    assert {n: where for n, where in inside.items() if where != Localisation.SURFACE} == INSIDE
    for name, antigen in antigens.items():
        within = antigen.localisation is not Localisation.SURFACE
        assert (antigen.cutoff_kind is CutoffKind.CYTOPLASMIC) == within, name


@pytest.mark.parametrize(("name", "reference"), LEVELS.items())
def test_a_level_is_compared_with_its_normal_counterpart(name, reference, antigens):
    assert (antigens[name].mode, antigens[name].reference) == (Mode.INTENSITY, reference)
    assert antigens[name].negative_controls == ()


@pytest.mark.parametrize("line", ANCHORS.strip().splitlines())
def test_internal_controls(line, antigens):
    name, _, anchors = line.partition(": ")
    negative, positive = (tuple(side.split()) for side in anchors.split("|"))
    antigen = antigens[name]
    assert antigen.mode is Mode.THRESHOLD
    assert (antigen.negative_controls, antigen.positive_controls) == (negative, positive)


@pytest.mark.parametrize(("name", "cautions"), CAUTIONS.items())
def test_what_misleads_is_said(name, cautions, antigens):
    assert cautions <= set(antigens[name].cautions)


def test_every_antigen_has_what_it_is_judged_by(antigens):
    """A negative population, or a counterpart of its level; else it could never be called."""
    for name, antigen in antigens.items():
        if antigen.role is Role.ANTIGEN:
            judged_by = antigen.reference if antigen.mode is Mode.INTENSITY else ""
            assert judged_by or antigen.negative_controls, name
