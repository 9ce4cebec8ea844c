"""What all checks of a rationale share: which things a mention means, and whether so many of them were found."""

from collections.abc import Iterable

from vpd.distill.grid import Grid
from vpd.distill.grounding.claims import Claim, Kind
from vpd.distill.grounding.facts import Corners, Facts, Tally, Thing
from vpd.distill.grounding.reading import Mention, Sentence, Token
from vpd.distill.grounding.words import ATTRIBUTES, GENERIC
from vpd.tools.image import ImageRef

__all__ = ["Checker"]


class Checker:
    """The claims of one rationale as they are found."""

    def __init__(self, facts: Facts, grid: Grid, image: ImageRef) -> None:
        self.facts, self.grid = facts, grid
        self.width, self.height = float(image.width), float(image.height)
        self.claims: list[Claim] = []
        self.written = {corners: grid.numbers(thing.box, self.width, self.height) for corners, thing in facts.things.items()}
        self.narrowed: dict[int, set[Corners]] = {}
        """By the `id` of a mention, those of its things that stand in the relations which a sentence says of it."""
        self.last: Mention | None = None
        """What was spoken of last, for `it` and `they`."""

    def add(self, kind: Kind, text: str, start: int, end: int, source: str | None) -> None:
        """Note a claim; of what was noted as unfounded, nothing more is noted."""
        if not any(claim.source is None and claim.start == start and claim.end == end for claim in self.claims):
            self.claims.append(Claim(kind, text, start, end, source))

    def claim(self, kind: Kind, sentence: Sentence, first: int, last: int, source: str | None) -> None:
        """Note a claim that stands in these tokens of a sentence."""
        tokens = sentence.tokens[first : last + 1]
        text = " ".join(token.text for token in tokens)
        self.add(kind, text, tokens[0].start, tokens[-1].end, source)

    # which things are meant

    def at(self, place: Token) -> list[Corners]:
        """The things that are written as this place."""
        return [corners for corners, numbers in self.written.items() if numbers == place.place]

    def resolve(self, mention: Mention | None) -> list[Corners]:
        """The things that a mention may mean, after what was said of it."""
        found = self.named(mention)
        narrowed = self.narrowed.get(id(mention))
        return found if narrowed is None else [corners for corners in found if corners in narrowed]

    def narrow(self, mention: Mention, left: set[Corners]) -> None:
        """Only these of a mention's things are meant from here on; where it is `it`, of what that stands for too."""
        if left and not mention.places:
            meant = self.meant(mention) if mention.is_pronoun else []
            for each in [mention, *(meant if len(meant) == 1 and not meant[0].places else [])]:
                self.narrowed[id(each)] = self.narrowed.get(id(each), left) & left or left

    def named(self, mention: Mention | None) -> list[Corners]:
        """The things that a mention names."""
        if mention is None:
            return []
        if mention.is_pronoun and not mention.places:
            return [corners for one in self.meant(mention) for corners in self.resolve(one)]
        if mention.places:
            return [corners for place in mention.places for corners in self.at(place) if self.fits(mention, corners)]
        return self.facts.fitting(mention.words)

    def meant(self, mention: Mention) -> list[Mention]:
        """What a pronoun may stand for: what was named before it in its sentence, else what was spoken of last."""
        return mention.meant or ([self.last] if self.last is not None and not self.last.is_pronoun else [])

    def words(self, mention: Mention) -> tuple[str, ...]:
        """The words that name a mention's things; of a pronoun those of the last of which there were several."""
        if not mention.is_pronoun:
            return mention.words
        meant = self.meant(mention)
        several = [one for one in meant if one.number is not None or one.part is not None]
        return (several or meant)[-1].words if meant else ()

    def things(self, mention: Mention | None) -> list[Thing]:
        """The same, as things."""
        return [self.facts.things[corners] for corners in self.resolve(mention)]

    def fits(self, mention: Mention, corners: Corners) -> bool:
        """Whether a mention's words may name the thing."""
        return self.facts.fits(mention.words, self.facts.things[corners])

    # what is known of words

    def wanted(self, words: Iterable[str]) -> frozenset[str]:
        """The words that tell things apart: without those of the question that no call names."""
        return frozenset(word for word in words if word not in GENERIC and word not in self.facts.loose)

    def known_phrase(self, words: Iterable[str]) -> str | None:
        """Where words stand together: in what was asked of a tool, in what it said, or in the question."""
        wanted = set(words) - GENERIC
        for text, source in [*self.facts.texts, (self.facts.question, "the question")]:
            if any(wanted <= run for run in self.facts.runs(text)):
                return source
        return "the answer" if wanted and wanted <= set(self.facts.answer_words) else None

    def unknown_words(self, sentence: Sentence, mention: Mention) -> list[Token]:
        """The words of a mention that neither the trace nor the question has."""
        tokens = sentence.tokens[mention.first : mention.last + 1]
        return (
            [
                token
                for token in tokens
                if token.kind == "word" and token.lemma not in GENERIC and not set(token.lemma.split("-")) & self.facts.vocabulary
            ]
            if mention.words
            else []
        )

    def kind_of(self, word: str) -> Kind:
        """Whether an unfounded word says how something looks or what it is."""
        return Kind.ATTRIBUTE if word in ATTRIBUTES else Kind.NAME

    # how many

    def tallies_of(self, mention: Mention) -> list[Tally]:
        """The tallies of what a mention names: what was looked for by that name, or chosen among such."""
        wanted = self.wanted(self.words(mention))
        found = []
        for tally in self.facts.tallies:
            if tally.test:
                if tally.members and all(self.facts.fits(wanted, self.facts.things[one]) for one in tally.members):
                    found.append(tally)
            elif tally.words == wanted or (tally.words and not tally.members and tally.number and wanted <= tally.words):
                found.append(tally)
        longer = [tally for tally in self.facts.tallies if not tally.test and wanted < tally.words] if wanted else []
        if not any(tally.words == wanted for tally in found) and len({tally.words for tally in longer}) == 1:
            found += longer  # `mice` for the white mice, where no other mice were looked for
        return found

    def counted(self, mention: Mention) -> dict[int, str]:
        """The numbers of what a mention names, each with where it stands."""
        found: dict[int, str] = {}
        for tally in self.tallies_of(mention):
            found.setdefault(tally.number, tally.source)
        wanted = self.wanted(self.words(mention))
        if not any(tally.words == wanted and not tally.test for tally in self.facts.tallies):
            for tally in self.facts.tallies:  # counted again among more that were found
                if not tally.test and tally.words < wanted and len(tally.members) == tally.number:
                    among = [one for one in tally.members if self.facts.fits(wanted, self.facts.things[one])]
                    if among or all(word in self.facts.vocabulary for word in wanted):
                        found.setdefault(len(among), f"{tally.source}, counted again")
        for words, truth, source in self.facts.said:
            if wanted and wanted == words - self.facts.loose and not truth:
                found.setdefault(0, source)
        for tally in self.facts.tallies:
            if tally.test and not tally.number:
                found.setdefault(0, tally.source)
        return found
