"""What a run found, as one HTML file, as terminal tables, and trace by trace."""

from vpd.distill.report.document import render_report, write_page
from vpd.distill.report.tables import print_summary
from vpd.distill.report.trace_view import TraceStory, render_trace

__all__ = ["TraceStory", "print_summary", "render_report", "render_trace", "write_page"]
