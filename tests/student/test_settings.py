"""Training settings from a file and a command line, and a light import."""

import subprocess
import sys
from pathlib import Path

import pytest

from vpd.distill.student import StudentError, TrainSettings, read_settings


def test_what_is_given_is_put_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "train.toml").write_text('optimizer = "adamw"\nsteps = 7\n')
    assert read_settings(tmp_path / "train.toml", {"steps": 9}) == TrainSettings(optimizer="adamw", steps=9)


@pytest.mark.parametrize(
    ("text", "said"), [("steps = 0", "steps"), ("stepps = 1", "stepps"), ("steps =", "TOML"), ("log_every = 7", "multiple")]
)
def test_a_wrong_setting_is_named(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "train.toml").write_text(text)
    with pytest.raises(StudentError, match=said):
        read_settings(tmp_path / "train.toml", {})


def test_importing_the_student_loads_no_torch() -> None:
    program = "import sys, vpd.distill.student; sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'numpy')))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
