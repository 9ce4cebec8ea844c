"""English for what programs see and test: nouns with their number, and comparisons of places as relations."""

import ast

__all__ = ["counted", "listed", "plural", "tell_test"]

IRREGULAR = {"person": "people", "man": "men", "woman": "women", "child": "children", "mouse": "mice", "knife": "knives"}

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


def listed(parts: list[str]) -> str:
    """The parts with commas between them."""
    return ", ".join(parts)


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


def noun_of(value: ast.expr, nouns: dict[str, str]) -> str | None:
    """What an expression stands for: a name, or one item of a list that a name holds."""
    if isinstance(value, ast.Subscript):
        value = value.value
    return nouns.get(value.id) if isinstance(value, ast.Name) else None
