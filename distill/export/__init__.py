"""Training sets in the formats that trainers read, checked before they are written and read back after."""

from vpd.distill.export.errors import ExportError, PushError
from vpd.distill.export.job import Format, ReadRow
from vpd.distill.export.settings import ExportSettings, Marks, Pictures
from vpd.distill.export.table import FORMATS, format_named
from vpd.distill.export.write import Exported, check, export, read_back

__all__ = [
    "FORMATS",
    "ExportError",
    "ExportSettings",
    "Exported",
    "Format",
    "Marks",
    "Pictures",
    "PushError",
    "ReadRow",
    "check",
    "export",
    "format_named",
    "read_back",
]
