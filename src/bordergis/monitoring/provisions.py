"""Points of agreements that somebody says an incident concerns: a statement with its author, never a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bordergis.errors import SchemaError
from bordergis.provenance import inherit
from bordergis.schema import INCIDENTS, PROVISION_LINKS, PROVISIONS

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["concerns_provision"]


def concerns_provision(incidents: gpd.GeoDataFrame, provisions: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Put beside each other what was reported, the point that somebody says it concerns, who says so, and the denial.

    Parameters
    ----------
    incidents
        Incidents (:data:`bordergis.schema.INCIDENTS`).
    provisions
        Points of the agreements (:data:`bordergis.schema.PROVISIONS`).
    links
        Who says that which incident concerns which point (:data:`bordergis.schema.PROVISION_LINKS`).

    Returns
    -------
    pandas.DataFrame
        On the index of ``links``: ``incident_id``, ``date_start``, ``reported_by``, ``counter_claim``, ``provision_id``,
        ``instrument``, ``paraphrase``, ``said_by``, ``source_id``, ``source_url`` and ``words``.

    Raises
    ------
    SchemaError
        If a layer breaks its contract, or a link names an incident or a point that is not there.

    Examples
    --------
    >>> import bordergis as bg
    >>> said = {"incident_id": ["KT097"], "provision_id": ["js-2025-12-27-ceasefire"], "said_by": ["an author"]}  # made up
    >>> bg.concerns_provision(bg.load_incidents(), bg.load_provisions(), pd.DataFrame(said))["words"].item()
    'concerns js-2025-12-27-ceasefire according to an author; otherwise: Cambodia rejects as false'
    """
    INCIDENTS.validate(incidents)
    PROVISIONS.validate(provisions)
    PROVISION_LINKS.validate(links)
    _require_known(links, "incident_id", incidents)
    _require_known(links, "provision_id", provisions)

    told = incidents.reindex(columns=["incident_id", "date_start", "reported_by", "counter_claim"])
    points = provisions[["provision_id", "instrument", "paraphrase"]]
    kept = links.reindex(columns=["incident_id", "provision_id", "said_by", "source_id", "source_url"])
    table = kept.merge(pd.DataFrame(told), on="incident_id", how="left").merge(points, on="provision_id", how="left")
    denial = ("; otherwise: " + table["counter_claim"].astype("str")).where(table["counter_claim"].notna(), "")
    table["words"] = "concerns " + table["provision_id"] + " according to " + table["said_by"] + denial
    note = "That an incident concerns a point of an agreement is what the named author says; it is no finding."
    return inherit(table.set_axis(links.index), incidents, provisions, links, step="concerns_provision()", notes=[note])


def _require_known(links: pd.DataFrame, column: str, layer: pd.DataFrame) -> None:
    unknown = sorted(set(links[column]) - set(layer[column]))
    if unknown:
        raise SchemaError(f"provision links: {column} {', '.join(unknown)} is not in the layer; complete the layer or drop the links.")
