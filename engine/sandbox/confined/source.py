"""From what a language model wrote to a syntax tree: the program is found among fences and prose, and its size is bounded."""

import ast
import re
import sys
import textwrap
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

__all__ = ["Refused", "parse_program"]

DEEPEST_BRACKETS = 60
DEEPEST_INDENT = 40
"""Blocks inside blocks."""
DEEPEST_TREE = 200
MOST_NODES = 6_000
LONGEST_TEXT = 4_096
"""Characters of one constant."""
LARGEST_NUMBER = 256
"""Bits of one constant."""

FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n]*\n(.*?)(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
STARTS = re.compile(
    r"^(def |import |from \w+ import|@|#|for .*:|if .*:|while .*:|try:|[A-Za-z_][\w.]*(\[[^\]]*\])?\s*[-+*/]?=|[A-Za-z_]\w*\()"
)
"""How a line of a program begins that stands at the left."""
KEYWORDS = (
    "def class import from for if elif else while try except finally with return async await assert raise del global nonlocal "
    "pass break continue match case lambda yield print"
).replace(" ", "|")
CODE = re.compile(rf"^(\s|({KEYWORDS})\b|@|[)\]}}]|[A-Za-z_][\w.\[\]'\"]*\s*([-+*/|&%<>]{{0,2}}=(?!=)|\()|.* = )")
"""What a line looks like that is code, or was meant to be."""
PROSE = re.compile(r"^[A-Z*>`\-\d\"]|[.:!?]\s*$")
"""What a sentence looks like: a capital or a bullet at its start, or a stop at its end."""


class Refused(Exception):
    """The program cannot be run; says where, why, and what to write instead."""

    def __init__(self, stage: str, kind: str, message: str, line: int | None = None) -> None:
        self.stage, self.kind, self.message, self.line = stage, kind, message, line
        super().__init__(message)


class Survey(NamedTuple):
    """What one walk over a program's tree tells."""

    bound: set[str]
    """Every name that the program binds somewhere."""
    bound_outside: set[str]
    """Names that it binds outside of its functions, other than by `def`."""
    returns: bool
    """Whether it returns outside of any function."""


def parse_program(source: str, longest: int) -> tuple[ast.Module, str, Survey]:
    """The program's tree, its text with line numbers as in the source, and what it is like. Raises `Refused`."""
    if len(source) > longest:
        raise Refused(
            "refused", "source", f"the program has {len(source)} characters, at most {longest} are allowed: write it shorter"
        )
    text = source.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", " ").lstrip("\ufeff")
    if not text.strip():
        raise Refused("refused", "empty", "there is no program: define execute_command(image)")
    refuse_odd(text)
    first: SyntaxError | None = None
    for candidate in candidates(text):
        refuse_deep(candidate)
        try:
            tree = parse(candidate)
        except SyntaxError as error:
            first = first or error
            continue
        seen = survey(tree)
        if seen.returns and "execute_command" not in seen.bound:
            tree = as_function(tree)
            return tree, candidate, survey(tree)
        return tree, candidate, seen
    raise syntax_refusal(first, text)


def parse(text: str) -> ast.Module:
    """Python's own parser, whose complaints about odd escapes are not for us."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text, "<program>")
        except (RecursionError, MemoryError):
            raise Refused("refused", "nesting", "the program is nested too deeply: use names for the parts") from None
        except ValueError as error:
            raise SyntaxError(str(error)) from None


def candidates(text: str) -> Iterator[str]:
    """Where the program may be, likeliest first: in a fence, everywhere, moved to the left, between two pieces of prose."""
    fences = list(FENCE.finditer(text))
    if fences:
        best = max(
            fences, key=lambda fence: ("def execute_command" in fence[3], fence[2].lower().startswith("py"), len(fence[3]))
        )
        inside = "\n" * text.count("\n", 0, best.start(3)) + best[3]
        yield inside
        yield move_left(inside)
        return
    yield text
    moved = move_left(text)
    if moved != text:
        yield moved
    yield from without_prose(text)


def move_left(text: str) -> str:
    """Without the indentation that all lines share."""
    return textwrap.dedent(text.expandtabs(4))


def without_prose(text: str) -> Iterator[str]:
    """The lines between prose; none where a line left out may be code: a broken program is never made a shorter one."""
    lines = text.split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip()]
    prose = [number for number in filled if PROSE.search(lines[number]) and not CODE.match(lines[number])]
    starts = [number for number in filled if STARTS.match(lines[number])]
    if not starts:
        return
    start = starts[0]
    if any(number < start and number not in prose for number in filled):
        return
    ends = [number for number in prose if number > start and all(later in prose for later in filled if later >= number)]
    for end in [len(lines), *ends][:20]:
        if start or end < len(lines):
            yield "\n" * start + "\n".join(lines[start:end]) + "\n"


def refuse_odd(text: str) -> None:
    """Refuse characters that no program needs."""
    for odd, what in (("\x00", "a NUL character"), ("\ufffe", "a character that is none")):
        if odd in text:
            line = text.count("\n", 0, text.index(odd)) + 1
            raise Refused("refused", "character", f"there is {what} in line {line}: leave it out", line)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise Refused("refused", "character", f"there is half of a character in line {line}: leave it out", line) from None


def refuse_deep(text: str) -> None:
    """Refuse what would cost the parser much, before it is parsed; strings count too, which is harmless."""
    depth = 0
    for line, content in enumerate(text.split("\n"), 1):
        indent = len(content) - len(content.lstrip())
        if indent > 8 * DEEPEST_INDENT and content.strip():
            raise Refused("refused", "nesting", f"line {line} is indented by {indent}: use functions for the parts", line)
        for character in content:
            if character in "([{":
                depth += 1
                if depth > DEEPEST_BRACKETS:
                    message = f"brackets are nested deeper than {DEEPEST_BRACKETS} in line {line}: use names for the parts"
                    raise Refused("refused", "nesting", message, line)
            elif character in ")]}":
                depth = max(0, depth - 1)


def survey(tree: ast.Module) -> Survey:
    """What a program is like, from one walk over its tree. Raises `Refused` where it is too large or too deep."""
    bound: set[str] = set()
    bound_outside: set[str] = set()
    returns = False
    line, count = 1, 0
    todo: list[tuple[Any, int, bool]] = [(tree, 0, True)]
    while todo:
        node, depth, outside = todo.pop()
        line = getattr(node, "lineno", line)
        count += 1
        if count > MOST_NODES:
            raise Refused("refused", "source", f"the program has more than {MOST_NODES} parts: write it shorter")
        if depth > DEEPEST_TREE:
            raise Refused("refused", "nesting", f"line {line} is nested too deeply: use names for the parts", line)
        kind = type(node)
        if kind is ast.Constant:
            check_constant(node.value, line)
            continue
        name = bound_by(node, kind)
        if name is not None:
            bound.add(name)
            if outside and kind is not ast.FunctionDef:
                bound_outside.add(name)
        returns = returns or (outside and kind is ast.Return)
        inner = outside and kind not in SCOPES
        for field in node._fields:
            value = getattr(node, field, None)
            if type(value) is list:
                todo.extend((each, depth + 1, inner) for each in value if isinstance(each, ast.AST))
            elif field != "ctx" and isinstance(value, ast.AST):
                todo.append((value, depth + 1, inner))
    return Survey(bound, bound_outside, returns)


def names_read(tree: ast.Module) -> set[str]:
    """The names that are looked up when a program runs; those in type hints are not."""
    read: set[str] = set()
    todo: list[Any] = [tree]
    while todo:
        node = todo.pop()
        if type(node) is ast.Name and type(node.ctx) is ast.Load:
            read.add(node.id)
        for field in node._fields:
            value = None if field in ("annotation", "returns") else getattr(node, field, None)
            if type(value) is list:
                todo.extend(each for each in value if isinstance(each, ast.AST))
            elif isinstance(value, ast.AST):
                todo.append(value)
    return read


SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def bound_by(node: Any, kind: type) -> str | None:
    """The name that a node binds, where it binds one."""
    if kind is ast.Name:
        return None if type(node.ctx) is ast.Load else str(node.id)
    if kind is ast.FunctionDef:
        return str(node.name)
    if kind is ast.arg:
        return str(node.arg)
    if kind is ast.alias:
        return str(node.asname or node.name.split(".")[0])
    return None


def check_constant(value: object, line: int) -> None:
    """Refuse a constant that is large."""
    if isinstance(value, str | bytes):
        if len(value) > LONGEST_TEXT:
            raise too_large(f"a text of more than {LONGEST_TEXT} characters", line)
    elif isinstance(value, int) and value.bit_length() > LARGEST_NUMBER:
        raise too_large(f"a number of more than {LARGEST_NUMBER} bits", line)


def too_large(what: str, line: int) -> Refused:
    """A constant that no program needs."""
    return Refused("refused", "constant", f"line {line} holds {what}: write a smaller one", line)


def as_function(tree: ast.Module) -> ast.Module:
    """A body without its `def`, as completions of a prompt that ends with the `def` line are, becomes that function."""
    arguments = ast.arguments(posonlyargs=[], args=[ast.arg("image")], kwonlyargs=[], kw_defaults=[], defaults=[])
    function = ast.FunctionDef(name="execute_command", args=arguments, body=tree.body, decorator_list=[])
    if sys.version_info >= (3, 12):
        function.type_params = []
    ast.copy_location(function, tree.body[0])
    return ast.fix_missing_locations(ast.Module([function], []))


def syntax_refusal(error: SyntaxError | None, text: str) -> Refused:
    """A parser's complaint with line and the line's text."""
    if error is None:
        return Refused("compile", "SyntaxError", "no Python program was found: define execute_command(image)")
    lines = text.split("\n")
    line = error.lineno if error.lineno and 0 < error.lineno <= len(lines) else None
    shown = f": {lines[line - 1].strip()[:120]!r}" if line else ""
    return Refused("compile", type(error).__name__, f"{error.msg}{f' (line {line}{shown})' if line else ''}", line)
