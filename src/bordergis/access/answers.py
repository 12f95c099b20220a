"""Inaccessible villages: inside a zone, cut off, reported, unknown.

Separate answers that are never merged without their parts. **Unknown is the default**: a village is ``reachable`` only where somebody
reports it so and nothing says otherwise; a mapped road says nothing of the ground.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bordergis.access.conditions import open_roads
from bordergis.access.deciding import load_access_decisions
from bordergis.access.inside import answer_zones
from bordergis.access.reported import answer_reports, known_reports
from bordergis.access.result import InaccessibleVillages
from bordergis.access.routes import answer_routes
from bordergis.provenance import inherit
from bordergis.schema import VILLAGES

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd

    from bordergis.access.conditions import RoadConditions

__all__ = ["inaccessible_villages"]


def inaccessible_villages(  # noqa: PLR0913  one layer of evidence each
    villages: gpd.GeoDataFrame,
    *,
    zones: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | RoadConditions | None = None,
    closures: gpd.GeoDataFrame | None = None,
    targets: gpd.GeoDataFrame | None = None,
    reports: pd.DataFrame | None = None,
    as_of: dt.date | str | None = None,
) -> InaccessibleVillages:
    """Answer, for each village: is it in a zone, is it cut off and from what, what is reported of it, and what follows.

    Four answers that stand side by side; the status is made of them by a table that you may replace
    (:func:`bordergis.load_access_decisions`). "Certainly" counts the precision of the incidents, of the closures, **and** of the
    village's own point: a village known to 1 km is certainly in a zone only where it lies more than 1 km inside the rim. It is
    certainly cut off only where it is so on every mapped road within that kilometre. Where the precision is not stated nothing is certain.

    Parameters
    ----------
    villages
        Villages (:data:`bordergis.schema.VILLAGES`).
    zones
        Zones in force (:func:`bordergis.exclusion_zones`). They also block the roads inside them.
    roads
        Roads (:data:`bordergis.schema.ROADS`), a network built of them (:func:`bordergis.build_network`), or either with the border,
        checkpoints and obstacles that bear on it (:class:`bordergis.RoadConditions`). Without roads ``cut_off`` is ``not_computed``.
    closures
        Closures (:data:`bordergis.schema.CLOSURES`); those in force on ``as_of`` count.
    targets
        The named target sets (:data:`bordergis.schema.TARGETS`, :func:`bordergis.target_sets`); needed with roads.
    reports
        What is reported of single villages (:data:`bordergis.schema.ACCESS_REPORTS`); of each author's reports on a village the latest
        day up to ``as_of`` counts. Authors who differ stand side by side. A report does not expire: its date stands in the reasons.
    as_of
        The date, local; needed with reports and with closures, for one of a later day must not count.

    Returns
    -------
    InaccessibleVillages
        Its ``table`` holds the villages, on their index, with every answer in columns of its own; ``routes`` the answer to each target
        set, ``reports`` every report.

    Raises
    ------
    SchemaError
        If a layer breaks its contract, a report names a village that is not in the layer, reports or closures come without a date, or
        roads come without targets.

    Examples
    --------
    >>> import bordergis as bg
    >>> situation = bg.load("2026-01-14")
    >>> zones = bg.exclusion_zones(situation.incidents, as_of=situation.date)
    >>> access = bg.inaccessible_villages(situation.villages, zones=zones).table.set_index("place_id")
    >>> access.loc["ban-nong-samet", ["in_zone", "cut_off", "reported", "status"]].to_list()
    ['definite', 'not_computed', 'missing', 'inaccessible']
    """
    VILLAGES.validate(villages)
    rows = villages.set_axis(pd.RangeIndex(len(villages)))  # labels of the caller may repeat
    known = known_reports(rows, reports, as_of)
    state = open_roads(rows, roads, zones=zones, closures=closures, targets=targets, as_of=as_of)
    table = rows.join(answer_zones(rows, zones)).join(answer_reports(rows, known)).set_axis(villages.index)
    given = [layer for layer in (zones, getattr(roads, "roads", roads), closures, targets, reports) if isinstance(layer, pd.DataFrame)]
    return InaccessibleVillages(
        table=inherit(table, villages, *given, step="inaccessible_villages()"),
        routes=answer_routes(rows, state),
        reports=known,
        as_of=None if as_of is None else pd.Timestamp(as_of).date(),
        zones=zones,
        state=state,
        decisions=load_access_decisions(),
    ).decided()
