"""Tables on standard output: as wide as a page where no terminal says how wide it is."""

import pytest
from rich.table import Table

from vpd.distill.commands.console import results


def test_a_table_in_a_file_is_not_squeezed_into_eighty_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    table = Table("difference", "points")
    table.add_row("distilled − control", "x" * 90)
    results().print(table)
    assert "x" * 90 in capsys.readouterr().out
