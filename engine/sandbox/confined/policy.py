"""Which Python a program may be written in: RestrictedPython's policy, with what language models write added and its own words.

What a program can reach is decided by three hooks that every read of an attribute, read of an item and write pass through
(`_getattr_`, `_getitem_`, `_write_`). Iteration, unpacking and calls need none: no value here does harm when it is iterated.
Names that a program cannot type, with a blank in front, belong to the rewriting.
"""

# The names of visitors are ast's own.
# ruff: noqa: N802, N815

import ast
from collections.abc import Iterable
from typing import Any

from RestrictedPython.transformer import IOPERATOR_TO_STR, RestrictingNodeTransformer

from vpd.engine.sandbox.confined.advice import ATTRIBUTES, MODULES_AWAY, NAMES, STATEMENTS
from vpd.engine.sandbox.confined.modules import MODULES, NO_OPERATION
from vpd.engine.sandbox.confined.source import Refused

__all__ = ["Policy", "call_hook"]

SILENT_DECORATORS = frozenset(("lru_cache", "cache", "staticmethod"))
"""Decorators that change nothing but speed, and are left out."""
HABITS = frozenset(
    (
        "numpy", "PIL", "cv2", "torch", "torchvision", "transformers", "skimage", "scipy", "pandas", "matplotlib",
        "dataclasses", "enum", "datetime", "time", "logging", "warnings",
    )
)  # fmt: skip
"""Modules whose import is left out where nothing uses it; all others that are not there are refused where they are imported."""
MOST_ERRORS = 5
"""Refusals that one message tells of."""


LOAD = ast.Load()


def call_hook(name: str, at: Any, *arguments: ast.expr | int | str) -> ast.Call:
    """A call of a name that only the rewriting can write."""
    place = {
        "lineno": at.lineno,
        "col_offset": at.col_offset,
        "end_lineno": at.end_lineno,
        "end_col_offset": at.end_col_offset,
    }
    given = [argument if isinstance(argument, ast.expr) else ast.Constant(argument, **place) for argument in arguments]
    return ast.Call(ast.Name(name, LOAD, **place), given, [], **place)


