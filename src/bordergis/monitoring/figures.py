"""Published figures: competing ones side by side, series, and sums that refuse what must not be added."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from bordergis import datasets
from bordergis.datasets import require_known
from bordergis.datasets.columns import local_day
from bordergis.errors import SchemaError, UnitError, UnknownNameError
from bordergis.provenance import inherit
from bordergis.schema import FIGURES, INDICATORS
from bordergis.schema.qualifiers import ABOUT, ABOVE, BELOW

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

__all__ = ["FigureSum", "Figures", "Spread", "published_figures"]

COUNTRY_CODES = {"KHM": "KH", "THA": "TH"}
"""How the P-codes inside a country begin; those inside any other unit begin with its own."""

ACROSS = ("author", "date", "indicator")
"""What the figures of a sum may differ in, if asked to."""


@dataclass(frozen=True, eq=False)
class Spread:
    """The figures published for one place and time, none of them preferred.

    Attributes
    ----------
    table
        The figures of the indicator asked for, with their definition, author and source.
    related
        Figures of indicators that overlap with it: other definitions, so they are in no spread.
    low, high
        The lowest and the highest published number; missing if there is none.
    open_below, open_above
        Whether an author says that the number may be lower (``nearly``, ``about``) or higher (``more than``, ``about``) than the one
        published.
    """

    table: pd.DataFrame
    related: pd.DataFrame
    low: float
    high: float
    open_below: bool
    open_above: bool

    @property
    def n(self) -> int:
        """The number of figures."""
        return len(self.table)

    @property
    def authors(self) -> tuple[str, ...]:
        """Who published them, in alphabetical order."""
        return tuple(sorted(set(self.table["author"])))


@dataclass(frozen=True, eq=False)
class FigureSum:
    """A sum of figures, with what it is a sum of.

    Attributes
    ----------
    value, low, high
        The sum of the published numbers, and of the lower and upper ends of their ranges.
    open_below, open_above
        Whether a qualifier says that the true number may be lower or higher.
    unit
        Its unit.
    table
        The figures added, with author and source.
    """

    value: float
    low: float
    high: float
    open_below: bool
    open_above: bool
    unit: str
    table: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Figures:
    """Published figures and what they mean; made by :func:`bordergis.published_figures`.

    Attributes
    ----------
    layer
        The figures (:data:`bordergis.schema.FIGURES`), with the ``definition`` of their indicator.
    indicators
        The indicators (:data:`bordergis.schema.INDICATORS`).
    """

    layer: pd.DataFrame
    indicators: pd.DataFrame

    def at(self, date: dt.date | str, indicator: str, place: str, *, days: int = 0) -> Spread:
        """Give every figure of an indicator for a place and date, with the spread; nothing is averaged or preferred.

        Parameters
        ----------
        date
            The date the figures speak of.
        indicator
            What is counted.
        place
            Name or P-code of the place; a place inside it is another place.
        days
            How many days before and after the date count as well. A figure known only to a month counts in the whole of it.

        Returns
        -------
        Spread
            The figures, and those of overlapping indicators beside them.

        Raises
        ------
        UnknownNameError
            If no figure speaks of the indicator or place, or the name is that of several places.

        Examples
        --------
        >>> import bordergis as bg
        >>> found = bg.published_figures().at("2026-01-01", "displaced_people", "KHM")
        >>> found.low, found.high, found.authors
        (409149.0, 512263.0, ('Ministry of Interior (KHM)', 'NCDM (KHM)'))
        """
        require_known("indicator", indicator, set(self.indicators["indicator"]))
        day = local_day(date)
        near = self.layer[self._is_place(place) & _is_near(self.layer, pd.Timestamp(day), pd.Timedelta(days=days))]
        table = self._of(near, [indicator], f"at({day}, {indicator}, {place})")
        return Spread(table, self._of(near, self.overlaps(indicator), f"related to {indicator}"), *_ends(table))

    def series(self, indicator: str, place: str) -> pd.DataFrame:
        """Give all figures of an indicator for a place in the order of their dates: a line for each author, never joined.

        Parameters
        ----------
        indicator
            What is counted.
        place
            Name or P-code of the place.

        Returns
        -------
        pandas.DataFrame
            Figures with their definition, author and source.

        Raises
        ------
        UnknownNameError
            If no figure speaks of the indicator or place.

        Examples
        --------
        >>> import bordergis as bg
        >>> camps = bg.published_figures().series("in_displacement_camps", "KHM")
        >>> camps["value"].to_list()
        [150146.0, 127519.0, 116779.0, 112000.0, 74139.0]
        """
        require_known("indicator", indicator, set(self.indicators["indicator"]))
        return self._of(self.layer[self._is_place(place)], [indicator], f"series({indicator}, {place})")

    def sum(self, chosen: pd.DataFrame, *, across: Collection[str] = ()) -> FigureSum:
        """Add figures that may be added, and refuse the others with the reason.

        Parameters
        ----------
        chosen
            Rows of the figures, such as those of one indicator and date by province.
        across
            What they may differ in: ``author``, ``date``, ``indicator``. By default nothing but the place.

        Returns
        -------
        FigureSum
            The sum, its range, and the figures it is of.

        Raises
        ------
        UnitError
            If their units differ.
        SchemaError
            If there is none, a number is missing, two count the same people or things (overlapping indicators, a place inside another,
            competing figures for one place), a place has no P-code to tell, or they differ in what ``across`` does not name.

        Examples
        --------
        >>> import bordergis as bg
        >>> figures = bg.published_figures()
        >>> of_day = figures.layer[figures.layer["as_of"] == "2026-01-14"]
        >>> figures.sum(of_day[of_day["indicator"] == "schools_closed"]).value
        74.0
        """
        for name in across:
            require_known("difference between figures", name, ACROSS)
        _require_numbers(chosen)
        self._require_apart(chosen)
        _require_same(chosen, across)
        table = inherit(chosen.copy(), self.layer, step=f"sum({', '.join(chosen['figure_id'])})")
        return FigureSum(float(chosen["value"].sum()), *_ends(chosen, total=True), str(chosen["unit"].iloc[0]), table)

    def overlaps(self, indicator: str) -> list[str]:
        """Name the indicators that may count the same people or things, whichever of the two definitions says so."""
        told = self.indicators.set_index("indicator")["overlaps_with"].dropna().str.split("|")
        own = told.get(indicator, [])
        return [*own, *(str(name) for name, others in told.items() if indicator in others and name not in own)]

    def _of(self, rows: pd.DataFrame, indicators: Collection[str], step: str) -> pd.DataFrame:
        kept = rows[rows["indicator"].isin(indicators)]
        ordered = kept.sort_values(["as_of", "indicator", "author", "figure_id"], kind="stable")
        return inherit(ordered.copy(), self.layer, step=step)

    def _is_place(self, place: str) -> pd.Series:
        """Tell the rows of a place, named or by its P-code; another spelling with the same code is the same place."""
        named = (self.layer["place"] == place) | (self.layer["place_pcode"] == place).fillna(value=False)
        if not named.any():
            known = sorted(set(self.layer["place"]) | set(self.layer["place_pcode"].dropna()))
            raise UnknownNameError(f"No figure speaks of the place {place!r}; known: {', '.join(known)}.")
        codes = self.layer.loc[named, "place_pcode"].dropna().unique()
        if len(codes) > 1:
            raise UnknownNameError(f"The place {place!r} may be {' or '.join(sorted(codes))}; ask by one of these codes.")
        return named | self.layer["place_pcode"].isin(codes)

    def _require_apart(self, chosen: pd.DataFrame) -> None:
        """Refuse figures that may count the same people or things."""
        for one, other in itertools.combinations(sorted(set(chosen["indicator"])), 2):
            if other in self.overlaps(one):
                raise SchemaError(f"{one} and {other} overlap, so they must not be added: the same people or things may be in both.")
        twice = pd.DataFrame({"indicator": chosen["indicator"], "place": _places(chosen)}).duplicated(keep=False)
        if twice.any():
            ids = ", ".join(chosen.loc[twice, "figure_id"])
            raise SchemaError(f"{ids} are competing or repeated figures for one indicator and place; choose one of them, or use `at`.")
        _require_places_apart(chosen)


def published_figures(layer: pd.DataFrame | None = None, *, indicators: pd.DataFrame | None = None) -> Figures:
    """Open published figures with what they mean.

    Parameters
    ----------
    layer
        Figures (:data:`bordergis.schema.FIGURES`); by default the embedded ones.
    indicators
        Indicators (:data:`bordergis.schema.INDICATORS`); by default the embedded ones.

    Returns
    -------
    Figures
        What can be asked of them: ``at``, ``series``, ``sum``.

    Raises
    ------
    SchemaError
        If a table breaks its contract, or a figure has an indicator that is not defined, or another unit than its definition.

    Examples
    --------
    >>> import bordergis as bg
    >>> bg.published_figures().at("2026-01-14", "villages_inaccessible", "Oddar Meanchey").high
    84.0
    """
    layer = datasets.load_figures() if layer is None else layer
    indicators = datasets.load_indicators() if indicators is None else indicators
    FIGURES.validate(layer)
    INDICATORS.validate(indicators)
    meaning = indicators.set_index("indicator")
    unit, told = layer["indicator"].map(meaning["unit"]), layer["indicator"].map(meaning["definition"])
    wrong = unit.isna() | (unit != layer["unit"])
    if wrong.any():
        faults = "; ".join(f"{row.figure_id}: {row.indicator} in {row.unit}" for row in layer[wrong].itertuples())
        raise SchemaError(f"figures: indicator not defined, or not in this unit: {faults}. Mend them, or bring `indicators=`.")
    codes = layer.get("place_pcode", pd.Series(pd.NA, layer.index, dtype="str"))
    table = layer.assign(place_pcode=codes, definition=told)
    return Figures(inherit(table, layer, indicators, step="published_figures()"), indicators)


def _is_near(layer: pd.DataFrame, date: pd.Timestamp, days: pd.Timedelta) -> pd.Series:
    month = layer["as_of"].dt.to_period("M").dt
    by_month = layer["as_of_precision"] == "month"
    first = layer["as_of"].mask(by_month, month.start_time)
    last = layer["as_of"].mask(by_month, month.end_time)
    return (first <= date + days) & (last >= date - days)


def _ends(table: pd.DataFrame, *, total: bool = False) -> tuple[float, float, bool, bool]:
    """Give the lowest and highest number (or the sum of both ends), and whether the truth is said to be below or above."""
    low, high = (table[end].fillna(table["value"]) for end in ("value_low", "value_high"))
    ends = (low.sum(), high.sum()) if total else (low.min(), high.max())
    below, above = (bool(table["qualifier"].isin([*ABOUT, *words]).any()) for words in (BELOW, ABOVE))
    return float(ends[0]), float(ends[1]), below, above


def _require_numbers(chosen: pd.DataFrame) -> None:
    if chosen.empty:
        raise SchemaError("There is no figure to add.")
    units = sorted(set(chosen["unit"]))
    if len(units) > 1:
        raise UnitError(f"The figures are in different units: {', '.join(units)}; add those of one unit.")
    if chosen["value"].isna().any():
        raise SchemaError(f"{', '.join(chosen.loc[chosen['value'].isna(), 'figure_id'])}: no number is published; a sum needs every part.")


def _require_same(chosen: pd.DataFrame, across: Collection[str]) -> None:
    for name, column in zip(ACROSS, ("author", "as_of", "indicator"), strict=True):
        values = sorted(set(chosen[column].astype("str")))
        if len(values) > 1 and name not in across:
            raise SchemaError(f"The figures differ in {name}: {', '.join(values)}. If that is meant, say `across=({name!r},)`.")


def _places(chosen: pd.DataFrame) -> pd.Series:
    """Tell places apart by their code, which two spellings share, or else by name."""
    return chosen["place_pcode"].fillna(chosen["place"])


def _require_places_apart(chosen: pd.DataFrame) -> None:
    """Refuse places that lie inside each other, or that have no P-code by which to tell."""
    places = chosen[~_places(chosen).duplicated()]
    if len(places) == 1:
        return
    unknown = places.loc[places["place_pcode"].isna(), "place"]
    if len(unknown):
        raise SchemaError(
            f"{', '.join(unknown)}: without a P-code nothing says whether the places overlap; give `place_pcode`, or leave out."
        )
    for whole, part in itertools.permutations(places["place_pcode"], 2):
        if part.startswith(COUNTRY_CODES.get(whole, whole)):
            raise SchemaError(f"{part} lies in {whole}, so their figures must not be added: the part is in the whole already.")
