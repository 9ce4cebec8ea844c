"""The program in what a language model said: out of its fence, without the prose around it."""

import ast
import re

__all__ = ["extract_program"]

FENCE = re.compile(r"^[ \t]*(?P<mark>```+|~~~+)[^\n`]*\n(?P<code>.*?)(?:^[ \t]*(?P=mark)[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
START = re.compile(r"^(def |import |from \w+ import |answer\s*=|@|#)", re.MULTILINE)
ENTRY = "execute_command"
LONGEST = 100_000
"""Characters of a text that is parsed: several times what the sandbox runs."""
MOST_TRIES = 300
"""Lines at the end of a text that are tried as prose: each try reads all before it."""


def extract_program(text: str) -> str:
    """Python source, without spaces at line ends and with one newline at its end; empty where there is none.

    Of several fenced blocks the one that defines `execute_command` is taken, else the longest. A text without a fence is taken
    whole where it is Python, else without the prose before and after its code. What is taken need not be right, or even compile.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    blocks = [match["code"] for match in FENCE.finditer(text)]
    if blocks:
        entries = [block for block in blocks if ENTRY in block]
        return normalise(max(entries or blocks, key=len))
    return normalise(text if is_python(text) else without_prose(text))


def normalise(source: str) -> str:
    """The same program, whatever blanks stand around it."""
    lines = [line.rstrip() for line in source.split("\n")]
    while lines and not lines[0]:
        lines.pop(0)
    indent = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
    if indent and all(not line[:indent].strip() for line in lines):
        lines = [line[indent:] for line in lines]
    body = "\n".join(lines).rstrip("\n")
    return f"{body}\n" if body else ""


def is_python(text: str) -> bool:
    """Whether a text compiles and does something: a lone word or a comment is no program."""
    if len(text) > LONGEST:
        return False
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return any(not isinstance(node, ast.Expr | ast.Pass) for node in tree.body)


def without_prose(text: str) -> str:
    """From the first line that begins code to the last line that can belong to it; empty where none does."""
    begin = START.search(text)
    if begin is None:
        return ""
    lines = text[begin.start() :].split("\n")
    for end in range(len(lines), max(0, len(lines) - MOST_TRIES), -1):
        if is_python("\n".join(lines[:end])):
            return "\n".join(lines[:end])
    # It does not compile in any length: the model's mistake is kept, prose that is not indented after the function is not.
    kept = [lines[0]]
    for line in lines[1:]:
        if line and not line[0].isspace() and not START.match(line):
            break
        kept.append(line)
    return "\n".join(kept)
