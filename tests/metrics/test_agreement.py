"""Our metrics give what the official codes gave, number by number, on the same made predictions.

`official.json` holds what the official codes gave; `tests/benchmarks/official_metrics.py` wrote it and says where they are from.
"""

import importlib.util
import json
import math
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "official.json").read_text("utf-8"))
NEAR = 1e-13
"""Relative. From Python 3.12 on, `sum` rounds differently than the 3.11 that the official codes were run under."""


@cache
def sibling(name: str) -> ModuleType:
    """A module beside this one."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def same(ours: Any, theirs: Any, *, exact: bool) -> bool:
    """Whether two trees of numbers are equal, or as near as sums may be."""
    if isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key], exact=exact) for key in theirs)
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(same(one, other, exact=exact) for one, other in zip(ours, theirs))
    return bool(ours == theirs) or (not exact and math.isclose(ours, theirs, rel_tol=NEAR))


@pytest.mark.parametrize("variant", sorted(RECORDED))
def test_the_numbers_are_those_of_the_official_code(variant: str) -> None:
    shapes, cases = sibling("shapes"), sibling("cases")
    tried = cases.cases_of(shapes.VARIANTS[variant][0])
    assert cases.digest_of(tried) == RECORDED[variant]["cases"], "the cases are not those that the official code was run on"
    exact = sys.version_info < (3, 12) and variant != "memes_official"  # scikit-learn adds up trapezoids, ours is rounded once
    ours = json.loads(json.dumps(shapes.ours(variant, tried)))
    assert same(ours, shapes.unpacked(RECORDED[variant]["numbers"]), exact=exact)


def test_every_variant_with_official_code_was_recorded() -> None:
    assert sorted(sibling("shapes").VARIANTS) == sorted(RECORDED)
