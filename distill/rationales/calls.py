"""One call of a tool as a sentence, or several calls that ask the same of several regions as one."""

from collections.abc import Callable, Sequence
from typing import Any

from vpd.distill.rationales.phrases import article, listed, plural, singular
from vpd.distill.rationales.regions import is_region, is_regions, noun_of_call, noun_of_region, regions_in
from vpd.engine.records import ToolCall

__all__ = ["CallTeller", "tell_value"]

Place = Callable[[dict[str, Any]], str]
SILENT = {"bool_to_yesno", "coerce_to_numeric", "formatting_answer"}
"""Tools that only write what is known in another way."""
ASKING = {"simple_query", "visual_question_answering", "vqa"}
KNOWING = {"llm_query", "language_question_answering"}
JUDGING = {"judgement", "judge_text"}
SIDES = {"left_of": "to the left of", "right_of": "to the right of", "above": "above", "below": "below"}
LONGEST_VALUE = 200
MOST_LISTED = 40
"""Regions of one list that are told; the rest is counted."""


class CallTeller:
    """Knows the calls of one trace, by which regions have their nouns, and how places are written."""

    def __init__(self, calls: tuple[ToolCall, ...], place: Place) -> None:
        self._calls = calls
        self.place = place

    def tell(self, same: Sequence[ToolCall]) -> str:
        """One sentence for calls that differ in their region alone; empty where nothing is to be said."""
        first = same[0]
        if first.failure is not None or first.tool in SILENT:
            return ""
        if is_regions(first.result):
            noun = noun_of_call(first)
            where = self.inside(first)
            return f"{where}{sentence_start(plural(noun), where)}: {self.listing(first.result, noun)}"
        if len(same) == 1:
            return self.tell_one(first)
        told = list(dict.fromkeys(map(self.tell_one, same)))
        starts = [sentence.removesuffix(".") for sentence in told]
        return f"{'; '.join([starts[0], *(start[:1].lower() + start[1:] for start in starts[1:])])}."

    def tell_one(self, call: ToolCall) -> str:
        """One call that did not list regions."""
        tool, result, given = call.tool, call.result, call.arguments
        what = self.what(call)
        texts = [value for value in given.values() if isinstance(value, str)]
        if tool in SIDES or tool in ("overlaps", "overlaps_with"):
            return self.tell_pair(call)
        if tool in ("distance", "dist"):
            return self.tell_distance(call)
        if isinstance(result, bool):
            if tool == "exists" and texts:
                where = self.inside(call)
                there = f"{sentence_start('there', where)} is {'' if result else 'no '}"
                return f"{where}{there}{article(singular(texts[0])) if result else singular(texts[0])}."
            if tool == "verify_property" and len(texts) == 2:
                return self.tell_property(call, singular(texts[0]), texts[1])
        if tool in ASKING:
            return f'Looking at {what}, "{texts[0] if texts else "What is this?"}": {tell_value(result)}.'
        if tool in KNOWING and texts:
            return f'General knowledge says of "{texts[0]}": {tell_value(result)}.'
        if tool in JUDGING and texts:
            return f'By judgement of all that was found, "{texts[0]}": {tell_value(result)}.'
        if tool == "image_caption":
            return f"{sentence_case(what)} shows: {tell_value(result)}."
        if tool == "read_text":
            return f'The text in {what} is "{tell_value(result)}".' if result else f"There is no text in {what}."
        if tool == "classify":
            return f"{sentence_case(what)} mainly shows: {tell_value(result)}."
        if tool == "compute_depth":
            return f"The depth of {what} is {tell_value(result)}."
        if tool in ("best_text_match", "best_image_match"):
            return self.tell_match(call, what)
        if is_region(result):
            return self.tell_found(call)
        return self.tell_other(call, what)

    def tell_other(self, call: ToolCall, what: str) -> str:
        """A tool that nothing is known of: its name, what it was given, what it said."""
        plain = [tell_value(value) for value in call.arguments.values() if isinstance(value, str | int | float)]
        asked = " ".join([call.tool.replace("_", " "), *plain])
        if any(is_region(value) for value in call.arguments.values()):
            asked += f" of {what}" if not asked.endswith((" of", " in", " at")) else f" {what}"
        return f"The {asked} is {tell_value(call.result)}."

    def tell_property(self, call: ToolCall, noun: str, having: str) -> str:
        """Whether a region, or anything of that name in the picture, is so."""
        region = self.region(call)
        if region is None:
            return f"{'Some' if call.result else 'No'} {noun} is {having}."
        return f"The {noun} at {self.place(region)} is {'' if call.result else 'not '}{having}."

    def tell_pair(self, call: ToolCall) -> str:
        """Where two regions lie to each other."""
        named = [self.thing(value) for value in call.arguments.values() if is_region(value)]
        if len(named) != 2:
            return self.tell_other(call, self.what(call))
        one, other = named
        if call.tool in SIDES:
            return f"{sentence_case(one)} is {'' if call.result else 'not '}{SIDES[call.tool]} {other}."
        return f"{sentence_case(one)} {'overlaps' if call.result else 'does not overlap'} {other}."

    def tell_distance(self, call: ToolCall) -> str:
        """How far two things are apart."""
        named = [self.thing(value) if is_region(value) else tell_value(value) for value in call.arguments.values()]
        of = "the middles of " if call.tool == "dist" else ""
        return f"The distance between {of}{listed(named)} is {tell_value(call.result)}."

    def tell_match(self, call: ToolCall, what: str) -> str:
        """Which text fits a region best, or which region a text."""
        options = next((value for value in call.arguments.values() if isinstance(value, list)), [])
        if is_regions(options):
            result = chosen_of(options, call.result)
            texts = next((value for value in call.arguments.values() if isinstance(value, list) and not is_regions(value)), [])
            if result is not None:
                return f"Of {listed(list(map(self.thing, options)))}, {self.thing(result)} fits {quoted(texts)} best."
        return f'Of {quoted(options)}, "{tell_value(call.result)}" fits {what} best.'

    def tell_found(self, call: ToolCall) -> str:
        """A call that gave one region."""
        result = self.place(call.result)
        if call.tool == "crop":
            return f"The part of {self.what(call)} that is looked at is at {result}."
        if call.tool == "expand":
            return f"{sentence_case(self.what(call))} with its surroundings is at {result}."
        where = self.inside(call)
        return f"{where}{sentence_start('the', where)} {noun_of_call(call)} is at {result}."

    def listing(self, regions: Sequence[dict[str, Any]], noun: str, count: int | None = None, *, counts: bool = True) -> str:
        """`red circle at A, blue circle at B; 2 in all.`, or `none.`; `count` may be more than are shown."""
        if not regions:
            return "none."
        shown = regions[:MOST_LISTED]
        told = ", ".join(f"{region.get('label') or noun} at {self.place(region)}" for region in shown)
        total = len(regions) if count is None else count
        more = f" and {total - len(shown)} more" if total > len(shown) else ""
        return f"{told}{more}; {total} in all." if counts else f"{told}."

    def region(self, call: ToolCall) -> dict[str, Any] | None:
        """The first region that a call was given, unless that is the whole picture."""
        first = next((region for value in call.arguments.values() for region in regions_in(value)), None)
        return first if first and first.get("from") else None

    def thing(self, region: dict[str, Any]) -> str:
        """`the cup at x6 y4`, or `the picture`."""
        return f"the {noun_of_region(region, self._calls)} at {self.place(region)}" if region.get("from") else "the picture"

    def what(self, call: ToolCall) -> str:
        """What a call looked at."""
        region = self.region(call)
        return self.thing(region) if region else "the picture"

    def inside(self, call: ToolCall) -> str:
        """`In the car at A, `, where a call looked at a part only."""
        return f"In {self.what(call)}, " if self.region(call) else ""


def chosen_of(options: Sequence[dict[str, Any]], result: Any) -> dict[str, Any] | None:
    """Which of several regions a tool chose, by its place in the list or as it is."""
    if type(result) is int:
        return options[result] if 0 <= result < len(options) else None
    return next((one for one in options if is_region(result) and one["region"] == result["region"]), None)


def sentence_start(word: str, before: str) -> str:
    """The word, with a capital where nothing stands before it."""
    return word if before else sentence_case(word)


def sentence_case(text: str) -> str:
    """The text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def quoted(texts: Sequence[Any]) -> str:
    """`"a"`, `"b"` and `"c"`."""
    return listed([f'"{tell_value(text)}"' for text in texts])


def tell_value(value: Any) -> str:
    """A plain result in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "nothing"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return listed([tell_value(item) for item in value])[:LONGEST_VALUE] or "nothing"
    return " ".join(str(value).split())[:LONGEST_VALUE].rstrip(".")
