"""What a program is, whatever its names are called: two draws with one structure are one piece of evidence, not two."""

import ast
import hashlib
from functools import lru_cache

__all__ = ["structure_of"]


@lru_cache(maxsize=65_536)
def structure_of(source: str) -> str:
    """Digest of a program's syntax tree without comments, docstrings, type hints, printing and the choice of local names.

    A text that does not parse is its own structure.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return hashlib.sha256(source.encode()).hexdigest()
    plain = Plain(bound_names(tree)).visit(tree)
    return hashlib.sha256(ast.dump(plain).encode()).hexdigest()


def bound_names(tree: ast.AST) -> frozenset[str]:
    """Every name that the program itself gives a value: the ones it was free to choose."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return frozenset(found)


class Plain(ast.NodeTransformer):
    """Numbers the chosen names in the order in which they come, and drops what decides nothing."""

    def __init__(self, chosen: frozenset[str]) -> None:
        self._chosen = chosen
        self._numbers: dict[str, str] = {}

    def _number(self, name: str) -> str:
        if name not in self._chosen:
            return name
        return self._numbers.setdefault(name, f"_{len(self._numbers)}")

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self._number(node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(self._number(node.arg), None)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name, node.returns = self._number(node.name), None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        plain = ast.Assign([node.target], node.value, lineno=node.lineno)
        return self.generic_visit(plain)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """Texts that stand alone and prints change no answer."""
        value = node.value
        if isinstance(value, ast.Constant):
            return None
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "print":
            return None
        return self.generic_visit(node)
