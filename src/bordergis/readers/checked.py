"""What a reader gives back: the layer, and a report in which every row of the file is accounted for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined

from bordergis.errors import SchemaError
from bordergis.files import disarmed

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = ["FAULT_COLUMNS", "REPORT_FORMATS", "Checked", "FaultsError", "Report"]

FAULT_COLUMNS = ("row", "column", "value", "severity", "rule", "remedy")
"""A fault: row of the file (its first data row has the number a spreadsheet shows), column, value as it stands there, what it does to the
row (rejected or flagged), the rule it breaks, and what to do."""

FAULTS_SHOWN = 20
REPORT_FORMATS = ("csv", "json", "html")


class FaultsError(SchemaError):
    """A file has rows that cannot be taken; ``report`` lists every fault, so that the file can be mended in one pass."""

    def __init__(self, report: Report) -> None:
        super().__init__(report.words())
        self.report = report


@dataclass(frozen=True)
class Report:
    """What became of every row of a file.

    Attributes
    ----------
    file
        Name of the file.
    format
        What it was read as, and how that is known.
    kind
        The contract it was checked against.
    rows_in
        Rows of the file: always ``rows_clean + rows_flagged + rows_rejected``.
    rows_clean
        Rows taken as they are.
    rows_flagged
        Rows taken, with a remark: something was assumed, or an optional value could not be read and is missing.
    rows_rejected
        Rows not taken.
    faults
        A row a fault (:data:`FAULT_COLUMNS`).
    notes
        What was guessed or left out: encoding, columns, other kinds of feature.

    Examples
    --------
    >>> import pandas as pd
    >>> fault = pd.DataFrame([[3, "lat", "95", "rejected", "is not a latitude", "write degrees"]], columns=FAULT_COLUMNS)
    >>> print(Report("points.csv", "csv", "villages", 2, 1, 0, 1, fault).words())
    points.csv (csv, as villages): 2 rows = 1 clean + 0 flagged + 1 rejected.
      row 3, lat = '95': is not a latitude (rejected); write degrees
    """

    file: str
    format: str
    kind: str
    rows_in: int
    rows_clean: int
    rows_flagged: int
    rows_rejected: int
    faults: pd.DataFrame
    notes: tuple[str, ...] = ()

    def words(self, *, most: int = FAULTS_SHOWN) -> str:
        """Say the counts and the first faults."""
        counts = f"{self.rows_in} rows = {self.rows_clean} clean + {self.rows_flagged} flagged + {self.rows_rejected} rejected."
        lines = [f"{self.file} ({self.format}, as {self.kind}): {counts}"]
        lines += [
            f"  row {fault.row}, {fault.column} = {fault.value!r}: {fault.rule} ({fault.severity}); {fault.remedy}"
            for fault in self.faults.head(most).itertuples()
        ]
        if len(self.faults) > most:
            lines.append(f"  … and {len(self.faults) - most} more; `bordergis check FILE --report faults.csv` writes them all.")
        return "\n".join(lines)

    def encode(self, kind: str) -> bytes:
        """Give the whole report as a ``csv`` (the faults), ``json`` or ``html`` file.

        Raises
        ------
        SchemaError
            For another kind of file.
        """
        if kind == "csv":
            return self.faults.map(disarmed).to_csv(index=False, lineterminator="\n").encode()
        if kind == "json":
            return (json.dumps(self._record(), ensure_ascii=False, indent=1, default=str) + "\n").encode()
        if kind == "html":
            return _PAGE.render(self._record()).encode()
        raise SchemaError(f"A fault report is written as {', '.join(REPORT_FORMATS)}, not {kind!r}.")

    def _record(self) -> dict[str, object]:
        names = ("file", "format", "kind", "rows_in", "rows_clean", "rows_flagged", "rows_rejected", "notes")
        return {name: getattr(self, name) for name in names} | {"faults": self.faults.astype(object).to_dict("records")}


@dataclass(frozen=True)
class Checked:
    """A layer that was read and checked, with its report.

    Attributes
    ----------
    layer
        The rows taken; they satisfy their contract.
    report
        What became of every row.
    rejected
        The rows not taken, as they stand in the file, with their row number.
    """

    layer: gpd.GeoDataFrame
    report: Report
    rejected: pd.DataFrame


_PAGE = Environment(autoescape=True, undefined=StrictUndefined).from_string(
    """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Fault report: {{ file }}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{font:1rem/1.5 sans-serif;margin:2rem}table{border-collapse:collapse}
td,th{border:1px solid #999;padding:.2rem .5rem;text-align:left}</style>
</head><body><h1>Fault report: {{ file }}</h1>
<p>Read as {{ format }}, checked as {{ kind }}: {{ rows_in }} rows =
{{ rows_clean }} clean + {{ rows_flagged }} flagged + {{ rows_rejected }} rejected.</p>
<ul>{% for note in notes %}<li>{{ note }}</li>{% endfor %}</ul>
<table><thead><tr><th>row</th><th>column</th><th>value</th><th>what it does</th><th>rule</th><th>remedy</th></tr></thead><tbody>
{% for fault in faults %}<tr><td>{{ fault.row }}</td><td>{{ fault.column }}</td><td>{{ fault.value }}</td><td>{{ fault.severity }}</td>
<td>{{ fault.rule }}</td><td>{{ fault.remedy }}</td></tr>
{% endfor %}</tbody></table></body></html>
"""
)
