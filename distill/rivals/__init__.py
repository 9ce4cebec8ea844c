"""The two rivals of programs: a language model that writes question and reasoning, and one that reasons without programs."""

from vpd.distill.rivals.asking import Rival, ask_rival
from vpd.distill.rivals.comparing import Row, compare
from vpd.distill.rivals.seen import Seen, seen_by_tools, seen_in_scenes
from vpd.distill.rivals.told import Told

__all__ = ["Rival", "Row", "Seen", "Told", "ask_rival", "compare", "seen_by_tools", "seen_in_scenes"]
