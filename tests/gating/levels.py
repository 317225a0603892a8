"""Tubes for tests of levels: decades, anchors and cut points given by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from flowpheno.gating.anchor import Anchors
from flowpheno.gating.cutpoint import CutMethod, Cutpoint
from flowpheno.gating.decades import Decades
from flowpheno.gating.definition import Level, PopulationDefinitions
from flowpheno.gating.landmark import Landmarks
from flowpheno.gating.spread import Spread
from flowpheno.marker import Marker
from flowpheno.panel.definitions import load_definitions
from flowpheno.transform.asinh import Asinh

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from flowpheno.gating.definition import PopulationDefinition
    from flowpheno.gating.membership import Membership

COFACTOR = 150.0


def cut(marker: str, at: float = 1.0, *, reach: float = 0.1, control: float = 0.0) -> Cutpoint:
    """A cut point whose control ends half a decade below it."""
    return Cutpoint(
        marker=Marker(marker),
        decade=at,
        linear=float(COFACTOR * np.sinh(at * np.log(10))),
        control="T",
        method=CutMethod.VALLEY,
        control_median=control,
        control_end=at - 0.5,
        interval=(at - reach, at + reach),
    )


def invented(
    columns: Mapping[str, npt.ArrayLike],
    levels: Mapping[str, Mapping[str, Level]],
    populations: Sequence[PopulationDefinition] = (),
    *,
    cuts: Sequence[Cutpoint] = (),
    lymphocytes: npt.ArrayLike | None = None,
    border: float = 1.0,
    blank: Sequence[str] = (),
    spread: Spread | None = None,
    **limits: Any,
) -> Landmarks:
    """Make a tube of columns in decades; `lymphocytes` are all events unless said otherwise."""
    values = np.column_stack([np.asarray(v, np.float32) for v in columns.values()])
    everything = np.ones(len(values), bool)
    home = everything if lymphocytes is None else np.asarray(lymphocytes, bool)
    stained = [Marker(m) for m in columns if m not in {"SSC", "FSC"}]
    return Landmarks(
        decades=Decades(
            values=values,
            columns={Marker(m): n for n, m in enumerate(columns)},
            transforms={m: Asinh(COFACTOR) for m in stained},
            relative=False,
        ),
        anchors=Anchors(
            cluster=np.zeros(len(values), np.int32),
            medians=np.zeros((1, values.shape[1])),
            sizes=np.array([len(values)]),
            lymphocytes=home,
            granulocytes=~everything,
            low_scatter=everything,
            scatter_border=border,
        ),
        cutpoints={c.marker: c for c in cuts},
        spread=spread or Spread(),
        definitions=PopulationDefinitions(
            source="test", levels=levels, populations=tuple(populations)
        ),
        limits=replace(load_definitions().gating, **{"landmark_error": 0.05, **limits}),
        blank=frozenset(map(Marker, blank)),
    )


def degrees(member: Membership) -> list[int]:
    """Tell of each event: 0 no member, 1 possible, 2 member, 3 certain."""
    assert not (member.certain & ~member.mask).any()
    assert not (member.mask & ~member.possible).any()
    sums = member.certain.astype(int) + member.mask.astype(int) + member.possible.astype(int)
    return [int(n) for n in sums]
