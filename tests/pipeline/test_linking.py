"""Several tubes of one specimen: what is put together, what is not, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from flowpheno.aberrancy.follow_up import Comparators
from flowpheno.finding import ReasonCode as R
from flowpheno.finding import Severity
from flowpheno.gating.link import LinkState
from flowpheno.marker import Marker
from flowpheno.panel.definitions import load_definitions
from flowpheno.panel.tubes import builtin_tubes
from flowpheno.panel.verdicts import load_verdict_texts
from flowpheno.pipeline import classify_specimen
from flowpheno.pipeline.directory import make_run
from flowpheno.pipeline.linking import link_specimen, tube_names
from flowpheno.pipeline.specimen import judge_tubes
from flowpheno.pipeline.tube import analyse_tube
from flowpheno.reading import LogChannels, read_sample
from flowpheno.report.html import specimen_page
from flowpheno.results import link_table, read_results, write_results
from flowpheno.simulation import (
    Artefacts,
    Background,
    BlastRequest,
    draw_composition,
    load_specification,
    simulate_tube,
)
from flowpheno.specimen import Specimen
from flowpheno.verdict import SpecimenVerdict as V
from tests.marrows import events_of

QUIET = Artefacts(clog=False, dead=0.03)
SPECIMEN = Specimen(name="x", tubes=())
DX = tuple(f"euroflow_bcp_all_dx_t{number}" for number in (1, 2, 3, 4))


@cache
def analysed(seed, tubes=DX, archetype="common", fraction=0.3):
    """All tubes of one simulated specimen, each through the stages."""
    specification = load_specification()
    blasts = BlastRequest(fraction=fraction, archetype=archetype) if fraction else None
    composition = draw_composition(
        specification, Background(), blasts, rng=np.random.default_rng(seed)
    )
    return tuple(
        analyse_tube(
            simulate_tube(
                specification,
                builtin_tubes()[tube],
                rng=np.random.default_rng((seed, place)),
                n_events=6_000,
                composition=composition,
                artefacts=QUIET,
                name=tube[-2:],
            ).sample,
            SPECIMEN,
            load_definitions(),
            None,
        )
        for place, tube in enumerate(tubes)
    )


@pytest.fixture(scope="module")
def linked(definitions):
    def of(*tubes, place=0):
        return link_specimen(tubes, place, definitions.gating.link)

    return of


def candidate(linked):
    return linked.links[0]


# --- tubes of one specimen ---


@pytest.mark.parametrize(("seed", "fraction"), [(1, 0.3), (4, 0.6)])
def test_blasts_are_linked_in_all_tubes_of_a_simulated_specimen(linked, seed, fraction):
    tubes = analysed(seed, fraction=fraction)
    found = linked(*tubes)
    link = candidate(found)
    assert link.population == tubes[0].candidate.population == "blasts"
    assert {"CD19", "CD34", "CD45", "SSC"} <= set(link.backbone)
    assert [row.state for row in link.tubes] == [LinkState.LINKED] * 4
    assert link.of("t1").linked_to == ("t2", "t3", "t4")
    assert found.linked == found.tubes[1:]
    assert found.codes == frozenset()


def test_markers_of_linked_tubes_complete_the_phenotype_and_never_replace_a_call(linked):
    tubes = analysed(1)
    found = linked(*tubes)
    own = tubes[0].candidate
    for marker, call in own.calls.items():
        assert call.truth is None or found.phenotype.calls[marker] == call
    for tube, marker in zip(tubes[1:], ("cyIgM", "TdT", "CD81"), strict=True):
        assert marker not in own.calls
        assert found.phenotype.calls[Marker(marker)] == tube.candidate.calls[Marker(marker)]
    (sentence,) = found.sentences
    assert "TdT" in sentence
    assert "That one cell carries markers of two tubes was not measured." in sentence


def test_one_tube_is_left_as_it_is(linked):
    (tube,) = analysed(1)[:1]
    found = linked(tube)
    assert found.tubes == (tube,)
    assert found.phenotype is tube.candidate
    assert (found.links, found.sentences, found.linked) == ((), (), ())


def test_evidence_of_the_verdict_is_that_of_one_tube(definitions):
    """Coexpression is a statement on cells: no other tube may add to it."""
    tubes = analysed(1)
    result = judge_tubes(SPECIMEN, tubes, definitions)
    alone = [judge_tubes(SPECIMEN, [tube], definitions) for tube in tubes]
    assert any(result.verdict.evidence == one.verdict.evidence for one in alone)
    assert all(
        {m for p in tube.phenotypes for m, c in p.calls.items() if c.n}
        <= {*analysis.gated.cutpoints, Marker("CD45")}
        for tube, analysis in zip(result.tubes, tubes, strict=True)
    )


# --- tubes of two specimens ---


@pytest.fixture(scope="module")
def strangers():
    return analysed(4, fraction=0.6)[0], analysed(7, fraction=0.0)[1]


def test_tubes_of_two_simulated_specimens_are_inconsistent(linked, strangers):
    found = linked(*strangers)
    assert found.codes == {R.TUBES_DISAGREE, R.TUBE_SWAP_SUSPECTED}
    assert found.linked == ()
    assert found.phenotype.calls == strangers[0].candidate.calls
    for tube in found.tubes:
        severity = {f.code: f.severity for f in tube.findings}
        assert severity[R.TUBES_DISAGREE] is Severity.WARNING
        assert severity[R.TUBE_SWAP_SUSPECTED] is Severity.BLOCKING
    text = " ".join(found.sentences)
    assert "Markers of t2 were not used for the blasts" in text
    assert "may be of another specimen" in text
    messages = [f.message for t in found.tubes for f in t.findings if f.code is R.TUBES_DISAGREE]
    assert any("B_precursors of t1" in m and "% of nucleated cells" in m for m in messages)


def test_a_stranger_among_tubes_of_one_specimen_is_the_only_one_named(linked):
    stranger = analysed(7, fraction=0.0)[1]
    one, _, three, four = analysed(4, fraction=0.6)
    found = linked(one, stranger, three, four)
    named = {
        tube.raw.name: {f.code for f in tube.findings} & {R.TUBES_DISAGREE, R.TUBE_SWAP_SUSPECTED}
        for tube in found.tubes
    }
    assert named == {
        "t1": set(),
        "t2": {R.TUBES_DISAGREE, R.TUBE_SWAP_SUSPECTED},
        "t3": set(),
        "t4": set(),
    }
    assert [tube.raw.name for tube in found.linked] == ["t3", "t4"]
    assert "cyIgM" not in found.phenotype.calls


def test_a_marker_of_a_population_at_another_place_is_not_used(linked):
    """A like share alone, which once was enough, does not make two populations one."""
    one, two = analysed(1)[:2]
    decades = two.gated.decades
    values = np.array(decades.values)
    values[two.gated.mask(two.candidate.population), decades.columns[Marker("CD34")]] -= 2
    moved = replace(two, gated=replace(two.gated, decades=replace(decades, values=values)))
    found = linked(one, moved)
    assert candidate(found).of("t2").marker == "CD34"
    assert "cyIgM" not in found.phenotype.calls
    assert "CD34 lies 1." in " ".join(found.sentences)


def test_a_suspected_swap_forbids_a_negative(simulate, template, definitions):
    negative = simulate(15_000, n_events=10_000, artefacts=QUIET).sample
    mrd = definitions.mrd.model_copy(update={"required_lod_percent": 1.0})
    rules = replace(definitions, mrd=mrd)

    def judge(*tubes):
        return classify_specimen(
            Specimen(name="x", tubes=tubes), rules, Comparators(template=template)
        ).verdict

    scatter = negative.events[:, negative.column(Marker("SSC"))]
    low = scatter < np.quantile(scatter, 0.4)
    rows = np.flatnonzero(low | (np.arange(len(low)) % 10 == 0))
    other = replace(events_of(negative, rows), name="few granulocytes")
    assert judge(negative, replace(negative, name="twin")).verdict is V.NO_ABERRANT_B_PRECURSOR
    verdict = judge(negative, other)
    assert verdict.verdict is V.INDETERMINATE
    assert R.TUBE_SWAP_SUSPECTED in verdict.reasons
    assert any("may be of another specimen" in text for text in verdict.limitations)


# --- tubes that cannot be compared ---


def test_a_tube_without_b_markers_is_not_used_and_it_is_said_why(linked, definitions):
    one = analysed(1)[0]
    blind = one.gated.sample
    channels = tuple(
        replace(c, marker=None) if c.marker in {"CD19", "CD10", "CD20"} else c
        for c in blind.channels
    )
    other = analyse_tube(
        replace(blind, channels=channels, name="blind"), SPECIMEN, definitions, None
    )
    found = linked(one, other)
    assert found.linked == ()
    assert (
        "Markers of blind were not used for the blasts: the markers of the tube do not tell"
        in (" ".join(found.sentences))
    )


@pytest.mark.parametrize("place", [0, 1])
def test_cd20_of_another_tube_does_not_need_to_be_in_the_deciding_one(definitions, place):
    tubes = analysed(5, tubes=DX[:2], archetype="burkitt_BIV", fraction=0.5)
    ordered = tubes if place == 0 else tubes[::-1]
    result = judge_tubes(SPECIMEN, ordered, definitions)
    assert result.verdict.verdict in {V.NOT_B_PRECURSOR_BLASTS, V.SUSPICIOUS, V.INDETERMINATE}


def test_tubes_of_one_name_are_told_apart(linked):
    assert tube_names(["a", "b", "a"]) == ["a (1)", "b", "a (3)"]
    tubes = [replace(tube, raw=replace(tube.raw, name="tube")) for tube in analysed(1)[:2]]
    found = linked(*tubes)
    assert [row.tube for row in candidate(found).tubes] == ["tube (1)", "tube (2)"]


# --- what is written ---


def without_plots(result):
    return replace(result, tubes=tuple(replace(tube, plots=()) for tube in result.tubes))


@pytest.fixture(scope="module")
def run(definitions):
    several = judge_tubes(SPECIMEN, analysed(1), definitions)
    single = judge_tubes(replace(SPECIMEN, name="single"), analysed(1)[:1], definitions)
    return make_run([several, single], definitions, simulated=True)


def test_links_are_read_back_as_they_were_written(run, tmp_path):
    write_results(run, tmp_path)
    back = read_results(tmp_path)
    assert link_table(back).equals(link_table(run))
    assert back.specimens[0].links[0] == run.specimens[0].links[0]
    assert back.specimens[1].links == ()
    table = pd.read_csv(tmp_path / "links.csv")
    assert set(table["specimen"]) == {"x"}
    blasts = table[table["population"] == "blasts"]
    assert list(blasts["linked"]) == ["linked"] * 4
    assert list(blasts["n"]) == [row.n for row in run.specimens[0].links[0].tubes]
    assert (blasts["low"] < blasts["percent_of_nucleated"]).all()
    assert (blasts["percent_of_nucleated"] < blasts["high"]).all()


def test_a_population_a_tube_does_not_tell_has_no_count(linked, run, definitions):
    tubes = analysed(1)[:2]
    gated = tubes[1].gated
    kept = {n: p for n, p in gated.populations.items() if n == "lymphocytes"}
    blind = replace(tubes[1], gated=replace(gated, populations=kept))
    found = linked(tubes[0], blind)
    result = replace(run.specimens[0], links=found.links)
    table = link_table(make_run([result], definitions, simulated=True))
    row = table[(table["population"] == "blasts") & (table["tube"] == "t2")].iloc[0]
    assert pd.isna(row["n"])
    assert pd.isna(row["percent_of_nucleated"])
    assert row["linked"] == "not_comparable"


def test_the_page_shows_tubes_beside_each_other_only_where_there_are_several(run):
    texts = load_verdict_texts(None)
    several, single = (specimen_page(without_plots(s), run, texts) for s in run.specimens)
    assert "Tubes beside each other" in several
    assert "that one cell carries markers of two tubes is never measured" in several
    assert "Tubes beside each other" not in single


def test_the_page_says_what_does_not_fit(strangers, definitions):
    result = judge_tubes(SPECIMEN, strangers, definitions)
    run = make_run([result], definitions, simulated=True)
    page = specimen_page(without_plots(result), run, load_verdict_texts(None))
    assert "<strong>inconsistent</strong>" in page
    assert "TUBE_SWAP_SUSPECTED" in page


# --- one real specimen of seven tubes that share CD45 and scatter ---


@pytest.fixture(scope="module")
def seven(data_dir, definitions):
    folder = data_dir / "clinical_multitube"
    if not folder.is_dir():
        pytest.skip("the seven tubes are not here")
    return tuple(
        analyse_tube(
            read_sample(path, scale=LogChannels(), name=f"tube {number}"),
            SPECIMEN,
            definitions,
            None,
        )
        for number, path in enumerate(sorted(folder.glob("*.csv.gz")), start=1)
    )


def test_lymphocytes_and_red_cells_of_seven_real_tubes_agree(linked, seven):
    found = linked(*seven)
    links = {link.population: link for link in found.links}
    link = links["lymphocytes"]
    assert link.backbone == (Marker("CD45"), Marker("FSC"), Marker("SSC"))
    assert {row.state for row in link.tubes} == {LinkState.LINKED}
    shares = [row.percent.estimate for row in link.tubes]
    assert max(shares) < 1.5 * min(shares)
    assert R.TUBE_SWAP_SUSPECTED not in found.codes
