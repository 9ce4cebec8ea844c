"""English for what programs see and test: nouns with their number, and comparisons of places as relations."""

import ast

__all__ = [
    "article",
    "as_noun",
    "choice_word",
    "counted",
    "listed",
    "plural",
    "singular",
    "subject_of",
    "tell_branch",
    "tell_test",
]

IRREGULAR = {
    "person": "people",
    "man": "men",
    "woman": "women",
    "child": "children",
    "mouse": "mice",
    "knife": "knives",
    "bus": "buses",
    "foot": "feet",
    "tooth": "teeth",
    "goose": "geese",
    "shelf": "shelves",
    "leaf": "leaves",
    "loaf": "loaves",
    "wolf": "wolves",
    "sheep": "sheep",
    "fish": "fish",
    "tomato": "tomatoes",
    "potato": "potatoes",
}
SINGLES = {many: single for single, many in IRREGULAR.items()}
MASS = frozenset(
    "water grass snow sand food text hair meat rice bread wood metal glass smoke fire furniture luggage writing broccoli "
    "clothing fruit ice mud paper rain sky soup traffic wine beer coffee tea milk cheese".split()
)
"""Nouns without an article; some of them only mostly."""
COLORS = frozenset("black white gray grey red brown yellow green blue purple pink".split())
"""Words that are no nouns by themselves; orange is."""

RELATIONS: dict[tuple[str, type[ast.cmpop]], str] = {
    ("x", ast.Lt): "to the left of",
    ("x", ast.Gt): "to the right of",
    ("y", ast.Lt): "above",
    ("y", ast.Gt): "below",
    ("width", ast.Gt): "wider than",
    ("width", ast.Lt): "narrower than",
    ("height", ast.Gt): "taller than",
    ("height", ast.Lt): "shorter than",
    ("area", ast.Gt): "larger than",
    ("area", ast.Lt): "smaller than",
}
ALONG = {
    "left": "x", "right": "x", "horizontal_center": "x", "top": "y", "bottom": "y",
}  # fmt: skip
UPWARD = {"lower", "upper", "vertical_center"}
OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}
STRICT: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.LtE: ast.Lt, ast.GtE: ast.Gt}


def as_noun(text: str) -> str:
    """What was looked for as a noun: `green` is a green thing."""
    return f"{text} thing" if text.rpartition(" ")[2].lower() in COLORS else text


def plural(noun: str) -> str:
    """The noun for more than one; a noun that is plural already stays."""
    head, _, last = noun.rpartition(" ")
    if last in IRREGULAR:
        many = IRREGULAR[last]
    elif last in SINGLES or (last.endswith("s") and not last.endswith("ss")):
        many = last
    elif last.endswith(("s", "x", "ch", "sh")):
        many = last + "es"
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        many = last[:-1] + "ies"
    else:
        many = last + "s"
    return f"{head} {many}".strip()


def counted(number: int, noun: str) -> str:
    """`1 red circle`, `2 red circles`, `no red circle`."""
    return f"no {noun}" if number == 0 else f"1 {noun}" if number == 1 else f"{number} {plural(noun)}"


def singular(noun: str) -> str:
    """The noun for one, of a noun that may be plural."""
    head, _, last = noun.rpartition(" ")
    one = SINGLES.get(last)
    if one is None:
        shorter = [last[:-3] + "y"] * last.endswith("ies") + [last[:-2]] * last.endswith("es") + [last[:-1]] * last.endswith("s")
        one = next((guess for guess in shorter if guess and plural(guess) == last and guess != last), last)
    return f"{head} {one}".strip()


def tell_test(test: str, nouns: dict[str, str]) -> str | None:
    """A test such as `dog.x < bench.x and dog.y > 10` as a relation; None where it is no comparison of places.

    `nouns` names what the program's names hold. The subject, a name that is not among them, is left out.
    """
    try:
        tree = ast.parse(test, mode="eval").body
    except SyntaxError:
        return None
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    told = [tell_comparison(part, nouns) for part in parts]
    return None if None in told else " and ".join(filter(None, told))


def tell_comparison(test: ast.expr, nouns: dict[str, str]) -> str | None:
    """One comparison of two regions' places as a relation to the one that has a noun."""
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1):
        return None
    ends = [test.left, test.comparators[0]]
    operator = type(test.ops[0])
    read = [(part.value, part.attr) for part in ends if isinstance(part, ast.Attribute)]
    if len(read) != len(ends):
        return None
    (subject, near), (other, far) = read
    if noun_of(other, nouns) is None and noun_of(subject, nouns) is not None:
        subject, other, operator = other, subject, OPPOSITE.get(operator, operator)
    noun = noun_of(other, nouns)
    operator = STRICT.get(operator, operator)
    axes = {ALONG.get(name, name) for name in (near, far)}
    if axes <= UPWARD:
        axes, operator = {"y"}, OPPOSITE.get(operator, operator)
    relation = RELATIONS.get((axes.pop(), operator)) if len(axes) == 1 else None
    return f"{relation} {noun}" if relation and noun else None


MORE_OR_FEWER: dict[type[ast.cmpop], str] = {
    ast.Gt: "more than", ast.Lt: "fewer than", ast.Eq: "as many as", ast.GtE: "at least", ast.LtE: "at most",
}  # fmt: skip
GREATER: dict[type[ast.cmpop], str] = {
    ast.Gt: "greater than", ast.Lt: "less than", ast.Eq: "equal to", ast.GtE: "at least", ast.LtE: "at most",
}  # fmt: skip
EMPTY_OR_NOT = {(ast.Gt, 0), (ast.Eq, 0), (ast.NotEq, 0), (ast.GtE, 1), (ast.Lt, 1), (ast.LtE, 0)}
"""Tests of a count that only ask whether there is anything: the listing says it already."""


