"""The student: a vision-language model that learns from answers and rationales, and is asked what it learned.

Importing this loads neither torch nor transformers; training and asking do.
"""

from vpd.distill.student.cost import equal_steps, step_cost
from vpd.distill.student.errors import StudentError
from vpd.distill.student.folder import read_result
from vpd.distill.student.predict import Mode, answer_of, predict
from vpd.distill.student.prefer import prefer_student
from vpd.distill.student.reading import preset_names, read_prefer_settings, read_settings
from vpd.distill.student.settings import (
    Form,
    Phase,
    PreferResult,
    PreferSettings,
    StepCost,
    TinySettings,
    TrainResult,
    TrainSettings,
)
from vpd.distill.student.tiny import build_tiny_student
from vpd.distill.student.train import train_student

__all__ = [
    "Form",
    "Mode",
    "Phase",
    "PreferResult",
    "PreferSettings",
    "StepCost",
    "StudentError",
    "TinySettings",
    "TrainResult",
    "TrainSettings",
    "answer_of",
    "build_tiny_student",
    "equal_steps",
    "predict",
    "prefer_student",
    "preset_names",
    "read_prefer_settings",
    "read_result",
    "read_settings",
    "step_cost",
    "train_student",
]
