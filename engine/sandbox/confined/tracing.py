"""A program's tree with hooks that note what was bound, which branch was taken, what passed a test, what was returned.

The hooks give back what they are given, so that a program cannot tell. Lambdas are left alone: they run too often.
"""

# The names of visitors are ast's own.
# ruff: noqa: N802

import ast
from collections.abc import Iterable
from typing import Any, NamedTuple

from vpd.engine.sandbox.confined.policy import Policy, call_hook

__all__ = ["Site", "TracingPolicy"]

LONGEST_SOURCE = 200
"""Characters of a statement that a step quotes."""
ENTRY = "execute_command"
WORDS = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip


class Site(NamedTuple):
    """One place of a program where a hook stands."""

    line: int
    kind: str
    source: str
    names: tuple[str, ...] = ()
    """What is bound; of a comparison, both sides as they are written, empty for a constant."""
    operator: str = ""
    parent: int = -1
    """Of a comparison, the test that it is part of."""


class TracingPolicy(Policy):
    """The policy, with hooks put in on the same walk."""

    def __init__(self, text: str, bound: Iterable[str], read: Iterable[str]) -> None:
        super().__init__(bound, read)
        self.lines = text.split("\n")
        self.sites: list[Site] = []
        self.functions = 0
        """How many functions are around the node that is visited."""
        self.lambdas = 0

    def quote(self, node: ast.expr | ast.stmt) -> str:
        """The program's own text of a node, on one line."""
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        if not 0 <= first <= last < len(self.lines):
            return ""
        if first == last:
            text = self.lines[first].encode()[node.col_offset : node.end_col_offset].decode(errors="replace")
        else:
            middle = self.lines[first + 1 : last]
            ends = self.lines[first].encode()[node.col_offset :], self.lines[last].encode()[: node.end_col_offset]
            text = " ".join([ends[0].decode(errors="replace"), *middle, ends[1].decode(errors="replace")])
            text = " ".join(text.split())
        return text if len(text) <= LONGEST_SOURCE else text[: LONGEST_SOURCE - 1] + "…"

    def site(
        self, node: Any, kind: str, *, names: tuple[str, ...] = (), source: str = "", operator: str = "", parent: int = -1
    ) -> int:
        """A new place, by its number."""
        self.sites.append(Site(node.lineno, kind, source or self.quote(node), names, operator, parent))
        return len(self.sites) - 1

    # what is bound

    def visit_Assign(self, node: ast.Assign) -> Any:
        """Note the value under the names that it gets."""
        if not self.lambdas:
            target = node.targets[0]
            parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
            names = tuple(self.quote(part)[:80] for part in parts)
            node.value = call_hook(" bind", node.value, self.site(node, "bind", names=names), node.value)
        return super().visit_Assign(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        """An item that is changed in place is noted with its new value; a name is noted as it is assigned."""
        if isinstance(node.target, ast.Subscript):
            number = self.site(node, "bind", names=(self.quote(node.target)[:80],))
            made = super().visit_AugAssign(node)
            if isinstance(made, ast.Expr):
                made.value = call_hook(" bind", made, number, made.value)
            return made
        return super().visit_AugAssign(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> Any:
        """As an assignment."""
        if not self.lambdas:
            node.value = call_hook(" bind", node.value, self.site(node, "bind", names=(self.quote(node.target),)), node.value)
        return super().visit_NamedExpr(node)

    def visit_Return(self, node: ast.Return) -> Any:
        """Note what is returned."""
        if node.value is not None:
            number = self.site(node, "return", source=self.quote(node.value))
            node.value = call_hook(" give", node.value, number, node.value)
        return super().visit_Return(node)

    # which way was taken

    def mark_test(self, test: ast.expr, at: ast.AST) -> ast.expr:
        """A test with its hook, and one around each comparison in it."""
        number = self.site(test, "branch")
        return call_hook(" test", at, number, self.mark_comparisons(test, number))

    def mark_comparisons(self, test: ast.expr, parent: int) -> ast.expr:
        """Comparisons of two values, also below `and`, `or` and `not`, tell both sides."""
        if isinstance(test, ast.BoolOp):
            test.values = [self.mark_comparisons(value, parent) for value in test.values]
        elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test.operand = self.mark_comparisons(test.operand, parent)
        elif isinstance(test, ast.Compare) and len(test.ops) == 1:
            sides = (test.left, test.comparators[0])
            names = tuple("" if isinstance(side, ast.Constant) else self.quote(side)[:80] for side in sides)
            number = self.site(test, "compare", names=names, source="-", operator=WORDS[type(test.ops[0])], parent=parent)
            return call_hook(" compare", test, number, *sides)
        return test

    def visit_If(self, node: ast.If) -> Any:
        """Note the test and how it came out."""
        node.test = self.mark_test(node.test, node.test)
        return self.contents(node)

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        """As a statement."""
        if not self.lambdas:
            node.test = self.mark_test(node.test, node.test)
        return self.contents(node)

    # how often, and what passed

    def visit_For(self, node: ast.For) -> Any:
        """Count the rounds."""
        head = f"for {self.quote(node.target)} in {self.quote(node.iter)}"
        node.iter = call_hook(" loop", node.iter, self.site(node, "loop", source=head[:LONGEST_SOURCE]), node.iter)
        return self.contents(node)

    def visit_While(self, node: ast.While) -> Any:
        """Count the rounds; they are noted behind the loop."""
        number = self.site(node, "loop", source=f"while {self.quote(node.test)}"[:LONGEST_SOURCE])
        node.test = call_hook(" round", node.test, number, node.test)
        behind = ast.copy_location(ast.Expr(call_hook(" ended", node, number)), node)
        return [self.contents(node), self.visit(behind)]

    def mark_filter(self, node: Any) -> Any:
        """A comprehension with a condition, or one that is a row of tests, tells what passed."""
        first = node.generators[0]
        plain = len(node.generators) == 1 and not self.lambdas
        if plain and first.ifs:
            test = first.ifs[0] if len(first.ifs) == 1 else ast.copy_location(ast.BoolOp(ast.And(), first.ifs), first.ifs[0])
            source = " and ".join(self.quote(each) for each in first.ifs)
            number = self.site(node, "filter", names=(source[:LONGEST_SOURCE],))
            first.ifs = [call_hook(" keep", test, number, test)]
            first.iter = call_hook(" sift", first.iter, number, first.iter)
        elif plain and not isinstance(node, ast.DictComp) and is_test(node.elt):
            number = self.site(node, "filter", names=(self.quote(node.elt),))
            node.elt = call_hook(" keep", node.elt, number, node.elt)
            first.iter = call_hook(" sift", first.iter, number, first.iter)
        return node

    def visit_ListComp(self, node: ast.ListComp) -> Any:
        """As `mark_filter` says."""
        return super().visit_ListComp(self.mark_filter(node))

    def visit_SetComp(self, node: ast.SetComp) -> Any:
        """As `mark_filter` says."""
        return super().visit_SetComp(self.mark_filter(node))

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> Any:
        """As `mark_filter` says."""
        return super().visit_GeneratorExp(self.mark_filter(node))

    def visit_DictComp(self, node: ast.DictComp) -> Any:
        """As `mark_filter` says."""
        return super().visit_DictComp(self.mark_filter(node))

    # scopes

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        """Count how deep in functions we are."""
        self.functions += 1
        try:
            return super().visit_FunctionDef(node)
        finally:
            self.functions -= 1

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        """No hooks inside."""
        self.lambdas += 1
        try:
            return super().visit_Lambda(node)
        finally:
            self.lambdas -= 1

    def visit_Call(self, node: ast.Call) -> Any:
        """A program that calls its own `execute_command` is not run a second time."""
        if not self.functions and isinstance(node.func, ast.Name) and node.func.id == ENTRY:
            node.args.insert(0, node.func)
            node.func = ast.copy_location(ast.Name(" main", ast.Load()), node)
        return super().visit_Call(node)


def is_test(node: ast.expr) -> bool:
    """Whether an expression is true or false by its form."""
    if isinstance(node, ast.BoolOp):
        return all(map(is_test, node.values))
    return isinstance(node, ast.Compare) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))
