"""What a program may be: found in a model's words, refused with a line and a way out, and never an exception."""

import ast
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vpd.engine.records import FailureStage
from vpd.engine.sandbox import Sandbox
from vpd.engine.sandbox.confined.advice import NAMES
from vpd.engine.sandbox.confined.compiling import compile_program, load_compiled
from vpd.engine.sandbox.confined.policy import Policy
from vpd.engine.sandbox.confined.source import Refused

LONGEST = 20_000
PROGRAM = "def execute_command(image):\n    return len(find(image, 'dog'))\n"

WRAPPED = {
    "a fence": f"```python\n{PROGRAM}```",
    "a fence without a language": f"```\n{PROGRAM}```",
    "a fence of tildes": f"~~~py\n{PROGRAM}~~~",
    "a fence that is not closed": f"```python\n{PROGRAM}",
    "a fence between prose": f"Sure! Here is the program:\n\n```python\n{PROGRAM}```\nIt counts the dogs.",
    "a fence that is indented": "Here:\n  ```python\n" + "".join(f"  {line}\n" for line in PROGRAM.splitlines()) + "  ```\n",
    "two fences": f"Call it so:\n```\nfind(image, 'dog')\n```\nThe program:\n```python\n{PROGRAM}```",
    "prose before": f"Here is the program you asked for:\n\n{PROGRAM}",
    "prose after": f"{PROGRAM}\nThis program counts the dogs, and returns how many there are.",
    "prose around": f"Let's count.\n\n{PROGRAM}\nDone! It's that easy.",
    "an indentation": "".join(f"    {line}\n" for line in PROGRAM.splitlines()),
    "tabs": PROGRAM.replace("    ", "\t"),
    "carriage returns": PROGRAM.replace("\n", "\r\n"),
    "a byte order mark": "\ufeff" + PROGRAM,
    "a body alone": "    dogs = find(image, 'dog')\n    return len(dogs)\n",
    "a body that is not indented": "dogs = find(image, 'dog')\nreturn len(dogs)\n",
    "another function's name": PROGRAM.replace("execute_command", "count_dogs"),
    "a main guard alone": "if __name__ == '__main__':\n    answer = len(find(image, 'dog'))\n",
    "a call behind": PROGRAM + "\nresult = execute_command(image)\nprint(result)\n",
    "a printed call behind": PROGRAM + "\nprint(execute_command(image))\n",
}


@pytest.mark.parametrize("form", WRAPPED)
def test_a_program_is_found_in_what_a_model_wrote(sandbox: Sandbox, scene: dict[str, Any], form: str) -> None:
    done = sandbox.run(WRAPPED[form], **scene)
    assert (done.failure, done.answer, len(done.calls)) == (None, 2, 1)


def test_lines_are_those_of_the_whole_text(sandbox: Sandbox, scene: dict[str, Any]) -> None:
    done = sandbox.run("Here:\n\n```python\ndef execute_command(image):\n    return image.nothing\n```", **scene)
    assert done.failure is not None
    assert done.failure.line == 5


REFUSED = {
    "import os\nanswer = 1": "`import os` is not available: files are out of reach",
    "class A:\n    pass\nanswer = 1": "classes are not available: use functions",
    "with find(image, 'dog') as d:\n    answer = 1": "`with` is not available",
    "answer = open('x')": "`open` is not available: files are out of reach",
    "answer = image.__dict__": "`.__dict__` is not available",
    "image.left = 1\nanswer = 1": "`.left` cannot be set or deleted: keep the value in a variable",
    "from math import nothing\nanswer = 1": "`from math import nothing` is not available: math has acos",
    "async def f():\n    pass\nanswer = 1": "`async def` is not available: write an ordinary function",
    "import numpy as np\nanswer = np.mean([1])": "use lists with sum, min, max, sorted",
    "Count:\nfor i in range(3)\n    pass\nanswer = 1": "invalid syntax (line 1: 'Count:')",
    "def f(:\n    pass\nanswer = 1": "invalid syntax (line 1: 'def f(:')",
    "x = 1": "the program has no result: define execute_command(image)",
    "": "there is no program",
    "answer = (1": "'(' was never closed (line 1: 'answer = (1')",
    "for i in range(3)\n    pass\nanswer = 1": "expected ':' (line 1: 'for i in range(3)')",
    "break\nanswer = 1": "'break' outside loop",
    "answer = " + "(" * 100 + "1" + ")" * 100: "brackets are nested deeper than 60",
    "answer = [" + "1," * 7_000 + "]": "parts: write it shorter",
    "answer = '" + "x" * 5_000 + "'": "holds a text of more than 4096 characters",
    "answer = " + "9" * 300: "holds a number of more than 256 bits",
    "answer = 1 # " + "x" * 30_000: "characters, at most 20000 are allowed",
    "answer = '\x00'": "a NUL character in line 1",
}


