"""From a program's text to byte code: found, bounded, checked, rewritten; never run here."""

import ast
import marshal
from types import CodeType
from typing import NamedTuple

from vpd.engine.sandbox.confined.source import Refused, Survey, names_read, parse_program
from vpd.engine.sandbox.confined.tracing import ENTRY, Site, TracingPolicy

__all__ = ["Compiled", "compile_program", "load_compiled"]


NO_ANSWER = "the program has no result: define execute_command(image) and return the answer, or leave it in a name `answer`"


class Compiled(NamedTuple):
    """A program that can be run."""

    code: CodeType
    sites: list[Site]
    entry: str
    """The function that gives the result; empty where the program leaves it in `answer`."""

    def to_bytes(self) -> bytes:
        """As it travels to a child that runs it; only what a child that never ran it has made may be read again."""
        return marshal.dumps((self.code, [tuple(site) for site in self.sites], self.entry))


def load_compiled(data: bytes) -> Compiled:
    """The inverse of `Compiled.to_bytes`."""
    code, sites, entry = marshal.loads(data)  # noqa: S302  the host hands on only what a child that ran nothing has made
    return Compiled(code, [Site(*site) for site in sites], entry)


def compile_program(source: str, longest: int) -> Compiled:
    """Raises `Refused` for whatever cannot be run; nothing else, whatever the text."""
    try:
        tree, text, seen = parse_program(source, longest)
        tree.body = without_guards(tree.body)
        entry = find_entry(tree, seen)
        policy = TracingPolicy(text, seen.bound, names_read(tree))
        policy.visit(tree)
        refusal = policy.refusal()
        if refusal is not None or entry is None:
            raise refusal or Refused("refused", "no_answer", NO_ANSWER)
        code = compile(tree, "<program>", "exec", dont_inherit=True)
    except (RecursionError, MemoryError):
        raise Refused("refused", "nesting", "the program is nested too deeply: use names for the parts") from None
    except SyntaxError as error:  # what only the last step sees: `return` outside of a function, `break` outside of a loop
        line = error.lineno or None
        message = f"{error.msg} (line {line})" if line else str(error.msg)
        raise Refused("compile", type(error).__name__, message, line) from None
    except ValueError as error:
        raise Refused("compile", type(error).__name__, str(error)) from None
    return Compiled(code, policy.sites, entry)


def without_guards(body: list[ast.stmt]) -> list[ast.stmt]:
    """Without `if __name__ == "__main__":`; its block is kept where nothing else would run."""
    guards = [node for node in body if is_guard(node)]
    if not guards:
        return body
    if any(isinstance(node, ast.FunctionDef) and node.name == ENTRY for node in body):
        return [node for node in body if node not in guards]
    return [inner for node in body for inner in (node.body if isinstance(node, ast.If) and node in guards else [node])]


def is_guard(node: ast.stmt) -> bool:
    """Whether a statement asks if the program is the main one."""
    if not (isinstance(node, ast.If) and isinstance(node.test, ast.Compare) and len(node.test.ops) == 1):
        return False
    sides = (node.test.left, node.test.comparators[0])
    return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)


def find_entry(tree: ast.Module, seen: Survey) -> str | None:
    """The function that gives the result, empty where it is in `answer`, None where there is neither."""
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    if "answer" in seen.bound_outside:
        return ""
    if ENTRY in functions:
        return ENTRY
    if functions and all(isinstance(node, ast.FunctionDef) or is_idle(node) for node in tree.body):
        return functions[-1] if not functions[-1].startswith("_") else " " + functions[-1]
    return None


def is_idle(node: ast.stmt) -> bool:
    """Whether a statement does nothing: an import, a docstring, `pass`."""
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )
