"""Whether a program's answer can hang on what a tool said, read from its text alone."""

import ast
from collections.abc import Iterator
from functools import lru_cache

__all__ = ["answer_hangs_on_calls"]

PLAIN = frozenset(
    "abs all any bool dict divmod enumerate filter float format int isinstance len list map max min next print range repr "
    "reversed round set sorted str sum tuple type zip".split()
)
"""What a program calls that looks at no picture."""
PLAIN_METHODS = frozenset(
    "add append capitalize clear copy count difference discard endswith extend format get index insert intersection items join "
    "keys lower lstrip pop remove replace reverse rstrip setdefault sort split splitlines startswith strip title union update "
    "upper values".split()
)
ANSWER = "answer"
"""The name in which a program without `execute_command` leaves its result."""


@lru_cache(maxsize=65_536)
def answer_hangs_on_calls(source: str) -> bool:
    """Whether what the program gives back can differ with a tool's result, by data or by the branch taken.

    An over-estimate: True may be wrong (a value can cancel out), False is not. A text that does not parse gives False.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    libraries = {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    flow = Flow(frozenset(own), frozenset(libraries))
    while flow.spread(tree):
        pass
    return flow.reaches_answer(tree)


class Flow:
    """The names whose values can hang on a tool, grown until nothing is added."""

    def __init__(self, own: frozenset[str], libraries: frozenset[str]) -> None:
        self._own = own
        self._libraries = libraries
        self._touched: set[str] = set()

    def spread(self, tree: ast.AST) -> bool:
        """Walk all statements once; whether a name was added."""
        before = len(self._touched)
        for part in ast.walk(tree):
            if isinstance(part, ast.NamedExpr) and self.touches(part.value):
                self._touched.add(part.target.id)
            elif isinstance(part, ast.FunctionDef) and any(map(self.touches, part.body)):
                self._touched.add(part.name)
        for statement, decided in statements(tree, self, decided=False):
            if decided or any(self.touches(value) for value in values_of(statement)):
                self._touched.update(names_bound(statement))
        return len(self._touched) > before

    def reaches_answer(self, tree: ast.AST) -> bool:
        """Whether a return or the answer's name is touched, or stands where a touched branch decides."""
        returned = any(
            isinstance(statement, ast.Return) and (decided or (statement.value is not None and self.touches(statement.value)))
            for statement, decided in statements(tree, self, decided=False)
        )
        return returned or ANSWER in self._touched

    def touches(self, node: ast.AST) -> bool:
        """Whether an expression calls a tool or reads a touched name."""
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and part.id in self._touched:
                return True
            if isinstance(part, ast.Call) and self._is_tool(part.func):
                return True
        return False

    def _is_tool(self, called: ast.expr) -> bool:
        if isinstance(called, ast.Name):
            return called.id not in PLAIN and called.id not in self._own
        if not isinstance(called, ast.Attribute):
            return False
        of_library = isinstance(called.value, ast.Name) and called.value.id in self._libraries
        return not of_library and called.attr not in PLAIN_METHODS


def statements(tree: ast.AST, flow: Flow, *, decided: bool) -> Iterator[tuple[ast.stmt, bool]]:
    """Every statement, and whether a touched test decides if it is reached; what follows an early return is decided by it too."""
    for field in ("body", "orelse", "finalbody", "handlers"):
        here = decided
        for child in getattr(tree, field, None) or ():
            if isinstance(child, ast.ExceptHandler):
                yield from statements(child, flow, decided=True)  # a tool that fails leads here
                continue
            if not isinstance(child, ast.stmt):
                continue
            yield child, here
            deciding = [
                getattr(child, name) for name in ("test", "iter", "subject") if isinstance(getattr(child, name, None), ast.AST)
            ]
            inner = here or any(map(flow.touches, deciding))
            yield from statements(child, flow, decided=inner)
            if inner and any(isinstance(part, ast.Return | ast.Break | ast.Continue | ast.Raise) for part in ast.walk(child)):
                here = True


def values_of(statement: ast.stmt) -> Iterator[ast.AST]:
    """The expressions that a simple statement, or the head of a loop, reads."""
    for field in ("value", "iter"):
        part = getattr(statement, field, None)
        if isinstance(part, ast.AST):
            yield part
    yield from getattr(statement, "items", ())


def names_bound(statement: ast.stmt) -> Iterator[str]:
    """Names that the statement gives a value, or whose value it changes by a method."""
    if isinstance(statement, ast.FunctionDef):
        return
    heads = [getattr(statement, field) for field in ("target", "targets", "value", "items") if getattr(statement, field, None)]
    for head in heads:
        for node in head if isinstance(head, list) else [head]:
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    yield part.id
                elif isinstance(part, ast.Subscript | ast.Attribute) and isinstance(part.value, ast.Name) and is_change(part):
                    yield part.value.id


def is_change(part: ast.Subscript | ast.Attribute) -> bool:
    """Whether it writes into what it belongs to, or may, as a method such as `append` does."""
    return isinstance(part.ctx, ast.Store) or (isinstance(part, ast.Attribute) and part.attr in PLAIN_METHODS)
