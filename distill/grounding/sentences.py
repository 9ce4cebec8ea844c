"""Sentences in any words: what each mention, number and relation of them claims."""

from vpd.distill.grounding.checker import Checker
from vpd.distill.grounding.claims import Kind
from vpd.distill.grounding.counts import check_count, check_number
from vpd.distill.grounding.listings import check_listing, read_listing
from vpd.distill.grounding.reading import Mention, Sentence, Token, end_of
from vpd.distill.grounding.relating import check_relation, row_of
from vpd.distill.grounding.relations import PLACING
from vpd.distill.grounding.words import COPULAS, GENERIC, NEGATIONS

__all__ = ["check_sentence"]

LINKING = frozenset("a an the also all both that which it they its also still however indeed itself color colour shape".split())
ASKING = frozenset("whether if question asks asked ask asking".split())
SEEING = frozenset(
    "found find finds see sees saw spot spotted detect detected detects contains contain shows show identified".split()
)
MEASURES = frozenset("depth distance score height width area size length".split())


def check_sentence(checker: Checker, sentence: Sentence) -> None:
    """Note all claims of a sentence."""
    said = {token.text.lower() for token in sentence.tokens}
    listing = read_listing(sentence)
    predicates: dict[int, Mention] = {}
    known = []
    for number, mention in enumerate(sentence.mentions):
        subject = None if listing else predicated(checker, sentence, number)
        if subject is not None:
            predicates[number] = subject
        known.append(check_names(checker, sentence, mention, is_predicate=subject is not None))
    if listing:
        check_listing(checker, sentence, listing)
        return
    subjects = [mention for number, mention in enumerate(sentence.mentions) if number not in predicates]
    used = check_relations(checker, sentence, subjects)
    for number, mention in enumerate(sentence.mentions):
        if known[number] and number in predicates:
            check_predicate(checker, sentence, mention, predicates[number])
        elif known[number] and number:
            check_asked(checker, sentence, mention, sentence.mentions[number - 1])
    for number, mention in enumerate(sentence.mentions):
        is_said_of = any(each is mention for each in predicates.values())
        if number in predicates or id(mention) in used:
            continue
        if (mention.number is not None and not (is_said_of and mention.part is None)) or (mention.negated and not is_said_of):
            check_count(checker, sentence, mention, asks=bool(ASKING & said))
        elif not mention.places and not mention.is_pronoun and not (ASKING & said):
            check_existence(checker, sentence, mention)
    for at, token in enumerate(sentence.tokens):
        if token.value is not None and at not in used and not any(mention.number is token for mention in sentence.mentions):
            check_number(checker, sentence, at, subjects, asks=bool(ASKING & said), measures=bool(MEASURES & said))
    spoken = [mention for mention in subjects if mention.words]
    if spoken:
        checker.last = spoken[0]


def check_relations(checker: Checker, sentence: Sentence, subjects: list[Mention]) -> set[int]:
    """All relations of a sentence; the tokens and mentions (by `id`) whose numbers are accounted for."""
    used: set[int] = set()
    for at, token in enumerate(sentence.tokens):
        if token.kind == "relation":
            used |= check_relation(checker, sentence, at, subjects)
    return used


def predicated(checker: Checker, sentence: Sentence, number: int) -> Mention | None:
    """What a mention is said of: `pink` in `the cup is pink`; None where it is no such word."""
    mention = sentence.mentions[number]
    if mention.number is not None or mention.is_pronoun or mention.places:
        return None
    before = sentence.mentions[number - 1] if number else None
    start = end_of(sentence, before) if before else -1
    tokens = sentence.between(start, mention.first)
    words = [token.text.lower() for token in tokens]
    is_colored = bool({"has", "have"} & set(words)) and bool({"color", "colour"} & set(words))
    if (
        not (COPULAS & set(words) or is_colored)
        or "there" in words
        or any(token.kind in ("relation", "number", "place", "quote") for token in tokens)
    ):
        return None
    allowed = LINKING | COPULAS | NEGATIONS | {","} | ({"has", "have"} if is_colored else set())
    plain = all(word in allowed or word.endswith(("n't", "ly")) for word in words)
    if before is not None and plain and number > 1 and "which" not in words and is_anchor(sentence, before):
        return sentence.mentions[number - 2]  # `the cup to the right of the plate is pink`
    if before is not None:
        return before if plain else None
    return checker.last if {"it", "its", "this", "that", "they", "their"} & set(words) else None


def is_anchor(sentence: Sentence, mention: Mention) -> bool:
    """Whether a mention is what a relation is to."""
    before = [token for token in sentence.tokens[: mention.first] if token.text.lower() not in ("the", "a", "an")]
    return bool(before) and before[-1].kind == "relation" and before[-1].lemma in PLACING


def check_names(checker: Checker, sentence: Sentence, mention: Mention, *, is_predicate: bool) -> bool:
    """Whether a mention's words are known, stand together somewhere, and stand where it is said to be."""
    unknown = checker.unknown_words(sentence, mention)
    for token in unknown:
        checker.add(checker.kind_of(token.lemma), token.text, token.start, token.end, None)
    if unknown or mention.is_pronoun:
        return not unknown
    start, end = mention.span(sentence.tokens)
    text = " ".join(token.text for token in sentence.tokens[mention.first : mention.last + 1])
    for place in mention.places:
        there = checker.at(place)
        fits = [corners for corners in there if checker.fits(mention, corners)]
        source = checker.facts.things[fits[0]].sources[0] if fits else None
        shown = text if mention.words else ""
        checker.add(Kind.PLACE, f"{shown} at {place.text}".strip(), place.start, place.end, source)
    if mention.places or is_predicate or not mention.words:
        return True
    fitting = checker.resolve(mention)
    source = checker.facts.things[fitting[0]].sources[0] if fitting else checker.known_phrase(checker.wanted(mention.words))
    checker.add(Kind.NAME, text, start, end, source)
    return source is not None


