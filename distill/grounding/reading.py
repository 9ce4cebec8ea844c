"""A rationale read as sentences of mentions, relations and numbers, without a grammar: by its words and their order."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from vpd.distill.grid import Grid
from vpd.distill.grounding.facts import Facts
from vpd.distill.grounding.words import ATTRIBUTES, COPULAS, GENERIC, NEGATIONS, PLAIN, lemma, number_of

__all__ = ["Mention", "Sentence", "Token", "end_of", "read_sentences"]

Kind = Literal["word", "number", "place", "quote", "mark", "relation"]

RELATIONS: dict[str, str] = {
    "left": "to the left of|to the left side of|on the left side of|on the left of|to the left from|left of|leftwards of|"
    "further left than|farther left than|more to the left than",
    "right": "to the right of|to the right side of|on the right side of|on the right of|to the right from|right of|rightwards of|"
    "further right than|farther right than|more to the right than",
    "above": "above|on top of|higher than|higher up than|over the",
    "below": "below|beneath|underneath|under|lower than|lower down than",
    "wider": "wider than|broader than",
    "narrower": "narrower than",
    "taller": "taller than",
    "shorter": "shorter than",
    "larger": "larger than|bigger than",
    "smaller": "smaller than",
    "closer": "closer to the viewer than|closer than|nearer than|closer to the camera than|nearer to the camera than|in front of",
    "farther": "further from the camera than|farther from the camera than|further from the viewer than|"
    "farther than|further than|farther away than|further away than|behind",
    "overlaps": "overlaps with|overlaps|overlap|overlap with|overlapping|overlapping with|touches|touching|touch",
    "equal": "as many as|as many|equal to|equals",
    "same": "the same as",
    "more": "more than|greater than|exceeds|exceed|outnumbers|outnumber",
    "fewer": "fewer than|less than|outnumbered by",
    "at_least": "at least|no fewer than|no less than",
    "at_most": "at most|no more than",
    "near": "beside|next to|near",
    "inside": "inside of|inside|surrounded by",
    "between": "between",
    "leftmost": "leftmost",
    "rightmost": "rightmost",
    "topmost": "topmost|uppermost|highest",
    "lowest": "lowest|lowermost|bottommost",
    "widest": "widest",
    "narrowest": "narrowest",
    "tallest": "tallest",
    "shortest": "shortest",
    "largest": "largest|biggest",
    "smallest": "smallest",
    "half_left": "on the left|at the left|on the left side|on the left half|in the left half",
    "half_right": "on the right|at the right|on the right side|on the right half|in the right half",
    "half_top": "at the top|in the upper half|in the top half",
    "half_bottom": "at the bottom|in the lower half|in the bottom half",
}
"""The phrases that state each relation."""


def by_first_word(relations: Mapping[str, str]) -> dict[str, list[tuple[list[str], str]]]:
    """The words and the kind of all phrases that begin with a word, the longest first."""
    found: dict[str, list[tuple[list[str], str]]] = defaultdict(list)
    for kind, phrases in relations.items():
        for words in map(str.split, phrases.split("|")):
            found[words[0]].append((words, kind))
    return {first: sorted(phrases, key=lambda phrase: -len(phrase[0])) for first, phrases in found.items()}


PHRASES = by_first_word(RELATIONS)
SPLIT_COMPARISON = {"more": "more", "fewer": "fewer", "less": "fewer"}
"""`more cats than mice`: the first word stands before one side, `than` before the other."""
PRONOUNS = frozenset("it they them these those both".split())
TOKEN = re.compile(
    r"""(?P<quote>"[^"]*"|“[^”]*”)|(?P<number>\d+(?:,\d{3})+(?!\d)|-?\d+(?:\.\d+)?)|(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*)|(?P<mark>[^\s\w])""",
    re.VERBOSE,
)
ENDS = {".", "!", "?"}
BEFORE_NOUNS = frozenset("such other more different visible single".split())
"""Words between a number and what it counts."""
MANY_DO = ("are", "were", "have", "lie", "stand")
"""What several do: `two are`, `two have`."""
BEFORE_PLACES = frozenset(
    "at is are was were in to and with the located positioned placed found seen detected lies stands standing box bounding place "
    "position cell coordinates region".split()
)
"""Words between what is named and where it is."""


@dataclass(frozen=True)
class Token:
    """A word, number, place, quotation, mark, or a phrase that states a relation."""

    kind: Kind
    text: str
    start: int
    end: int
    lemma: str = ""
    value: float | None = None
    place: tuple[float, ...] = ()


