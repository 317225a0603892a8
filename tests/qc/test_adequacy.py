"""The specimen: cells enough, a flow that cells stand, an age that dates tell."""

from dataclasses import replace

import numpy as np
import pytest

from flowpheno.finding import ReasonCode as R
from flowpheno.finding import Severity
from flowpheno.qc.adequacy import check_adequacy, check_age
from flowpheno.specimen import Specimen

N = 3000


def _tube(qc_tube, per_tick=1.0, timestep="0.001", n=N):
    columns = {"CD19": np.zeros(n), "Time": np.arange(n) / per_tick}
    keywords = {} if timestep is None else {"$TIMESTEP": timestep}
    return replace(qc_tube(columns=columns), keywords=keywords)


def _found(tube, limits, n_cells=N):
    cells = np.arange(tube.n_events) < n_cells
    return check_adequacy(tube, cells, limits.adequacy)


def test_an_adequate_tube_has_its_rate_noted(qc_tube, qc_limits):
    (said,) = _found(_tube(qc_tube), qc_limits)
    assert said.severity is Severity.NOTE
    assert said.message == "1000 events a second"


@pytest.mark.parametrize(
    ("per_tick", "severity"), [(10.0, Severity.NOTE), (10.1, Severity.WARNING)]
)
def test_a_flow_too_fast_is_a_warning(qc_tube, qc_limits, per_tick, severity):
    (said,) = _found(_tube(qc_tube, per_tick), qc_limits)
    assert said.severity is severity
    assert said.value == pytest.approx(1000 * per_tick)


@pytest.mark.parametrize("timestep", [None, "", "xxxxxxxxx", "0", "-1", "nan", "inf"])
def test_without_a_time_step_there_is_no_rate(qc_tube, qc_limits, timestep):
    (said,) = _found(_tube(qc_tube, timestep=timestep), qc_limits)
    assert (said.code, said.severity) == (R.QC_STEP_NOT_POSSIBLE, Severity.NOTE)
    assert "$TIMESTEP is not known" in said.message


def test_a_clock_that_stands_has_no_rate(qc_tube, qc_limits):
    (said,) = _found(_tube(qc_tube, per_tick=np.inf), qc_limits)
    assert "Time does not advance" in said.message


@pytest.mark.parametrize(("n_cells", "few"), [(499, True), (500, False)])
def test_too_few_cells_are_said(qc_tube, qc_limits, n_cells, few):
    codes = [f.code for f in _found(_tube(qc_tube, n=1000), qc_limits, n_cells)]
    assert (R.TOO_FEW_EVENTS in codes) == few


@pytest.mark.parametrize(("n_cells", "necrotic"), [(599, True), (600, False)])
def test_hardly_any_cell_among_the_events_is_said(qc_tube, qc_limits, n_cells, necrotic):
    codes = [f.code for f in _found(_tube(qc_tube), qc_limits, n_cells)]
    assert (R.CLOTTED_OR_NECROTIC in codes) == necrotic


@pytest.mark.parametrize("n", [0, 1])
def test_no_event_and_one_are_too_few(qc_tube, qc_limits, n):
    assert [f.code for f in _found(_tube(qc_tube, n=n), qc_limits)] == [R.TOO_FEW_EVENTS]


@pytest.mark.parametrize(
    ("taken", "keywords", "code"),
    [
        ("2020-03-02", {"$DATE": "02-MAR-2020"}, None),
        ("2020-03-02", {"$DATE": "05-MAR-2020", "$BTIM": "23:00:00"}, None),  # 48 h, or 95 h
        ("2020-03-02", {"$DATE": "06-MAR-2020", "$BTIM": "00:10:00"}, R.SAMPLE_AGE_GT_72H),
        ("2020-03-02T10:00", {"$BEGINDATETIME": "2020-04-06T10:00:00"}, R.SAMPLE_AGE_GT_72H),
        ("2020-03-02", {"$DATE": "01-MAR-2020"}, R.SOURCE_CONFLICT),
        ("2020-03-02", {"$DATE": "06-MAR-20"}, None),
        ("2020-03-02", {}, None),
        ("", {"$DATE": "06-MAR-2020"}, None),
        ("March", {"$DATE": "06-MAR-2020"}, None),
    ],
)
def test_the_age_is_judged_where_both_dates_are_known(qc_tube, qc_limits, taken, keywords, code):
    tube = replace(_tube(qc_tube), keywords=keywords)
    found = check_age(tube, Specimen(name="x", tubes=(tube,), date=taken), qc_limits.adequacy)
    assert [f.code for f in found] == ([] if code is None else [code])
    for finding in found:
        assert finding.severity is Severity.WARNING
        assert "2020" not in finding.message
        assert "MAR" not in finding.message.upper()
