"""Whether what a rationale says stands in its trace: every number, place, name, attribute, relation and the answer."""

from vpd.distill.grounding.claims import Claim, Grounding, Kind
from vpd.distill.grounding.ground import ground

__all__ = ["Claim", "Grounding", "Kind", "ground"]
