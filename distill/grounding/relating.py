"""Relations in a sentence: their two sides, whether they are denied, and whether boxes and numbers bear them out."""

from dataclasses import replace

from vpd.distill.grounding.checker import Checker
from vpd.distill.grounding.claims import Kind
from vpd.distill.grounding.facts import Corners
from vpd.distill.grounding.reading import Mention, Sentence, end_of
from vpd.distill.grounding.relations import COMPARING, EXTREME, HALVES, PLACING, holds, is_extreme, is_in_half, kinds_of_test
from vpd.distill.grounding.words import NEGATIONS

__all__ = ["check_relation", "row_of"]

SHARING = frozenset("and also is are , both it they".split())
"""Words between two relations of one subject."""


def check_relation(checker: Checker, sentence: Sentence, at: int, subjects: list[Mention]) -> set[int]:
    """Note one relation; the mentions (by `id`) and numbers (by token) that it accounts for."""
    kind = sentence.tokens[at].lemma
    if kind.removesuffix("_of") in COMPARING or is_of_numbers(sentence, at):
        return check_comparison(checker, sentence, at, subjects)
    if kind in PLACING:
        return check_placing(checker, sentence, at, subjects)
    if kind in EXTREME or kind in HALVES:
        check_standing(checker, sentence, at, subjects)
    return set()


NUMERIC = {"larger": "more", "above": "more", "smaller": "fewer", "below": "fewer"}
"""Relations of places and sizes as what they are between numbers: `8.5 is larger than 4`."""


def is_of_numbers(sentence: Sentence, at: int) -> bool:
    """Whether a relation of places or sizes stands between two numbers."""
    before = [token for token in sentence.tokens[:at] if token.text.lower() not in ("is", "not", "isn't")]
    after = sentence.tokens[at + 1 :]
    numbers = bool(before) and bool(after) and before[-1].value is not None and after[0].value is not None
    return numbers and sentence.tokens[at].lemma in NUMERIC and not any(m.number is after[0] for m in sentence.mentions)


def sides_of(sentence: Sentence, at: int, subjects: list[Mention]) -> tuple[Mention | None, Mention | None]:
    """What stands in a relation, and to what. A sentence may begin with the relation: `to the left of the bench are two dogs`."""
    before = [mention for mention in subjects if mention.last < at]
    after = [mention for mention in subjects if mention.first > at]
    if before:
        gap = [token.text.lower() for token in sentence.between(end_of(sentence, before[-1]), at)]
        earlier = [place for place in range(before[-1].first) if sentence.tokens[place].lemma in PLACING]
        if "and" in gap and set(gap) <= SHARING and earlier:  # `to the left of the bench and above the cat`
            return sides_of(sentence, earlier[-1], subjects)[0], after[0] if after else None
        return before[-1], after[0] if after else None
    return (after[1] if len(after) > 1 else None), after[0] if after else None


def row_of(sentence: Sentence, last: Mention, subjects: list[Mention]) -> list[Mention]:
    """The mention with those that stand in a row before it: `the dog, the cat and the cup`."""
    row = [last]
    for mention in reversed([each for each in subjects if each.last < last.first and not last.is_pronoun]):
        following = row[0]
        gap = sentence.tokens[end_of(sentence, mention) + 1 : following.first]
        if not gap or any(
            token.text.lower() not in (",", "and", "the", "a", "an", "both", ")") and token.value is None for token in gap
        ):
            break
        row.insert(0, mention)
    return row


def is_denied(sentence: Sentence, subject: Mention | None, at: int) -> bool:
    """Whether `not` or the like stands between a subject and its relation, or right before the relation."""
    first = subject.last if subject is not None and subject.last < at else max(-1, at - 4)
    tokens = sentence.between(first, at)
    return any(token.text.lower() in NEGATIONS or token.text.lower().endswith("n't") for token in tokens if token.kind == "word")


