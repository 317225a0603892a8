"""The pictures of a case: every specimen is in them, whatever is not known."""

import pytest

from flowpheno.case import judge_case
from flowpheno.panel.case import Case, load_case_limits
from flowpheno.panel.verdicts import load_verdict_texts
from flowpheno.report.case_pictures import case_pictures
from flowpheno.report.figures.case_timeline import draw_timeline
from flowpheno.report.figures.site_map import _PLACES, draw_sites

TEXTS, LIMITS = load_verdict_texts(), load_case_limits()
STATED = {"by": "report", "blast_percent": 41.0}


def specimen(name, **more):
    return {"id": name, "material": "bone_marrow", "order": 0, "flow": "not_performed", **more}


def judged(*specimens, **more):
    case = {"patient": "P1", "diagnosis": "x", "known_bcp_all": True, "specimens": specimens}
    return judge_case(Case.model_validate({**case, **more}), {}, limits=LIMITS)


def words(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def outside(figure):
    """Words that do not lie within the figure."""
    width, height = figure.get_size_inches() * figure.dpi
    boxes = [(t.get_text(), t.get_window_extent()) for axes in figure.axes for t in axes.texts]
    return [
        name
        for name, box in boxes
        if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height
    ]


DATED = judged(
    specimen("DX", date="2020-01-01", phase="diagnosis", site_text="sternum"),
    specimen("P", date="2020-01-15", site_text="left posterior ilium"),
    specimen("N", date="2023-02-01", site_text="right posterior ilium", ihc=["CD79a", "TdT"]),
    remissions=[{"date": "2020-06-01"}],
    imaging=[
        {
            "id": "MRI1",
            "modality": "MRI",
            "site": "right femur",
            "finding": "x",
            "date": "2023-02-02",
        }
    ],
)
UNDATED = judged(
    specimen("D", phase="diagnosis"),
    specimen("A", order=1, site_text="anterior left ilium", material="csf"),
    specimen(
        "B", order=1, site_text="posterior left ilium", site_legend="anterior left ilium",
        source_conflict=True, flow="performed", verdict={"verdict": "CONFIRMED_BCP_ALL", **STATED},
    ),
    remissions=[{"after": "D"}],
    imaging=[{"id": "CT", "modality": "CT", "finding": "x"}],
)  # fmt: skip


@pytest.mark.parametrize("case", [DATED, UNDATED, judged(specimen("A"))], ids=range(3))
@pytest.mark.parametrize("draw", [draw_timeline, draw_sites])
def test_all_words_lie_within_the_picture(case, draw):
    assert outside(draw(case, TEXTS)) == []


def test_the_time_line_names_every_specimen_its_time_and_the_case_after_it():
    said = words(draw_timeline(DATED, TEXTS))
    assert {"DX", "P", "N", "MRI1", "remission", "2020-01-15", "14 d", "3.0 years"} <= set(said)
    assert sum("Unresolved" in text for text in said) == 3


def test_kinds_of_evidence_are_named_beside_their_numbers():
    said = " ".join(words(draw_timeline(UNDATED, TEXTS)))
    assert "flow 41 %" in said
    assert "no flow" in said
    assert "dates not given" in said


def test_specimens_of_one_procedure_stand_at_one_step():
    assert [row.step for row in UNDATED.timeline] == [0, 1, 1]


def test_a_contradicted_site_is_marked_twice_and_what_has_no_place_is_listed():
    figure = draw_sites(UNDATED, TEXTS)
    assert words(figure).count("B?") == 2
    assert "D (site not given)" in figure.texts[0].get_text()


def test_every_place_of_the_definitions_is_on_the_map():
    assert set(LIMITS.places) == set(_PLACES)


def test_left_is_the_viewers_right_in_front_and_left_behind():
    for aspect, sign in (("anterior", 1), ("posterior", -1)):
        case = judged(specimen("A", site_text=f"{aspect} left ilium"))
        (axes,) = draw_sites(case, TEXTS).axes
        (at,) = [t.get_position()[0] for t in axes.texts if t.get_text() == "A"]
        middle = 0.0 if aspect == "anterior" else 1.72
        assert (at - middle) * sign > 0


def test_pictures_are_described_for_those_who_do_not_see_them():
    pictures = case_pictures(UNDATED, TEXTS)
    course = pictures.timeline
    assert "B, posterior left ilium: B-precursor ALL confirmed" in course.description
    assert course.source.startswith("data:image/png;base64,")
    assert "A: anterior left ilium" in pictures.sites.description
    assert pictures.series is None  # one number is no series


def test_two_numbers_are_a_series():
    case = judged(
        specimen("A", flow="performed", verdict={"verdict": "CONFIRMED_BCP_ALL", **STATED}),
        specimen(
            "B", order=1, flow="performed", verdict={"verdict": "CONFIRMED_BCP_ALL", **STATED}
        ),
    )
    series = case_pictures(case, TEXTS).series
    assert series is not None
    assert series.description == "A, step 1: 41 %; B, step 2: 41 %"
