"""Percentages of a case as a series: what was not assessed is neither negative nor zero."""

import math

from flowpheno.case import judge_case
from flowpheno.panel.case import Case, load_case_limits
from flowpheno.plotdata import mrd_series


def test_each_specimen_is_a_point_with_its_limit():
    stated = {"by": "report", "blast_percent": 41.0, "verdict": "CONFIRMED_BCP_ALL"}
    common = {"material": "bone_marrow"}
    specimens = [
        {"id": "A", "order": 0, "flow": "not_performed", "date": "2020-01-02", **common},
        {"id": "B", "order": 1, "flow": "performed", "verdict": stated, **common},
    ]
    described = {"patient": "P", "diagnosis": "x", "known_bcp_all": True, "specimens": specimens}
    case = judge_case(Case.model_validate(described), {}, limits=load_case_limits())
    series = mrd_series(case, thresholds=((0.01, "0.01 %"),))
    points = {point.name: point for point in series.points}
    assert points["A"].negative is None
    assert points["A"].when == "2020-01-02"
    assert math.isnan(points["A"].percent.estimate)
    assert points["B"].negative is False
    assert (points["B"].percent.estimate, points["B"].when) == (41.0, "step 2")
    assert series.thresholds == ((0.01, "0.01 %"),)
