"""Which calls and steps feed a trace's answer: a slice of the program, backward from the value that it returned.

The slice goes by names: what is bound to a name feeds whatever reads the name, a test feeds what stands below it and what a
`return` under it cut off. It may keep too much, never too little of what the program's own text shows. The program is read as
text, never run; it was compiled in its confined process before, so reading it again is safe.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from vpd.engine.records import Step, ToolCall, Trace

__all__ = ["Slice", "slice_of"]

ENTRY = "execute_command"
ANSWER = "answer"
EARLY = {"any", "all", "next"}
"""Functions that stop reading a row before its end."""

CHANGING = {"add", "append", "clear", "discard", "extend", "insert", "pop", "remove", "reverse", "setdefault", "sort", "update"}
"""Methods that change what they are called on."""


@dataclass(eq=False)
class Atom:
    """Something that is worked out at once: a value, a test, what a loop goes through."""

    nodes: tuple[ast.AST, ...]
    controls: tuple["Atom", ...]
    """The tests and loops that it stands under."""
    is_loop: bool = False

    @property
    def reads(self) -> set[str]:
        """The names in it."""
        return {node.id for top in self.nodes for node in ast.walk(top) if isinstance(node, ast.Name)}


@dataclass(frozen=True)
class Exit:
    """A `return`, `break`, `continue` or `raise`, and what it stands under."""

    line: int
    value: Atom | None
    controls: tuple[Atom, ...]
    returns: bool


@dataclass
class Slice:
    """The lines of a program that its answer hangs on. Everything is live where the program could not be read."""

    whole: bool = False
    spans: set[tuple[int, int]] = field(default_factory=set)
    early: set[int] = field(default_factory=set)
    """Lines of rows of tests that may not be read to their end, and of loops that may be left."""

    def has(self, part: ToolCall | Step) -> bool:
        """Whether a call or a step feeds the answer."""
        return self.whole or part.line is None or any(first <= part.line <= last for first, last in self.spans)


class Reader:
    """Goes through a program's statements and notes what binds each name and what leads out."""

    def __init__(self, tree: ast.Module) -> None:
        self.binders: dict[str, list[Atom]] = defaultdict(list)
        self.exits: list[Exit] = []
        self.functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)} - {ENTRY}
        self.has_entry = any(isinstance(node, ast.FunctionDef) and node.name == ENTRY for node in tree.body)
        self.read(tree.body, ())

    def atom(self, nodes: Iterable[ast.AST], controls: tuple[Atom, ...], *, is_loop: bool = False) -> Atom:
        """An atom; names bound inside of its expressions are bound by it."""
        made = Atom(tuple(nodes), controls, is_loop)
        for top in made.nodes:
            for node in ast.walk(top):
                if isinstance(node, ast.NamedExpr):
                    self.binders[node.target.id].append(made)
        return made

    def bind(self, target: ast.expr, atom: Atom) -> None:
        """All names that a target holds are bound, or changed, by the atom."""
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and (isinstance(node.ctx, ast.Store) or not isinstance(target, ast.Tuple | ast.List)):
                self.binders[node.id].append(atom)

    def read(self, body: Sequence[ast.stmt], controls: tuple[Atom, ...]) -> list[Atom]:
        """Statements one after the other; the atoms in them."""
        return [atom for statement in body for atom in self.read_one(statement, controls)]

    def read_one(self, node: ast.stmt, controls: tuple[Atom, ...]) -> list[Atom]:
        """One statement with all below it."""
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            return self.read_binding(node, controls)
        if isinstance(node, ast.Expr):
            return self.read_expression(node, controls)
        if isinstance(node, ast.If | ast.While):
            test = self.atom([node.test], controls, is_loop=isinstance(node, ast.While))
            return [test, *self.read([*node.body, *node.orelse], (*controls, test))]
        if isinstance(node, ast.For):
            row = self.atom([node.iter], controls, is_loop=True)
            self.bind(node.target, row)
            return [row, *self.read([*node.body, *node.orelse], (*controls, row))]
        if isinstance(node, ast.Try):
            tried = self.read(node.body, controls)
            caught = [handler for each in node.handlers for handler in self.read(each.body, (*controls, *tried))]
            return [*tried, *caught, *self.read([*node.orelse, *node.finalbody], controls)]
        if isinstance(node, ast.FunctionDef):
            if node.name == ENTRY:
                return self.read(node.body, controls)
            self.binders[node.name].append(self.atom([node], controls))
        elif isinstance(node, ast.Return):
            value = self.atom([node.value] if node.value else [], controls)
            self.exits.append(Exit(node.lineno, value, controls, returns=True))
            return [value]
        elif isinstance(node, ast.Break | ast.Continue | ast.Raise):
            self.exits.append(Exit(node.lineno, None, controls, returns=False))
        return []

    def read_binding(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign, controls: tuple[Atom, ...]) -> list[Atom]:
        """`a = ...`, `a, b = ..., ...` item by item, `a += ...`, `a[i] = ...`."""
        if node.value is None:
            return []
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        first, value = targets[0], node.value
        if isinstance(first, ast.Tuple) and isinstance(value, ast.Tuple) and len(first.elts) == len(value.elts):
            pairs = list(zip(first.elts, value.elts))
        else:
            pairs = [(target, value) for target in targets]
        atoms = []
        for target, given in pairs:
            reads = [given] if isinstance(target, ast.Name) else [given, target]
            atoms.append(self.atom(reads, controls))
            self.bind(target, atoms[-1])
        return atoms

    def read_expression(self, node: ast.Expr, controls: tuple[Atom, ...]) -> list[Atom]:
        """`rows.append(x)` changes `rows`; a call of the program's own function may change what it is given."""
        atom = self.atom([node.value], controls)
        if isinstance(node.value, ast.Call):
            function = node.value.func
            if isinstance(function, ast.Attribute) and function.attr in CHANGING:
                self.bind(function.value, atom)
            elif isinstance(function, ast.Name) and function.id in self.functions:
                for given in node.value.args:
                    self.bind(given, atom)
        return [atom]


