"""The situation in words and tables, and results as files."""

from bordergis.report.summary import Summary, situation_summary
from bordergis.report.tables import TABLE_FORMATS, encode_table, write_table

__all__ = ["TABLE_FORMATS", "Summary", "encode_table", "situation_summary", "write_table"]
