"""The two ways in which VQA benchmarks normalise an answer before they compare it, slips of the official code included."""

import re
from functools import lru_cache

__all__ = ["normalise_evalai", "normalise_vqa"]

MARKS = ';/[]"{}()=+\\_-><@`,?!'
COMMA_IN_NUMBER = re.compile(r"\d,\d")
COMMAS_IN_NUMBER = re.compile(r"(?<=\d),+(?=\d)")
PERIOD = re.compile(r"\.(?!\d)")
"""The official pattern means to spare a period after a digit as well, but its look-behind is misspelt and never holds."""
MOST_PERIODS = 32
"""The official code hands the flag `re.UNICODE` to a parameter that counts replacements."""
NUMBERS = {word: str(value) for value, word in enumerate("zero one two three four five six seven eight nine ten".split())} | {
    "none": "0"
}
ARTICLES = {"a", "an", "the"}
SHORT = (
    "ain't aren't can't could've couldn't didn't doesn't don't hadn't hasn't haven't he'd he's how'd how'll how's isn't it'd "
    "it'll ma'am mightn't might've mustn't must've needn't not've o'clock oughtn't shan't should've shouldn't somebody'll "
    "somebody's someone'd someone'll someone's something'd something'll that's there'd there're there's they'd they'll they're "
    "they've 'twas wasn't we've weren't what'll what're what's what've when's where'd where's where've who'd who'll who's who've "
    "why'll why're why's won't would've wouldn't y'all you'd you'll you're you've"
).split()
LONG = (
    "couldn't've hadn't've he'd've it'd've mightn't've she'd've shouldn't've somebody'd've someone'd've something'd've "
    "there'd've they'd've we'd've who'd've wouldn't've you'd've 'ow's'at y'all'll y'all'd've"
).split()


def contractions() -> dict[str, str]:
    """A word without one of its apostrophes, or without its only one, and the word as it is written."""
    found = {word.replace("'", ""): word for word in SHORT}
    for word in LONG:
        found |= {word[:place] + word[place + 1 :]: word for place, sign in enumerate(word) if sign == "'"}
    return found | {"somebody'd": "somebodyd"}  # the one entry that takes an apostrophe away is the official table's own


CONTRACTIONS = contractions()


def without_marks(text: str, comma: re.Pattern[str]) -> str:
    """The text without punctuation: a mark beside a blank goes, as do all if digits have a comma between; others are blanks."""
    numbered = comma.search(text) is not None
    out = text
    for mark in MARKS:
        if mark in text:
            out = out.replace(mark, "" if numbered or f"{mark} " in text or f" {mark}" in text else " ")
    return PERIOD.sub("", out, count=MOST_PERIODS)


def plain_words(text: str) -> str:
    """Lower case, number words up to ten as digits, no articles, apostrophes put back."""
    words = (NUMBERS.get(word, word) for word in text.lower().split())
    return " ".join(CONTRACTIONS.get(word, word) for word in words if word not in ARTICLES)


@lru_cache(maxsize=65_536)
def normalise_vqa(text: str) -> str:
    """As VQA v2 and OK-VQA do it (GT-Vision-Lab/VQA, `vqaEval.py`)."""
    return plain_words(without_marks(trimmed(text), COMMA_IN_NUMBER))


def trimmed(text: str) -> str:
    """Without newlines, tabs and blanks around it."""
    return text.replace("\n", " ").replace("\t", " ").strip()


@lru_cache(maxsize=65_536)
def normalise_evalai(text: str) -> str:
    """As TextVQA does it (facebookresearch/mmf, `EvalAIAnswerProcessor`): some marks go first, a blank comes before `'s`."""
    word = text.lower().replace(",", "").replace("?", "").replace("'s", " 's").strip()
    return plain_words(without_marks(trimmed(word), COMMAS_IN_NUMBER))
