"""The experiments that come along can be read."""

from pathlib import Path

import pytest

from vpd.distill.experiment import read_experiment

FOLDER = Path(__file__).parents[2] / "docs" / "experiments"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_an_experiment_that_comes_along_can_be_read(path: Path) -> None:
    plan = read_experiment(path)
    assert plan.about
    assert len(plan.seeds) >= 5
