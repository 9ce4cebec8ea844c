"""What a run found, as one HTML file, as tables for terminal and documents, as JSON, and trace by trace."""

from vpd.distill.report.document import render_report, write_page
from vpd.distill.report.summary_file import as_json, as_markdown, write_summary
from vpd.distill.report.terminal import print_summary
from vpd.distill.report.trace_view import TraceStory, render_trace

__all__ = [
    "TraceStory",
    "as_json",
    "as_markdown",
    "print_summary",
    "render_report",
    "render_trace",
    "write_page",
    "write_summary",
]
