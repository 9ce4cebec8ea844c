"""From what a language model wrote to a syntax tree: the program is found among fences and prose, and its size is bounded."""

import ast
import re
import sys
import textwrap
import warnings
from collections.abc import Iterator

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
STARTS = re.compile(r"^(def |import |from |@|#|for |if |while |try:|[A-Za-z_][\w.]*(\[[^\]]*\])?\s*[-+*/]?=|[A-Za-z_]\w*\()")


class Refused(Exception):
    """The program cannot be run; says where, why, and what to write instead."""

    def __init__(self, stage: str, kind: str, message: str, line: int | None = None) -> None:
        self.stage, self.kind, self.message, self.line = stage, kind, message, line
        super().__init__(message)


def parse_program(source: str, longest: int) -> tuple[ast.Module, str]:
    """The program's tree and its text, with line numbers as in the source. Raises `Refused`."""
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
        refuse_large(tree)
        return as_function(tree), candidate
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
    """The lines from the first that looks like Python, up to some later line; a handful of tries."""
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if STARTS.match(line)]
    defined = [number for number in starts if lines[number].startswith("def execute_command")]
    tried = 0
    for start in dict.fromkeys([*starts[:2], *defined[:1]]):
        for end in range(len(lines), start, -1):
            last = lines[end - 1]
            if end < len(lines) and not (lines[end].strip() and not lines[end][0].isspace()):
                continue  # only before a line of prose can a program end
            if not last.strip() and end == len(lines):
                continue
            tried += 1
            if tried > 40:
                return
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


def refuse_large(tree: ast.Module) -> None:
    """Bound the tree's size and depth and the size of its constants."""
    count = 0
    line = 1
    todo: list[tuple[ast.AST, int]] = [(tree, 0)]
    while todo:
        node, depth = todo.pop()
        line = getattr(node, "lineno", line)
        count += 1
        if count > MOST_NODES:
            raise Refused("refused", "source", f"the program has more than {MOST_NODES} parts: write it shorter")
        if depth > DEEPEST_TREE:
            raise Refused("refused", "nesting", f"line {line} is nested too deeply: use names for the parts", line)
        if isinstance(node, ast.Constant):
            value = node.value
            if isinstance(value, str | bytes) and len(value) > LONGEST_TEXT:
                raise Refused(
                    "refused", "constant", f"line {line} holds a text longer than {LONGEST_TEXT}: write it shorter", line
                )
            if isinstance(value, int) and value.bit_length() > LARGEST_NUMBER:
                raise too_large(f"a number of more than {LARGEST_NUMBER} bits", line)
        todo.extend((child, depth + 1) for child in ast.iter_child_nodes(node))


def too_large(what: str, line: int) -> Refused:
    """A constant that no program needs."""
    return Refused("refused", "constant", f"line {line} holds {what}: write a smaller one", line)


def as_function(tree: ast.Module) -> ast.Module:
    """A body without its `def`, as completions of a prompt that ends with the `def` line are, becomes that function."""
    if not any(isinstance(node, ast.Return) for node in outside_functions(tree.body)):
        return tree
    if any(isinstance(node, ast.FunctionDef) and node.name == "execute_command" for node in tree.body):
        return tree
    arguments = ast.arguments(posonlyargs=[], args=[ast.arg("image")], kwonlyargs=[], kw_defaults=[], defaults=[])
    function = ast.FunctionDef(name="execute_command", args=arguments, body=tree.body, decorator_list=[])
    if sys.version_info >= (3, 12):
        function.type_params = []
    ast.copy_location(function, tree.body[0])
    return ast.fix_missing_locations(ast.Module([function], []))


def outside_functions(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """All statements that belong to no function."""
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        yield node
        todo.extend(
            child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case)
        )


def syntax_refusal(error: SyntaxError | None, text: str) -> Refused:
    """A parser's complaint with line and the line's text."""
    if error is None:
        return Refused("compile", "SyntaxError", "no Python program was found: define execute_command(image)")
    lines = text.split("\n")
    line = error.lineno if error.lineno and 0 < error.lineno <= len(lines) else None
    shown = f": {lines[line - 1].strip()[:120]!r}" if line else ""
    return Refused("compile", type(error).__name__, f"{error.msg}{f' (line {line}{shown})' if line else ''}", line)
