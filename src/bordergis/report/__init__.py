"""The situation in words and tables, and results as files."""

from bordergis.report.brief import Brief, situation_brief
from bordergis.report.summary import Summary, situation_summary
from bordergis.report.tables import TABLE_FORMATS, encode_table, write_table

__all__ = ["TABLE_FORMATS", "Brief", "Summary", "encode_table", "situation_brief", "situation_summary", "write_table"]