def tell_branch(test: str, values: dict[str, object], nouns: dict[str, str]) -> tuple[str, str] | None:
    """A branch's test on two counts, two places or two numbers, as subject and relation; None where it is none of these."""
    try:
        tree = ast.parse(test, mode="eval").body
    except SyntaxError:
        return None
    if not (isinstance(tree, ast.Compare) and len(tree.ops) == 1):
        return None
    (left, right), operator = (tree.left, tree.comparators[0]), type(tree.ops[0])
    if isinstance(left, ast.Constant) and not isinstance(right, ast.Constant):
        left, right, operator = right, left, OPPOSITE.get(operator, operator)
    if operator in MORE_OR_FEWER and (one := tell_count(left, values, nouns)):
        if other := tell_count(right, values, nouns):
            return one, f"{MORE_OR_FEWER[operator]} {other}"
        if isinstance(right, ast.Constant) and type(right.value) is int and (operator, right.value) not in EMPTY_OR_NOT:
            return one, f"{MORE_OR_FEWER[operator]} {right.value}"
    relation = tell_comparison(tree, nouns)
    subject = noun_of(left.value, nouns) if isinstance(left, ast.Attribute) else None
    if relation and subject:
        return (subject[:1].upper() + subject[1:], relation) if subject not in relation else None
    return tell_numbers((left, right), operator, values, nouns)


def tell_numbers(
    sides: tuple[ast.expr, ast.expr], operator: type[ast.cmpop], values: dict[str, object], nouns: dict[str, str]
) -> tuple[str, str] | None:
    """Two numbers that are compared, with what they are numbers of; or two texts that are the same or not."""
    shown, known = [], []
    for side in sides:
        value = side.value if isinstance(side, ast.Constant) else values.get(ast.unparse(side))
        if isinstance(value, bool) or not isinstance(value, int | float | str) or value == "":
            return None
        noun = noun_of(side, nouns) if not isinstance(side, ast.Attribute) else None
        shown.append(
            f"{noun}, {value:g},"
            if noun and isinstance(value, int | float)
            else f"{value:g}"
            if not isinstance(value, str)
            else f'"{value}"'
        )
        known.append(value)
    if all(isinstance(value, str) for value in known):
        both_read = not any(isinstance(side, ast.Constant) for side in sides)
        return (shown[0], f"the same as {shown[1]}") if both_read and operator is ast.Eq else None
    if any(isinstance(value, str) for value in known) or operator not in GREATER:
        return None
    if isinstance(sides[1], ast.Constant) and (operator, sides[1].value) in EMPTY_OR_NOT:
        return None
    return shown[0][:1].upper() + shown[0][1:], f"{GREATER[operator]} {shown[1].rstrip(',')}"


def tell_count(value: ast.expr, values: dict[str, object], nouns: dict[str, str]) -> str | None:
    """`len(dogs)` as `2 dogs`."""
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "len" and len(value.args) == 1):
        return None
    number, noun = values.get(ast.unparse(value)), noun_of(value.args[0], nouns)
    return counted(number, noun.removeprefix("the ")) if isinstance(number, int) and noun else None


def noun_of(value: ast.expr, nouns: dict[str, str]) -> str | None:
    """What an expression stands for: a name, or one item of a list that a name holds."""
    if isinstance(value, ast.Subscript):
        item = nouns.get(ast.unparse(value))
        if item is not None:
            return item
        value = value.value
    return nouns.get(value.id) if isinstance(value, ast.Name) else None


def subject_of(test: str, nouns: dict[str, str]) -> str | None:
    """The name in a test of places that nothing is known of, such as a loop's; None where there is not just one."""
    try:
        tree = ast.parse(test, mode="eval").body
    except SyntaxError:
        return None
    read = {node.value.id for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)}
    unknown = sorted(read - nouns.keys())
    return unknown[0] if len(unknown) == 1 else None


EXTREMES: dict[tuple[str, bool], str] = {
    ("x", False): "leftmost", ("x", True): "rightmost", ("y", False): "topmost", ("y", True): "lowest",
    ("width", True): "widest", ("width", False): "narrowest", ("height", True): "tallest", ("height", False): "shortest",
    ("area", True): "largest", ("area", False): "smallest",
}  # fmt: skip


def choice_word(statement: str) -> str | None:
    """`x = max(dogs, key=lambda d: d.x)` as `rightmost`: by what one of several was chosen; None where it was not so."""
    try:
        body = ast.parse(statement).body
    except SyntaxError:
        return None
    value = body[0].value if len(body) == 1 and isinstance(body[0], ast.Assign) else None
    last = False
    if isinstance(value, ast.Subscript) and ast.unparse(value.slice) in ("0", "-1"):
        last, value = ast.unparse(value.slice) == "-1", value.value
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("min", "max", "sorted")):
        return None
    options = {option.arg: option.value for option in value.keywords}
    key = options.get("key")
    if not (isinstance(key, ast.Lambda) and isinstance(key.body, ast.Attribute)):
        return None
    if value.func.id == "sorted":
        backward = options.get("reverse")
        largest = last != (isinstance(backward, ast.Constant) and backward.value is True)
    else:
        largest = value.func.id == "max"
    name = key.body.attr
    if name in UPWARD:
        name, largest = "y", not largest
    return EXTREMES.get((ALONG.get(name, name), largest))


def article(noun: str) -> str:
    """The noun with `a` or `an`, or as it is where it takes none."""
    last = noun.rpartition(" ")[2].lower()
    if last in MASS or singular(last) != last or last in SINGLES:
        return noun
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def listed(items: list[str], word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}" if items else ""