class Policy(RestrictingNodeTransformer):  # type: ignore[misc]  # the library comes without types that can be followed
    """One walk over a program's tree: refuses, rewrites, checks every name. Each node is visited once and only once."""

    def __init__(self, bound: Iterable[str], read: Iterable[str]) -> None:
        """The names that the program binds, and those that it looks up."""
        super().__init__()
        self.bound, self.read = frozenset(bound), frozenset(read)
        self.refusals: list[Refused] = []

    # refusing

    def refuse(self, node: ast.AST, kind: str, why: str) -> None:
        """Note one refusal with its line."""
        line = getattr(node, "lineno", None)
        if len(self.refusals) < MOST_ERRORS:
            self.refusals.append(Refused("refused", kind, f"line {line}: {why}" if line else why, line))

    def error(self, node: ast.AST, info: str) -> None:
        """What RestrictedPython itself refuses."""
        self.refuse(node, "restricted", info)

    def not_allowed(self, node: ast.AST) -> None:
        """Refuse a kind of statement or expression."""
        name = type(node).__name__
        self.refuse(node, name, STATEMENTS.get(name, f"`{name}` is not available: write it in another way"))

    def refusal(self) -> Refused | None:
        """All refusals as one; the first gives kind and line."""
        if not self.refusals:
            return None
        first = self.refusals[0]
        return Refused("refused", first.kind, "\n".join(dict.fromkeys(each.message for each in self.refusals)), first.line)

    # names

    def own_name(self, node: ast.AST, name: str) -> str:
        """The name as it is compiled: one underscore in front becomes what no hook is called; two are refused."""
        if not name.startswith("_") or name == "_":
            return name
        if name.startswith("__"):
            why = NAMES.get(name, "names with two underscores in front are not available: use another name")
            self.refuse(node, "name", f"`{name}`: {why}")
        return " " + name

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Check a name, and refuse what Python has and a program has not."""
        if isinstance(node.ctx, ast.Load):
            if node.id == "__name__":
                return ast.copy_location(ast.Constant("__main__"), node)
            if node.id in NAMES and not node.id.startswith("__") and node.id not in self.bound:
                self.refuse(node, "name", f"`{node.id}` is not available: {NAMES[node.id]}")
        node.id = self.own_name(node, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """Check a parameter's name; its type is left out, for it would be looked up."""
        node.arg, node.annotation = self.own_name(node, node.arg), None
        return node

    def visit_keyword(self, node: ast.keyword) -> Any:
        """Call a parameter as the function that has it does."""
        if node.arg is not None:
            node.arg = self.own_name(node, node.arg)
        return self.contents(node)

    def contents(self, node: Any) -> Any:
        """Visit what is inside a node; whether a name is read or written was decided by the parser and needs no visit."""
        for field in node._fields:
            old = getattr(node, field, None)
            if type(old) is list:
                made: list[Any] = []
                for each in old:
                    new = self.visit(each) if isinstance(each, ast.AST) else each
                    if type(new) is list:
                        made.extend(new)
                    elif new is not None or each is None:
                        made.append(new)
                old[:] = made
            elif field != "ctx" and isinstance(old, ast.AST):
                setattr(node, field, self.visit(old))
        return node

    node_contents_visit = contents

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        """Check a function's name and parameters; decorators that only cost or save time are left out."""
        node.name, node.returns = self.own_name(node, node.name), None
        for decorator in node.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name not in SILENT_DECORATORS:
                self.refuse(
                    decorator, "decorator", f"the decorator of `{node.name}` is not available: call the function yourself"
                )
        node.decorator_list = []
        return self.contents(node)

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        """Its parameters are checked like a function's."""
        return self.contents(node)

    def visit_Global(self, node: ast.Global) -> Any:
        """Names of other scopes are names like all others."""
        node.names = [self.own_name(node, name) for name in node.names]
        return node

    def visit_Nonlocal(self, node: ast.Nonlocal) -> Any:
        """As above."""
        node.names = [self.own_name(node, name) for name in node.names]
        return node

    # reading and writing

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        """Reads go through the hook; of names with underscores, the two that are harmless are answered otherwise."""
        if isinstance(node.ctx, ast.Load) and node.attr in ("__name__", "__class__"):
            hook = " name_of" if node.attr == "__name__" else " type_of"
            return self.visit(call_hook(hook, node, node.value))
        if node.attr.startswith("_"):
            way = ATTRIBUTES.get(
                node.attr, "use the attributes and tools that an image has, and the methods of text, lists and dicts"
            )
            self.refuse(
                node,
                "attribute",
                f"`.{node.attr}` is not available, attributes with an underscore in front are out of reach: {way}",
            )
            return node
        if not isinstance(node.ctx, ast.Load):
            self.refuse(node, "attribute", f"`.{node.attr}` cannot be set or deleted: keep the value in a variable or a dict")
            return node
        return super().visit_Attribute(node)

    def visit_Assign(self, node: ast.Assign) -> Any:
        """Unpacking is Python's own."""
        return self.contents(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        """The type is left out, for it would be looked up."""
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        plain = ast.copy_location(ast.Assign([node.target], node.value), node)
        return self.visit(plain)

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        """`x += 1` and `counts[key] += 1` become calls of a hook."""
        operator = IOPERATOR_TO_STR[type(node.op)]
        target = node.target
        if isinstance(target, ast.Name):
            old = ast.copy_location(ast.Name(target.id, ast.Load()), target)
            value = call_hook(" inplace", node, operator, old, node.value)
            return self.visit(ast.copy_location(ast.Assign([target], value), node))
        if isinstance(target, ast.Subscript):
            call = call_hook(" augment", node, target.value, target.slice, operator, node.value)
            return self.visit(ast.copy_location(ast.Expr(call), node))
        self.refuse(node, "attribute", f"`.{target.attr}` cannot be set: keep the value in a variable or a dict")
        return node

    def guard_iter(self, node: ast.For | ast.comprehension) -> Any:
        """Loops are Python's own."""
        return self.contents(node)

    def visit_Call(self, node: ast.Call) -> Any:
        """Calls are Python's own; names that must not be called were refused as names."""
        return self.contents(node)

    def visit_MatMult(self, node: ast.MatMult) -> Any:
        """No value here knows it."""
        self.not_allowed(node)
        return node

    # statements

    def visit_Module(self, node: ast.Module) -> Any:
        """Nothing is put in front: `print` is a function like any other."""
        return self.contents(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> Any:
        """`except:` catches what a program may catch."""
        if node.type is None:
            node.type = ast.copy_location(ast.Name("Exception", ast.Load()), node)
        if node.name is not None:
            node.name = self.own_name(node, node.name)
        return self.contents(node)

    def refuse_whole(self, node: ast.AST) -> Any:
        """Refuse a node without looking into it."""
        self.not_allowed(node)
        return node

    visit_ClassDef = visit_With = visit_AsyncFunctionDef = visit_AsyncFor = visit_AsyncWith = visit_Await = refuse_whole
    visit_TryStar = visit_TypeAlias = visit_TemplateStr = visit_Interpolation = visit_Interactive = visit_Expression = (
        refuse_whole
    )

    def generic_visit(self, node: ast.AST) -> Any:
        """Refuse a node that nobody has looked at yet: a later Python's."""
        self.not_allowed(node)
        return node

    def visit_Import(self, node: ast.Import) -> Any:
        """`import math` binds the names that are safe of it."""
        made: list[ast.stmt] = []
        self.refuse_lazy(node)
        for alias in node.names:
            root = alias.name.split(".")[0]
            if alias.name in NO_OPERATION or self.is_habit(alias.name, alias.asname or root):
                continue
            if alias.name not in MODULES:
                self.refuse_module(node, alias.name)
                continue
            made.append(self.bind_import(node, alias.asname or root, alias.name, ""))
        return made or ast.copy_location(ast.Pass(), node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        """`from math import sqrt` binds that name."""
        made: list[ast.stmt] = []
        self.refuse_lazy(node)
        module = node.module or ""
        if module in NO_OPERATION and not node.level:
            return ast.copy_location(ast.Pass(), node)
        if module not in MODULES or node.level:
            if not all(self.is_habit(module, alias.asname or alias.name) for alias in node.names):
                self.refuse_module(node, module or ".")
            return ast.copy_location(ast.Pass(), node)
        for alias in node.names:
            if module == "functools" and alias.name in SILENT_DECORATORS:
                continue
            if alias.name not in MODULES[module]:
                have = ", ".join(sorted(MODULES[module]))
                self.refuse(node, "import", f"`from {module} import {alias.name}` is not available: {module} has {have}")
                continue
            made.append(self.bind_import(node, alias.asname or alias.name, module, alias.name))
        return made or ast.copy_location(ast.Pass(), node)

    def is_habit(self, module: str, name: str) -> bool:
        """Whether an import is of a kind that language models write out of habit, and nothing uses the name: it is left out."""
        return module.split(".", maxsplit=1)[0] in HABITS and name not in self.read and name != "*"

    def refuse_lazy(self, node: ast.Import | ast.ImportFrom) -> None:
        """Refuse `lazy import`, which Python 3.15 brings and which looks its names up later."""
        if getattr(node, "is_lazy", 0):
            self.refuse(node, "import", "`lazy import` is not available: write `import`")

    def refuse_module(self, node: ast.AST, module: str) -> None:
        """Say what there is instead."""
        way = MODULES_AWAY.get(module.split(".", maxsplit=1)[0], "use plain Python and the tools")
        self.refuse(node, "import", f"`import {module}` is not available: {way}; there is: {', '.join(sorted(MODULES))}")

    def bind_import(self, node: ast.AST, name: str, module: str, member: str) -> ast.stmt:
        """What an import comes down to."""
        target = ast.copy_location(ast.Name(self.own_name(node, name), ast.Store()), node)
        value = call_hook(" import", node, module, member)
        return ast.copy_location(ast.Assign([target], value), node)

    # match

    def visit_Match(self, node: ast.AST) -> Any:
        """Patterns bind names and look at plain values; none of them may read attributes."""
        return self.contents(node)

    visit_match_case = visit_MatchSingleton = visit_MatchSequence = visit_MatchOr = visit_Match

    def visit_MatchValue(self, node: ast.MatchValue) -> Any:
        """Numbers and texts."""
        if any(isinstance(part, ast.Attribute) for part in ast.walk(node)):
            self.refuse(node, "pattern", "a pattern cannot read an attribute: write `case value if value == ...`")
            return node
        return self.contents(node)

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> Any:
        """A name that is bound."""
        if node.name is not None:
            node.name = self.own_name(node, node.name)
        return self.contents(node)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node: ast.MatchMapping) -> Any:
        """Keys, patterns and the name of the rest."""
        if node.rest is not None:
            node.rest = self.own_name(node, node.rest)
        return self.contents(node)

    def visit_MatchClass(self, node: ast.MatchClass) -> Any:
        """`case str():` and `case int(n):`, for these read no attribute."""
        plain = isinstance(node.cls, ast.Name) and node.cls.id in PLAIN_TYPES and node.cls.id not in self.bound
        if not plain or node.kwd_attrs or len(node.patterns) > 1:
            known = ", ".join(sorted(PLAIN_TYPES))
            self.refuse(
                node, "pattern", f"a pattern of a type can be of {known}, with one name at most: write `if isinstance(...)`"
            )
            return node
        return self.contents(node)


PLAIN_TYPES = frozenset(("str", "int", "float", "bool", "list", "dict", "tuple", "set"))