def check_placing(checker: Checker, sentence: Sentence, at: int, subjects: list[Mention]) -> set[int]:
    """A relation of two things, worked out again from their boxes."""
    kind = sentence.tokens[at].lemma
    subject, anchor = sides_of(sentence, at, subjects)
    if kind == "between" and at and sentence.tokens[at - 1].lemma == "distance":
        return set()  # no side of it, but a number's
    if kind in ("above", "below") and (anchor is None or subject is None) and not (anchor and checker.last):
        return set()  # `see above`
    denied = is_denied(sentence, subject, at)
    if subject is None:
        subject = checker.last
    if anchor is not None and anchor.is_pronoun and subject is not None:
        anchor = other_than(subject, anchor)
    text = relation_text(sentence, at, subject, anchor, denied=denied)
    start, end = sentence.tokens[at].start, sentence.tokens[at].end
    counts = subject is not None and subject.quantity is not None and not subject.places
    used = {id(subject)} if counts and subject is not None and subject.part is None else set()
    row = row_of(sentence, subject, subjects) if subject is not None and any(subject is each for each in subjects) else [subject]
    if subject is not None and (counts or subject.negated):
        source = source_of_number(checker, sentence, subject, subjects, subject.quantity or 0)
    else:
        sources = [source_of_pair(checker, kind, one, anchor, denied=denied) for one in row]
        source = sources[0] if all(sources) else None
    if (
        source is None
        and sentence.tokens[at].text.lower() in checker.facts.question.lower()
        and kind in ("near", "inside", "between")
    ):
        source = "the question"
    checker.add(Kind.RELATION, text, start, end, source)
    return used | ({id(subject)} if subject is not None and subject.negated else set())


def other_than(subject: Mention, pronoun: Mention) -> Mention:
    """`it` as the last that was named before it and is not what the relation is said of."""
    others = [mention for mention in pronoun.meant if mention is not subject and mention.words and mention.words != subject.words]
    return others[-1] if others else replace(pronoun, meant=[])


def relation_text(sentence: Sentence, at: int, subject: Mention | None, anchor: Mention | None, *, denied: bool) -> str:
    """The relation with its sides."""
    sides = [" ".join(mention.words) if mention else "" for mention in (subject, anchor)]
    return f"{sides[0]} {'not ' if denied else ''}{sentence.tokens[at].text} {sides[1]}".strip()


def source_of_pair(checker: Checker, kind: str, subject: Mention | None, anchor: Mention | None, *, denied: bool) -> str | None:
    """What bears a relation of things out; every place of the subject must stand in it."""
    ones, others = checker.resolve(subject), checker.resolve(anchor)
    wanted = not denied

    def truths_of(one: Corners) -> set[bool]:
        """Whether it stands in the relation to what is meant; of itself, where nothing else is, that can only be denied."""
        apart = [other for other in others if other != one]
        return {truth for other in apart or (others if denied else ()) for truth in relation(checker, kind, one, other)}

    truths = {one: truths_of(one) for one in ones}
    if subject is not None and subject.places:
        met = bool(ones) and all(wanted in truths[one] for one in ones)
    else:
        met = any(wanted in truth for truth in truths.values())
        if met and subject is not None:
            checker.narrow(subject, {one for one, truth in truths.items() if wanted in truth})
    if met:
        return "boxes, worked out again"
    words = checker.wanted(subject.words if subject else ()) | checker.wanted(anchor.words if anchor else ())
    for asked, truth, where in checker.facts.said:  # a tool was asked just that
        if words and words <= asked and truth != denied and kind in asked | {"near", "inside"} and not (ones and others):
            return where
    return None


def relation(checker: Checker, kind: str, one: Corners, other: Corners) -> frozenset[bool]:
    """Whether a relation holds between two things, by their edges."""
    return holds(kind, checker.facts.things[one], checker.facts.things[other], checker.facts)


def check_standing(checker: Checker, sentence: Sentence, at: int, subjects: list[Mention]) -> None:
    """`the leftmost dog`, `on the left`: among its like, or in the picture."""
    token = sentence.tokens[at]
    kind = token.lemma
    following = next((mention for mention in subjects if mention.first == at + 1), None)
    preceding = next((mention for mention in reversed(subjects) if mention.last < at), None)
    mention = following or preceding or checker.last
    if mention is None:
        return
    like = [checker.facts.things[one] for one in checker.facts.fitting(mention.words)]
    things = checker.things(mention)
    if kind in EXTREME:
        met = any(is_extreme(kind, thing, like) for thing in things)
    else:
        met = any(is_in_half(kind, thing, checker.width, checker.height) for thing in things)
    asked = token.text.lower() in checker.facts.question.lower()
    source = "boxes, worked out again" if met else "the question" if asked and not mention.places else None
    text = f"{' '.join(mention.words)} {token.text}".strip()
    checker.add(Kind.RELATION, text, token.start, token.end, source)