@pytest.mark.parametrize("source", REFUSED, ids=range(len(REFUSED)))
def test_a_refusal_says_what_is_wrong_and_what_to_write(sandbox: Sandbox, source: str) -> None:
    failure = sandbox.check(source)
    assert failure is not None
    assert failure.stage in (FailureStage.REFUSED, FailureStage.COMPILE)
    assert REFUSED[source] in failure.message


HABIT = "import numpy as np, time\nfrom PIL import Image\n"
USED = "answer = np.pi", "answer = time", "def f(x=Image): pass\nanswer = 1", "np = np\nanswer = 1"


def test_an_import_out_of_habit_is_left_out_where_nothing_uses_it(sandbox: Sandbox) -> None:
    hints = (
        "def execute_command(image: Image.Image, size: np.ndarray = None) -> Image:\n    box: np.ndarray = 1\n    return box\n"
    )
    assert sandbox.check(HABIT + hints + "if __name__ == '__main__':\n    execute_command(Image.open('a.png'))") is None


@pytest.mark.parametrize("use", [*USED, "from numpy import *\nanswer = 1", "import os\nanswer = 1"])
def test_an_import_that_is_used_or_out_of_no_habit_is_refused(sandbox: Sandbox, use: str) -> None:
    failure = sandbox.check(HABIT + use)
    assert failure is not None
    assert failure.kind == "import"


def test_several_refusals_are_told_at_once(sandbox: Sandbox) -> None:
    failure = sandbox.check("import os\nimport sys\nanswer = open('x')")
    assert failure is not None
    assert [line.split(":")[0] for line in failure.message.splitlines()] == ["line 1", "line 2", "line 3"]


def test_a_good_program_has_no_failure(sandbox: Sandbox) -> None:
    assert sandbox.check(PROGRAM) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_away_is_refused_with_a_reason(name: str) -> None:
    with pytest.raises(Refused, match=name):
        compile_program(f"answer = {name}", LONGEST)


def test_a_syntax_node_that_nobody_has_looked_at_is_refused() -> None:
    class Novelty(ast.expr):
        pass

    tree = ast.parse("answer = 1")
    tree.body.append(ast.Expr(Novelty(), lineno=1, col_offset=0))
    policy = Policy((), ())
    policy.visit(tree)
    refusal = policy.refusal()
    assert refusal is not None
    assert refusal.kind == "Novelty"


def test_every_node_of_this_python_is_known_or_refused() -> None:
    known = {name.removeprefix("visit_") for name in dir(Policy) if name.startswith("visit_")}
    seen = {"Module", "Name", "Call", "Attribute", "Subscript", "Assign", "ClassDef", "With", "Match", "Import"}
    assert seen <= known


def test_compiled_programs_survive_the_wire() -> None:
    made = compile_program(PROGRAM, LONGEST)
    again = load_compiled(made.to_bytes())
    assert (again.sites, again.entry, again.code.co_names) == (made.sites, made.entry, made.code.co_names)


def refused_or_compiled(text: str) -> bool:
    try:
        compile_program(text, LONGEST)
    except Refused as refusal:
        return refusal.stage in ("refused", "compile") and bool(json.dumps(refusal.message))
    return True


@given(st.text(max_size=400))
@settings(deadline=None)
def test_any_text_compiles_or_is_refused(text: str) -> None:
    assert refused_or_compiled(text)


PIECES = st.sampled_from(
    """def execute_command(image):|    return 1|answer = 1|if True:|    x = [|]|(|)|{|}|lambda x: |for i in range(3):|    pass|'|
    "|f'{|}'|    \\|`|```python|```|#|import |from |_x|__class__|.|..|:=|*|**|@|match x:|    case |class A:|async |await |
    yield |\t|\x0c|é|\u2028|\ufeff|
    1e999|0x|b''|answer|=|==|...|~~~|not |in |is |None|
    global x|nonlocal y|except*|try:|finally:|with a as b:|del x|%|{0.__class__}""".split("|")
)


@given(st.lists(PIECES, max_size=25), st.sampled_from(["\n", " ", ""]))
@settings(deadline=None)
def test_any_mixture_of_python_compiles_or_is_refused(pieces: list[str], between: str) -> None:
    assert refused_or_compiled(between.join(pieces))


@given(st.text(alphabet="abc_()[]{}=.,:'\" \n\\#@0123456789+-*/%&|^~<>", max_size=120))
@settings(deadline=None)
def test_any_line_noise_compiles_or_is_refused(text: str) -> None:
    assert refused_or_compiled("answer = 1\n" + text)
