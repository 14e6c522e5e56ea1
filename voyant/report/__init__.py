"""The report of a run: one page that opens without network and says where each of its figures stands."""

from voyant.report.contents import Contents
from voyant.report.page import render_report

__all__ = ["Contents", "render_report"]
