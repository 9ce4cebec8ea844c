"""Drawn scenes with known truth, and questions about them."""

from vpd.distill.scenes.dataset import DatasetSettings, majority_rates, make_base, make_scenes
from vpd.distill.scenes.files import SceneFiles, read_questions, read_scenes
from vpd.distill.scenes.layout import SceneSettings
from vpd.distill.scenes.scene import Scene, Split, describe

__all__ = [
    "DatasetSettings",
    "Scene",
    "SceneFiles",
    "SceneSettings",
    "Split",
    "describe",
    "majority_rates",
    "make_base",
    "make_scenes",
    "read_questions",
    "read_scenes",
]
