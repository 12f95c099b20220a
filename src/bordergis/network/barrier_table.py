"""What a table of barriers holds, and what it must hold to fit a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.errors import SchemaError

if TYPE_CHECKING:
    from bordergis.network.graph import RoadNetwork

__all__ = ["BARRIER_COLUMNS", "no_barriers", "require_barriers"]

BARRIER_COLUMNS = {
    "edge": "int64", "from_m": "float64", "to_m": "float64", "barrier_id": "str", "kind": "str", "certainty": "str", "factor": "float64",
    "candidate": "int64",
}  # fmt: skip
"""What a table of barriers holds, in this order. ``kind``: closure, zone, checkpoint or obstacle. ``certainty``: definite or possible.
``factor``: how many times as long the stretch takes; infinite where nothing passes. ``candidate``: which of the alternative positions of
one barrier, from 0."""


def no_barriers() -> pd.DataFrame:
    """Give a table of barriers without rows.

    Examples
    --------
    >>> list(no_barriers())[:3]
    ['edge', 'from_m', 'to_m']
    """
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in BARRIER_COLUMNS.items()})


def require_barriers(barriers: pd.DataFrame, network: RoadNetwork) -> None:
    """Refuse barriers that do not fit the network.

    Raises
    ------
    SchemaError
        If a column is missing, an edge is not in the network, a stretch is not on its edge, or a factor is less than one.
    """
    missing = [name for name in BARRIER_COLUMNS if name not in barriers]
    if missing:
        raise SchemaError(f"barriers: the columns {', '.join(missing)} are missing; make them with the functions of network.barriers.")
    edge = barriers["edge"].to_numpy(dtype=np.int64)
    strange = (edge < 0) | (edge >= len(network.edges))
    if strange.any():
        raise SchemaError(
            f"barriers: {int(strange.sum())} of {len(edge)} rows speak of edges that the network does not have (first: "
            f"{edge[strange][0]}, of {len(network.edges)}); make them on the network they are used with."
        )
    low, high, factor = (barriers[name].to_numpy(dtype=float) for name in ("from_m", "to_m", "factor"))
    bad = ~((low >= 0) & (low <= high) & (high <= network.lengths_m[edge] + 1e-6) & (factor >= 1))
    if bad.any():
        row = barriers.iloc[int(np.flatnonzero(bad)[0])]
        raise SchemaError(
            f"barriers: {int(bad.sum())} of {len(edge)} rows are no stretch of their edge, or make it faster (first: edge {row['edge']}, "
            f"{row['from_m']:g} to {row['to_m']:g} m, factor {row['factor']:g}); expected 0 <= from_m <= to_m <= its length, factor >= 1."
        )
