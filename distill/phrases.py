"""English for what programs see and test: nouns with their number, and comparisons of places as relations."""

import ast

__all__ = ["counted", "plural", "singular", "tell_branch", "tell_test"]

IRREGULAR = {
    "person": "people",
    "man": "men",
    "woman": "women",
    "child": "children",
    "mouse": "mice",
    "knife": "knives",
    "bus": "buses",
}

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


def plural(noun: str) -> str:
    """The noun for more than one; a noun that is plural already stays."""
    head, _, last = noun.rpartition(" ")
    if last in IRREGULAR:
        many = IRREGULAR[last]
    elif last in IRREGULAR.values() or (last.endswith("s") and not last.endswith("ss")):
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
    one = next((single for single, many in IRREGULAR.items() if many == last), None)
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


MORE_OR_FEWER: dict[type[ast.cmpop], str] = {ast.Gt: "more than", ast.Lt: "fewer than", ast.Eq: "as many as"}


def tell_branch(test: str, values: dict[str, object], nouns: dict[str, str]) -> tuple[str, str] | None:
    """A branch's test on two counts or two places, as subject and relation; None where it is neither."""
    try:
        tree = ast.parse(test, mode="eval").body
    except SyntaxError:
        return None
    if not (isinstance(tree, ast.Compare) and len(tree.ops) == 1):
        return None
    left, right = tree.left, tree.comparators[0]
    word = MORE_OR_FEWER.get(type(tree.ops[0]))
    if word and (one := tell_count(left, values, nouns)) and (other := tell_count(right, values, nouns)):
        return one, f"{word} {other}"
    relation = tell_comparison(tree, nouns)
    subject = noun_of(left.value, nouns) if isinstance(left, ast.Attribute) else None
    return (subject.capitalize(), relation) if relation and subject and subject not in relation else None


def tell_count(value: ast.expr, values: dict[str, object], nouns: dict[str, str]) -> str | None:
    """`len(dogs)` as `2 dogs`."""
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "len" and len(value.args) == 1):
        return None
    number, noun = values.get(ast.unparse(value)), noun_of(value.args[0], nouns)
    return counted(number, noun.removeprefix("the ")) if isinstance(number, int) and noun else None


def noun_of(value: ast.expr, nouns: dict[str, str]) -> str | None:
    """What an expression stands for: a name, or one item of a list that a name holds."""
    if isinstance(value, ast.Subscript):
        value = value.value
    return nouns.get(value.id) if isinstance(value, ast.Name) else None
