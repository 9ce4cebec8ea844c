"""MMBench: every rotation of a question's options must be answered rightly, with the official matching of text to options."""

from collections.abc import Mapping, Sequence

from vpd.distill.metrics.scores import Found, Pair, Share, mean, said_text

__all__ = ["match_option", "score_mmbench_circular", "score_mmbench_vanilla"]

SEPARATORS = str.maketrans(dict.fromkeys(".()[],:;!*#{}", " "))
REFUSALS = (
    "Sorry, I can't help with images of people yet.",
    "I can't process this file.",
    "I'm sorry, but without the image provided",
    "Cannot determine the answer",
)
NO_ANSWER = "Failed to obtain answer via API"
NONE_OF_THEM = "Z"
LAST_WORDS = 5
"""A letter counts only where its first mention is among the last words but one, so that `A` as an article early on does not."""
ABBREVIATIONS = {
    "coarse_perception": "CP",
    "finegrained_perception (instance-level)": "FP-S",
    "finegrained_perception (cross-instance)": "FP-C",
    "logic_reasoning": "LR",
    "relation_reasoning": "RR",
    "attribute_reasoning": "AR",
}


def match_option(said: str, options: Mapping[str, str]) -> str | None:
    """The letter that an answer means, `Z` where it says none of them, None where only a language model could tell."""
    return by_letter(said, options) or by_text(said, options)


def by_letter(said: str, options: Mapping[str, str]) -> str | None:
    """The only option letter that stands as a word."""
    if NO_ANSWER in said:
        return None
    if any(refusal in said for refusal in REFUSALS):
        return NONE_OF_THEM
    words = said.translate(SEPARATORS).split()
    letters = [letter for letter in options if letter in words]
    if len(letters) == 1:
        return letters[0] if words.index(letters[0]) > len(words) - LAST_WORDS else None
    return NONE_OF_THEM if not letters and NONE_OF_THEM in words else None


def by_text(said: str, options: Mapping[str, str]) -> str | None:
    """The only option whose text the answer holds; an answer twice as long as all options is not searched."""
    if len(said.lower()) > 2 * sum(len(text) for text in options.values()):
        return None
    held = [letter for letter, text in options.items() if text.lower() in said.lower()]
    return held[0] if len(held) == 1 else None


def is_right(pair: Pair) -> bool:
    """Whether one rotation is answered rightly."""
    options = {letter: str(text) for letter, text in pair.detail("options").items()}
    return pair.said is not None and match_option(said_text(pair.said), options) == pair.detail("answer")


def score_mmbench_circular(pairs: Sequence[Pair]) -> Found:
    """A question counts as right where all its rotations are; shares over questions, by l2 category and by category.

    What the rules cannot match counts as wrong, as in VLMEvalKit's `exact_matching`; its default asks a language model.
    """
    rotations: dict[tuple[str, object], list[Pair]] = {}
    for pair in pairs:
        rotations.setdefault(group_of(pair), []).append(pair)
    released = [pair for pair in pairs if pair.detail("index") == pair.detail("group")]
    found = report([(pair, all(map(is_right, rotations[group_of(pair)]))) for pair in released])
    return Found(
        found.headline, found.values | {"rotations right": mean([float(is_right(pair)) for pair in pairs])}, found.groups
    )


def group_of(pair: Pair) -> tuple[str, object]:
    """What the rotations of one question share; each language's table numbers its questions anew."""
    return pair.question.source, pair.detail("group")


def score_mmbench_vanilla(pairs: Sequence[Pair]) -> Found:
    """Each question asked once, options as released: easier than the official circular way, and not comparable with it."""
    return report([(pair, is_right(pair)) for pair in pairs])


def report(hits: Sequence[tuple[Pair, bool]]) -> Found:
    """Share of right questions over all and by category."""
    groups: dict[str, dict[str, Share]] = {}
    for name in ("l2-category", "category", "split"):
        found: dict[str, list[bool]] = {}
        for pair, hit in hits:
            ability = pair.question.details.get(name)
            if isinstance(ability, str) and ability:
                found.setdefault(ABBREVIATIONS.get(ability, ability), []).append(hit)
        groups[name] = {ability: Share(value=sum(each) / len(each), count=len(each)) for ability, each in sorted(found.items())}
    return Found(
        "overall", {"overall": mean([float(hit) for _, hit in hits])}, {name: each for name, each in groups.items() if each}
    )