@dataclass
class Mention:
    """Something that is named, with how many there are said to be and where."""

    words: tuple[str, ...]
    """Lemmas of what names it; empty for `it` and for nouns that fit anything."""
    first: int
    """Numbers of its first and last token in the sentence, its number and places left out."""
    last: int
    number: Token | None = None
    part: Token | None = None
    """How many of them are spoken of: `two of the three dogs`."""
    places: list[Token] = field(default_factory=list)
    is_pronoun: bool = False
    meant: list["Mention"] = field(default_factory=list)
    """Of a pronoun, what was named before it in the sentence."""
    negated: bool = False
    """`no dog`."""
    is_generic: bool = False

    @property
    def quantity(self) -> int | None:
        """How many of them something is said of."""
        token = self.part or self.number
        return None if token is None or token.value is None else int(token.value)

    def span(self, tokens: list[Token]) -> tuple[int, int]:
        """Where it stands in the text."""
        start = self.number.start if self.number and self.number.start < tokens[self.first].start else tokens[self.first].start
        return start, tokens[self.last].end


@dataclass
class Sentence:
    """One sentence."""

    tokens: list[Token]
    mentions: list[Mention]

    def between(self, first: int, last: int) -> list[Token]:
        """The tokens after one and before another."""
        return self.tokens[first + 1 : last]


def end_of(sentence: Sentence, mention: Mention) -> int:
    """Number of a mention's last token, its places among them."""
    return max([mention.last, *(sentence.tokens.index(place) for place in mention.places)])


def read_sentences(text: str, grid: Grid, facts: Facts) -> list[Sentence]:
    """The sentences of a text, in their order."""
    sentences = []
    for tokens in split_tokens(text, grid):
        marked = mark_relations(tokens)
        sentences.append(Sentence(marked, read_mentions(marked, facts)))
    return sentences


def split_tokens(text: str, grid: Grid) -> list[list[Token]]:
    """The tokens of each sentence."""
    tokens: list[Token] = []
    at = 0
    for place in [*grid.read(text), None]:
        end = place.start if place else len(text)
        tokens += plain_tokens(text, at, end)
        if place:
            tokens.append(Token("place", text[place.start : place.end], place.start, place.end, place=place.numbers))
            at = place.end
    sentences: list[list[Token]] = [[]]
    for number, token in enumerate(tokens):
        sentences[-1].append(token)
        following = text[token.end : token.end + 1]
        ends = token.kind == "mark" and token.text in ENDS and (not following or following.isspace() or following in "\"'”)")
        if ends or (number + 1 < len(tokens) and "\n" in text[token.end : tokens[number + 1].start]):
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def plain_tokens(text: str, start: int, end: int) -> list[Token]:
    """The tokens of a part of the text that holds no place."""
    found = []
    for match in TOKEN.finditer(text, start, end):
        kind, word = match.lastgroup, match.group()
        if kind == "quote":
            found.append(Token("quote", word[1:-1], *match.span()))
        elif kind == "number":
            found.append(Token("number", word, *match.span(), value=float(word.replace(",", ""))))
        elif kind == "word":
            value = number_of(word)
            found.append(Token("word", word, *match.span(), lemma=lemma(word), value=None if value is None else float(value)))
        else:
            found.append(Token("mark", word, *match.span()))
    return found


def mark_relations(tokens: list[Token]) -> list[Token]:
    """The tokens with each phrase that states a relation as one."""
    low = [token.text.lower() if token.kind == "word" else f"\0{token.kind}" for token in tokens]
    marked: list[Token] = []
    at = 0
    while at < len(tokens):
        if low[at : at + 2] == ["to", "its"] and low[at + 2 : at + 3] in (["left"], ["right"]):
            marked.append(Token("relation", f"to the {low[at + 2]} of", tokens[at].start, tokens[at].end, lemma=low[at + 2]))
            marked.append(replace(tokens[at + 1], text="it", lemma="it"))
            at += 3
            continue
        for words, kind in PHRASES.get(low[at], ()):
            if low[at : at + len(words)] == words:
                last = at + len(words) - 1
                said = " ".join(token.text for token in tokens[at : last + 1])
                marked.append(Token("relation", said, tokens[at].start, tokens[last].end, lemma=kind))
                at = last + 1
                break
        else:
            token = tokens[at]
            if token.kind == "word" and low[at] in SPLIT_COMPARISON and "than" in low[at : at + 9]:
                marked.append(replace(token, kind="relation", lemma=f"{SPLIT_COMPARISON[low[at]]}_of"))
            else:
                marked.append(token)
            at += 1
    return marked


