"""How lmms-eval finds a student of ours: the entry point `vpd` of its group `lmms_eval.models`."""

from typing import Any

from vpd.tools.errors import MissingExtra

__all__ = ["CLASS", "manifest"]

CLASS = "vpd.distill.evaluation.lmms_student.VpdStudent"


def manifest() -> Any:
    """What lmms-eval's registry takes. Raises `MissingExtra` without lmms-eval."""
    try:
        from lmms_eval.models.registry_v2 import ModelManifest  # heavy; whoever calls this has loaded it
    except ImportError as error:
        raise MissingExtra("lmms", "lmms_eval") from error
    return ModelManifest(model_id="vpd_student", simple_class_path=CLASS)
