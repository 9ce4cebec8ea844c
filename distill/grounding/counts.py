"""Numbers: how many of something there are said to be, and numbers that stand for themselves."""

from vpd.distill.grounding.checker import Checker
from vpd.distill.grounding.claims import Kind
from vpd.distill.grounding.reading import Mention, Sentence

__all__ = ["check_count", "check_number"]

COUNTING = frozenset("number count total amount quantity counts".split())
BOUNDS = frozenset({"at_least", "at_most", "more", "fewer"})


def check_count(checker: Checker, sentence: Sentence, mention: Mention, *, asks: bool) -> None:
    """`two dogs`, `no dog`: whether so many were found."""
    number = int(mention.number.value) if mention.number and mention.number.value is not None else 0
    start, end = mention.span(sentence.tokens)
    text = f"{number} {' '.join(token.text for token in sentence.tokens[mention.first : mention.last + 1])}"
    checker.add(Kind.NUMBER, text, start, end, source_of_count(checker, sentence, mention, number, asks=asks))


def source_of_count(checker: Checker, sentence: Sentence, mention: Mention, number: int, *, asks: bool) -> str | None:
    """What bears a count out."""
    before = sentence.tokens[: mention.first]
    if mention.number is not None:
        before = sentence.tokens[: sentence.tokens.index(mention.number)]
    if before and before[-1].kind == "relation" and before[-1].lemma in BOUNDS:
        stands_alone = not any(each.last < len(before) for each in sentence.mentions if each is not mention)
        if before[-1].lemma in ("at_least", "at_most") or stands_alone:
            return "a bound"  # `at least one dog` is looked at as a comparison
    counted = checker.counted(mention)
    if number in counted:
        return counted[number]
    if mention.places:
        return "the places listed" if number == len(mention.places) else None
    if asks and str(number) in checker.facts.question:
        return "the question"
    if not mention.words and number in {int(value) for value in checker.facts.numbers if value.is_integer()}:
        return checker.facts.numbers[float(number)]
    return None


def check_number(checker: Checker, sentence: Sentence, at: int, subjects: list[Mention], *, asks: bool, measures: bool) -> None:
    """A number that names nothing itself: `there are 3 in all`, `the number of dogs is 3`, `the depth of the cup is 2.5`."""
    token = sentence.tokens[at]
    if token.value is None or (token.kind == "word" and token.text.lower() in ("one", "zero")):
        return
    value, written = token.value, token.text if token.kind == "number" else f"{token.value:g}"
    before = [mention for mention in subjects if mention.last < at]
    source = None
    words = {each.lemma for each in sentence.tokens[:at]}
    places = sum(len(mention.places) for mention in subjects)
    if before and not measures and value.is_integer() and (COUNTING & words or is_linked(sentence, before[-1], at)):
        source = checker.counted(before[-1]).get(int(value))
    elif before and measures:
        things = [thing for mention in before for thing in checker.things(mention)]
        near = any(f"{known:g}" == f"{value:g}" or round(known, 1) == value for thing in things for known in thing.numbers)
        source = checker.facts.number(written) if not things or near else None
    elif checker.facts.number(written) is not None:
        source = checker.facts.number(written)
    elif places and value == places:
        source = "the places listed"
    else:
        spoken = before[-1] if before else checker.last
        source = checker.counted(spoken).get(int(value)) if spoken and value.is_integer() else None
    if source is None and asks and token.text in checker.facts.question:
        source = "the question"
    checker.add(Kind.NUMBER, token.text, token.start, token.end, source)


def is_linked(sentence: Sentence, mention: Mention, at: int) -> bool:
    """Whether a number is said of a mention: `dogs: 3`, `dogs (3)`, `dogs = 3`."""
    return all(token.text in (":", "(", "=", "is", "are", "number") for token in sentence.between(mention.last, at))