def read_mentions(tokens: list[Token], facts: Facts) -> list[Mention]:
    """Runs of words that name something, with the number before and the places after."""
    mentions: list[Mention] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if is_content(token, facts):
            last = at
            while last + 1 < len(tokens) and is_content(tokens[last + 1], facts):
                last += 1
            words = [one.lemma for one in tokens[at : last + 1]]
            mention = Mention(tuple(word for word in words if word not in GENERIC or word in facts.nouns), at, last)
            mention.is_generic = not mention.words
            set_numbers(tokens, mention)
            mentions.append(mention)
            at = last
        elif token.kind == "word" and token.text.lower() in PRONOUNS:
            following = tokens[at + 1] if at + 1 < len(tokens) else token
            if not is_content(following, facts):
                mention = Mention((), at, at, is_pronoun=True, meant=nouns_of(mentions))
                if at > 1 and tokens[at - 1].text.lower() == "of" and is_count(tokens, at - 2):
                    mention.part = tokens[at - 2]
                mentions.append(mention)
        elif (
            is_count(tokens, at)
            and at + 1 < len(tokens)
            and tokens[at + 1].text.lower() in (("is", "was") if token.value == 1 else MANY_DO)
        ):
            mentions.append(Mention((), at, at, part=token, is_pronoun=True, meant=nouns_of(mentions)))
        elif token.kind == "place" and mentions and belongs(tokens, mentions[-1], at):
            owner_of(tokens, mentions, at).places.append(token)
        elif token.kind == "place":
            mentions.append(Mention((), at, at, places=[token], is_generic=True))
        at += 1
    return mentions


def nouns_of(mentions: list[Mention]) -> list[Mention]:
    """The mentions that a pronoun may stand for."""
    return [one for one in mentions if not one.is_pronoun and not (one.words and set(one.words) <= ATTRIBUTES)]


def is_content(token: Token, facts: Facts) -> bool:
    """Whether a word names something."""
    if token.kind != "word" or token.value is not None:
        return False
    if token.lemma in GENERIC:
        return token.lemma not in ("one", "other", "another") or token.text.lower() in ("ones", "others")
    if token.lemma in facts.nouns:
        return token.lemma not in COPULAS
    return token.lemma not in PLAIN and token.lemma not in NEGATIONS and not is_adverb(token.lemma)


def is_adverb(word: str) -> bool:
    """Whether a word says how, such as `clearly`; a few nouns look alike."""
    return (
        word.endswith("ly")
        and len(word) > 5
        and word not in ("family", "assembly", "butterfly", "dragonfly", "barfly", "monopoly")
    )


def set_numbers(tokens: list[Token], mention: Mention) -> None:
    """The numbers before a mention: `two dogs`, `no dog`, `two of the dogs`, `two of the three dogs`, `none of the dogs`."""
    at = mention.first - 1
    while at >= 0 and tokens[at].kind == "word" and tokens[at].lemma in BEFORE_NOUNS:
        at -= 1
    if at >= 0 and tokens[at].text.lower() == "no":
        mention.negated = True
        return
    if is_count(tokens, at):
        mention.number = tokens[at]
        at -= 1
    if at >= 0 and tokens[at].text.lower() in ("the", "these", "those"):
        at -= 1
    if at >= 1 and tokens[at].text.lower() == "of":
        if is_count(tokens, at - 1):
            mention.part = tokens[at - 1]
        mention.negated = tokens[at - 1].text.lower() in ("none", "neither")


def is_count(tokens: list[Token], at: int) -> bool:
    """Whether a token is a whole number that counts something, and none that follows a `#`."""
    if at < 0 or tokens[at].value is None or tokens[at].kind not in ("number", "word"):
        return False
    return (tokens[at].value or 0.0).is_integer() and not (at and tokens[at - 1].text == "#")


def owner_of(tokens: list[Token], mentions: list[Mention], at: int) -> Mention:
    """Whose place it is: in `the cup to the right of the plate is at A` not the plate's."""
    last = mentions[-1]
    gap = {token.text.lower() for token in tokens[last.last + 1 : at]}
    before = [token for token in tokens[: last.first] if token.text.lower() not in ("the", "a", "an")]
    is_anchor = bool(before) and before[-1].kind == "relation" and not last.places
    return mentions[-2] if is_anchor and gap & COPULAS and len(mentions) > 1 else last


def belongs(tokens: list[Token], mention: Mention, at: int) -> bool:
    """Whether a place stands with the mention before it: behind `at`, in brackets, after a copula, or in a row of places."""
    behind = mention.last if not mention.places else next(n for n in range(at - 1, -1, -1) if tokens[n].kind == "place")
    gap = tokens[behind + 1 : at]
    is_same = {"is", "one"} <= {token.text.lower() for token in gap}  # `the cup is the one at A`
    return all(
        (token.kind == "mark" and token.text in "(,:[=@&")
        or (token.kind == "word" and (token.text.lower() in BEFORE_PLACES or (is_same and token.text.lower() == "one")))
        for token in gap
    )
