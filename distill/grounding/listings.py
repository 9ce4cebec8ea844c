"""Sentences that list what was found, or what passed a test: `Red circles: red circle at x1 y2; 1 in all.`"""

from dataclasses import dataclass

from vpd.distill.grounding.checker import Checker
from vpd.distill.grounding.claims import Kind
from vpd.distill.grounding.facts import Corners, Tally
from vpd.distill.grounding.reading import Mention, Sentence
from vpd.distill.grounding.relations import PLACING, holds, kinds_of_test

__all__ = ["Listing", "check_listing", "read_listing"]


@dataclass(frozen=True)
class Listing:
    """A head, what is listed under it, and how many that is said to be."""

    colon: int
    """Number of the token that parts them."""
    heads: tuple[Mention, ...]
    relations: tuple[tuple[str, Mention | None], ...]
    """Each with what it is a relation to."""
    items: tuple[Mention, ...]
    total: int | None
    """None where it is not said."""
    total_at: int
    more: int


def read_listing(sentence: Sentence) -> Listing | None:
    """The sentence as a listing; None where it is none."""
    tokens = sentence.tokens
    colon = next((at for at, token in enumerate(tokens) if token.kind == "mark" and token.text == ":"), None)
    if colon is None or not tokens[colon + 1 :]:
        return None
    items = [mention for mention in sentence.mentions if mention.first > colon]
    is_empty = tokens[colon + 1].text.lower() in ("none", "nothing") and len(tokens) <= colon + 3
    if not is_empty and (
        not items or not all(item.places for item in items) or any(t.kind == "relation" for t in tokens[colon:])
    ):
        return None
    heads = [mention for mention in sentence.mentions if mention.last < colon]
    related = []
    for at, token in enumerate(tokens[:colon]):
        if token.kind == "relation" and token.lemma in PLACING:
            related.append((token.lemma, next((mention for mention in heads if mention.first > at), None)))
    total, total_at, more = (0 if is_empty else None), colon + 1, 0
    for at, token in enumerate(tokens[colon + 1 :], colon + 1):
        following = tokens[at + 1].text.lower() if at + 1 < len(tokens) else ""
        if token.value is not None and following in ("in", "altogether", "total", "overall"):
            total, total_at = int(token.value), at
        elif token.value is not None and following == "more":
            more = int(token.value)
    return Listing(colon, tuple(heads), tuple(related), tuple(items), total, total_at, more)


def check_listing(checker: Checker, sentence: Sentence, listing: Listing) -> None:
    """Whether the same was found under the same head. The items' own names and places are looked at elsewhere."""
    first, last = 0, listing.colon - 1
    shown = [corners for item in listing.items for corners in checker.resolve(item)]
    written = {checker.written[corners] for corners in shown}
    number = listing.total if listing.total is not None else len([place for item in listing.items for place in item.places])
    candidates = tallies_under(checker, listing)
    fitting = [tally for tally in candidates if shows(checker, tally, written, listing.more)]
    same = [tally for tally in fitting if tally.number == number]
    if listing.total is None and fitting:
        same = fitting
    if same:
        kind = Kind.RELATION if listing.relations else Kind.NUMBER
        checker.claim(kind, sentence, first, len(sentence.tokens) - 1, same[0].source)
        checker.last = listing.items[-1] if listing.items and not listing.heads else listing.heads[-1] if listing.heads else None
        return
    if fitting:
        checker.claim(Kind.NUMBER, sentence, listing.total_at, listing.total_at, None)
    elif listing.relations:
        checker.claim(Kind.RELATION, sentence, first, last, recomputed(checker, listing, shown, number))
    elif any(tally.number == number for tally in candidates):
        checker.claim(Kind.PLACE, sentence, listing.colon + 1, len(sentence.tokens) - 1, None)
    elif candidates:
        checker.claim(Kind.NUMBER, sentence, listing.colon + 1, len(sentence.tokens) - 1, None)
    else:
        checker.claim(Kind.NAME, sentence, first, last, None)


def tallies_under(checker: Checker, listing: Listing) -> list[Tally]:
    """The tallies that a head may stand for."""
    tallies = checker.facts.tallies
    if listing.relations:
        return [tally for tally in tallies if tally.test and asks_for(checker, tally, listing)]
    if not listing.heads:
        return [tally for tally in tallies if tally.test]
    head = listing.heads[-1]
    wanted = checker.wanted(head.words)
    scopes = [set(checker.resolve(mention)) for mention in listing.heads[:-1] if mention.places]
    whole = [tally for tally in tallies if not tally.test and tally.words == wanted]
    found = [tally for tally in whole if (tally.scope in scopes[0] if scopes else tally.scope is None or head.is_generic)]
    if found or scopes:
        return found
    again = []
    for tally in tallies:
        if not tally.test and tally.words < wanted and len(tally.members) == tally.number:
            members = frozenset(one for one in tally.members if checker.facts.fits(wanted, checker.facts.things[one]))
            again.append(Tally(wanted, len(members), members, f"{tally.source}, counted again"))
    return again


def shows(checker: Checker, tally: Tally, written: set[tuple[float, ...]], more: int) -> bool:
    """Whether the places that are listed are those of a tally, or, where more are said to be, the first of them."""
    held = {checker.written[corners] for corners in tally.members}
    return written == held if not more else bool(written) and written <= held


def asks_for(checker: Checker, tally: Tally, listing: Listing) -> bool:
    """Whether a test asks for the relations of a head, to what the head names."""
    kinds = kinds_of_test(tally.test, checker.facts)
    if kinds is None or len(kinds) != len(listing.relations):
        return False
    for (kind, held), (said, anchor) in zip(kinds, listing.relations, strict=True):
        meant = set(checker.resolve(anchor))
        if kind != said or (held and not held & meant):
            return False
        if not held and anchor is not None and not meant:
            return False
        members = [checker.facts.things[one] for one in tally.members]
        anchors = [checker.facts.things[one] for one in (held & meant or meant)]
        if members and not any(all(True in holds(said, one, to, checker.facts) for one in members) for to in anchors):
            return False
    return True


def recomputed(checker: Checker, listing: Listing, shown: list[Corners], number: int) -> str | None:
    """What bears out a listing that no test of the program made: the boxes of all that one call found, looked at again."""
    if number != len(shown) or not shown:
        return None
    for tally in checker.facts.tallies:
        if tally.test or not set(shown) <= tally.members:
            continue
        left = set(tally.members)
        for kind, anchor in listing.relations:
            anchors = set(checker.resolve(anchor))
            if len(anchors) != 1:
                return None
            to = checker.facts.things[anchors.pop()]
            left = {one for one in left if True in holds(kind, checker.facts.things[one], to, checker.facts)}
        if left == set(shown):
            return f"{tally.source}, worked out from boxes"
    return None