def source_of_number(checker: Checker, sentence: Sentence, subject: Mention, subjects: list[Mention], number: int) -> str | None:
    """What bears out that so many stand in all the relations of a sentence."""
    asked: list[tuple[str, Mention | None]] = []
    for at, token in enumerate(sentence.tokens):
        if token.kind == "relation" and token.lemma in PLACING:
            near, anchor = sides_of(sentence, at, subjects)
            if near is subject:
                if anchor is not None and anchor.is_pronoun:
                    anchor = other_than(subject, anchor)
                asked.append((token.lemma, anchor))
    kinds = [kind for kind, _ in asked]
    for tally in checker.facts.tallies:
        tested = kinds_of_test(tally.test, checker.facts) if tally.test else None
        if tested is None or [kind for kind, _ in tested] != kinds or tally.number != number:
            continue
        anchors = [(held, set(checker.resolve(anchor))) for (_, held), (_, anchor) in zip(tested, asked, strict=True)]
        fits = all(checker.facts.fits(checker.wanted(checker.words(subject)), checker.facts.things[one]) for one in tally.members)
        if fits and all(meant and (not held or held & meant) for held, meant in anchors):
            return tally.source
    left = set(checker.facts.fitting(checker.words(subject)))
    if not left and not checker.tallies_of(subject):
        return None
    for kind, anchor in asked:
        others = checker.resolve(anchor)
        if not others:
            return None
        left = {one for one in left if any(True in relation(checker, kind, one, other) for other in others if other != one)}
    return "boxes, worked out again" if len(left) == number else None


def check_comparison(checker: Checker, sentence: Sentence, at: int, subjects: list[Mention]) -> set[int]:
    """More, fewer, as many: worked out again from the numbers on both sides."""
    token = sentence.tokens[at]
    kind = NUMERIC.get(token.lemma, token.lemma.removesuffix("_of"))
    before = [mention for mention in subjects if mention.last < at]
    after = [mention for mention in subjects if mention.first > at]
    if token.lemma.endswith("_of"):  # `more cats than mice`
        one, other = (after[0] if after else None), (after[1] if len(after) > 1 else None)
        if other is None and before:  # `the cats are more numerous than the mice`
            one, other = before[-1], after[0] if after else None
        denied = is_denied(sentence, None, at)
    else:
        one, other = (before[-1] if before else None), (after[0] if after else None)
        denied = is_denied(sentence, one, at) or bool(one and one.negated and not sentence.between(one.last, at))
    parted = token.lemma.endswith("_of")
    left = numbers_of(checker, one) if parted else numbers_on(checker, sentence, one, at, -1)
    right = numbers_of(checker, other) if parted else numbers_on(checker, sentence, other, at, 1)
    if not left and kind in ("at_least", "at_most", "more", "fewer") and other is not None and other.number is not None:
        left = {float(number) for number in checker.counted(other)}
    truths = {COMPARING[kind](near, far) for near in left for far in right}
    source = "numbers, compared again" if (not denied) in truths else None
    checker.add(Kind.RELATION, relation_text(sentence, at, one, other, denied=denied), token.start, token.end, source)
    return set()


def numbers_on(checker: Checker, sentence: Sentence, mention: Mention | None, at: int, step: int) -> set[float]:
    """The numbers that one side of a comparison may stand for: the one that is said, else those known of what is named."""
    near = sentence.tokens[at + 1 :] if step > 0 else sentence.tokens[at - 1 :: -1] if at else []
    for token in near:
        if token.value is not None and token.text.lower() != "one":
            return {token.value}
        if token.kind == "relation" or (token.kind == "word" and token.text.lower() in ("and", "but", "so", "because", "while")):
            break
    return numbers_of(checker, mention)


def numbers_of(checker: Checker, mention: Mention | None) -> set[float]:
    """The numbers that a mention may stand for: what it is said to be, else what is known of it."""
    if mention is None:
        return set()
    if mention.number is not None and mention.number.value is not None:
        return {mention.number.value}
    if mention.negated:
        return {0.0}
    measured = {number for thing in checker.things(mention) for number in thing.numbers}
    return {float(number) for number in checker.counted(mention)} | measured
