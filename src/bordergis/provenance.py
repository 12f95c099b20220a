"""Where a layer comes from and what was done to it.

Provenance is a small record in ``layer.attrs`` made of plain text, so that it survives copies, slices and a round trip through
GeoParquet. Every public function of bordergis that returns a layer ends with :func:`inherit`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

__all__ = ["Provenance", "attach", "inherit", "of"]

_KEY = "bordergis"

Layer = TypeVar("Layer", bound="pd.DataFrame | pd.Series")


@dataclass(frozen=True, slots=True)
class Provenance:
    """The origin of a layer: sources, steps and notes, each once, in the order they came.

    Attributes
    ----------
    sources
        ``source_id`` of every source, as in the registry.
    steps
        What was done, in words with the parameters: ``"exclusion_zones(rules=acled-by-type, as_of=2026-01-14)"``.
    notes
        What a reader must know beside the numbers: counts left out, coarse positions, warnings.
    """

    sources: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def merge(self, *others: Provenance) -> Provenance:
        """Join several origins; nothing is repeated and the order of first mention is kept.

        Examples
        --------
        >>> Provenance(sources=("osm",)).merge(Provenance(sources=("osm", "geonames"))).sources
        ('osm', 'geonames')
        """
        parts = (self, *others)
        return Provenance(
            sources=_once(part.sources for part in parts),
            steps=_once(part.steps for part in parts),
            notes=_once(part.notes for part in parts),
        )


def of(layer: pd.DataFrame | pd.Series) -> Provenance:
    """Read the origin of a layer; empty for a layer bordergis has not seen."""
    record = layer.attrs.get(_KEY, {})
    return Provenance(**{name: tuple(record.get(name, ())) for name in ("sources", "steps", "notes")})


def attach(layer: Layer, provenance: Provenance) -> Layer:
    """Write the origin on a fresh result (the one place where ``attrs`` is set)."""
    layer.attrs[_KEY] = {
        "sources": list(provenance.sources),
        "steps": list(provenance.steps),
        "notes": list(provenance.notes),
    }
    return layer


def inherit(result: Layer, *inputs: pd.DataFrame | pd.Series, step: str, sources: Iterable[str] = (), notes: Iterable[str] = ()) -> Layer:
    """Give a result the joined origin of its inputs, and say what was done.

    Parameters
    ----------
    result
        The fresh layer or measure, changed only in its ``attrs``.
    *inputs
        The layers it was made from.
    step
        What was done, with its parameters.
    sources
        Sources beside those of the inputs, such as the citation of a rule.
    notes
        What a reader must know beside the result.

    Returns
    -------
    The same ``result``.

    Examples
    --------
    >>> import pandas as pd
    >>> raw = attach(pd.DataFrame({"n": [1]}), Provenance(sources=("geonames",)))
    >>> of(inherit(raw * 2, raw, step="doubled"))
    Provenance(sources=('geonames',), steps=('doubled',), notes=())
    """
    origin = Provenance().merge(*(of(layer) for layer in inputs))
    return attach(result, origin.merge(Provenance(tuple(sources), (step,), tuple(notes))))


def _once(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(parts)))