def is_denied(tokens: list[Token]) -> bool:
    """Whether words say that something is not so."""
    return any(
        token.kind == "word" and (token.text.lower() in NEGATIONS or token.text.lower().endswith("n't")) for token in tokens
    )


def check_predicate(checker: Checker, sentence: Sentence, mention: Mention, subject: Mention) -> None:
    """`the cup at x6 y4 is pink`, `no circle is red`."""
    inside = any(subject is each for each in sentence.mentions)
    between = sentence.between(end_of(sentence, subject) if inside else -1, mention.first)
    denied = is_denied(between) or (subject.negated and inside)
    words = {word for word in mention.words if word not in GENERIC}
    things = checker.things(subject)
    source = None
    like = [checker.facts.things[one] for one in checker.facts.fitting(checker.words(subject))]
    if subject.quantity is not None and not subject.places and like:
        met = [thing for thing in like if checker.facts.fits(words, thing) != denied]
        source = "things, counted again" if len(met) == subject.quantity else None
    if subject.negated and things:
        source = None if any(words <= thing.words for thing in things) else things[0].sources[0]
    for thing in things if not subject.negated and (subject.quantity is None or subject.places) else []:
        if checker.facts.fits(words, thing) != denied and not (denied and words <= thing.words):
            source = thing.sources[0]
    wanted = words | set(checker.wanted(subject.words))
    for asked, truth, where in checker.facts.said:
        if wanted and wanted <= asked and truth != denied and not things:
            source = where
    if source is None and not things and not subject.places and not denied and not subject.negated:
        source = checker.known_phrase(words)
    start, end = mention.span(sentence.tokens)
    text = " ".join(token.text for token in sentence.tokens[mention.first : mention.last + 1])
    name = " ".join(subject.words)
    checker.add(Kind.ATTRIBUTE, f"{name} is {'not ' if denied else ''}{text}".strip(), start, end, source)


def check_asked(checker: Checker, sentence: Sentence, mention: Mention, subject: Mention) -> None:
    """`the car at x1 y6 has its brake lights on`, where a tool was asked just that of some things, and said yes or no."""
    row = row_of(sentence, subject, sentence.mentions)
    things = [thing for one in row for thing in checker.things(one)]
    words = set(mention.words)
    if not words or not things or any(words & thing.labels for thing in things):
        return
    asked = [thing for thing in things if words <= thing.words or words <= thing.denied]
    if len(asked) != len(things):
        return
    tokens = sentence.between(end_of(sentence, subject), mention.first)
    if any(token.kind == "relation" or token.text.lower() in ("and", "with", ":") for token in tokens):
        return
    denied = is_denied(tokens) or subject.negated
    met = [thing for thing in asked if (words <= thing.denied if denied else words <= thing.words)]
    if subject.quantity is not None and not subject.places:
        fits = len(met) == subject.quantity
    else:
        fits = bool(met) and (not subject.places or len(met) == len(asked))
    start, end = mention.span(sentence.tokens)
    text = " ".join(token.text for token in sentence.tokens[mention.first : mention.last + 1])
    source = met[0].sources[-1] if fits and met else None
    checker.add(Kind.ATTRIBUTE, f"{' '.join(subject.words)} {'not ' if denied else ''}{text}".strip(), start, end, source)


def check_existence(checker: Checker, sentence: Sentence, mention: Mention) -> None:
    """`there is a red circle`, without a number."""
    before = [token.text.lower() for token in sentence.tokens[max(0, mention.first - 4) : mention.first]]
    after = [token.text.lower() for token in sentence.tokens[mention.last + 1 : mention.last + 4]]
    is_there = "there" in before and any(word in COPULAS or word in ("exist", "exists") for word in before)
    is_found = bool(SEEING & set(before)) and before[-1] in ("a", "an", "some") and not {"for", "if"} & set(before)
    is_shown = bool({"visible", "seen", "present"} & set(after)) and bool(COPULAS & set(after) or "can" in after)
    if not (is_there or is_found or is_shown):
        return
    denied = any(word in NEGATIONS or word.endswith("n't") for word in [*before, *(after if is_shown else [])])
    wanted = checker.wanted(mention.words)
    found = checker.resolve(mention)
    said = [(truth, where) for words, truth, where in checker.facts.said if wanted and wanted <= words]
    if denied:
        counted = checker.counted(mention)
        source = counted.get(0) or next((where for truth, where in said if not truth), None)
    elif found:
        source = checker.facts.things[found[0]].sources[0]
    else:
        source = next((where for truth, where in said if truth), None)
    start, end = mention.span(sentence.tokens)
    text = " ".join(token.text for token in sentence.tokens[mention.first : mention.last + 1])
    checker.add(Kind.EXISTENCE, f"{'no ' if denied else ''}{text}", start, end + 1, source)