def slice_of(trace: Trace) -> Slice:
    """What of a trace feeds its answer."""
    try:
        tree = ast.parse(trace.source)
        reader = Reader(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Slice(whole=True)
    live: set[Atom] = set()
    todo = seeds(reader, trace)
    while todo:
        atom = todo.pop()
        if atom in live:
            continue
        live.add(atom)
        todo += [*atom.controls, *(binder for name in atom.reads for binder in reader.binders.get(name, ()))]
        if atom.is_loop:  # what leaves a loop early decides what it gathers
            todo += [one for out in reader.exits if atom in out.controls for one in out.controls]
    spans = {(node.lineno, node.end_lineno or node.lineno) for atom in live for node in atom.nodes if isinstance(node, PLACED)}
    return Slice(spans=spans, early=lines_left_early(tree))


PLACED = (ast.expr, ast.stmt)
"""Nodes that stand on a line."""


def seeds(reader: Reader, trace: Trace) -> list[Atom]:
    """What the answer hangs on at first hand: the value returned, and every test that let an earlier `return` pass by."""
    if not reader.has_entry:
        return list(reader.binders.get(ANSWER, ()))
    returned = [step.line for step in trace.steps if step.kind == "return"]
    last = returned[-1] if returned else max((out.line for out in reader.exits), default=0)
    found = [out.value for out in reader.exits if out.returns and out.line == last and out.value is not None]
    if not found:
        found = [out.value for out in reader.exits if out.returns and out.value is not None]
    loops = {control for value in found for control in value.controls if control.is_loop}
    passed = [out for out in reader.exits if out.returns and (out.line <= last or loops & set(out.controls))]
    return [*found, *(control for out in passed for control in out.controls)]


def lines_left_early(tree: ast.Module) -> set[int]:
    """Lines inside of `any(...)`, `all(...)`, `next(...)` and of loops that may be left before their end."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        reads_part = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in EARLY
        is_loop = isinstance(node, ast.For | ast.While)
        is_left = is_loop and any(isinstance(part, ast.Break | ast.Return) for part in ast.walk(node))
        if isinstance(node, PLACED) and (reads_part or is_left):
            lines |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines
