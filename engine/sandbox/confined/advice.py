"""What is refused, why, and what to write instead: a language model reads it and repairs its program."""

__all__ = ["ATTRIBUTES", "MODULES_AWAY", "NAMES", "STATEMENTS"]

STATEMENTS = {
    "ClassDef": "classes are not available: use functions, and dicts or tuples for what belongs together",
    "With": "`with` is not available: no file or lock is within reach; write the block without it",
    "AsyncFunctionDef": "`async def` is not available: write an ordinary function, tools answer at once",
    "Await": "`await` is not available: call the tool directly, it answers at once",
    "AsyncFor": "`async for` is not available: write an ordinary loop",
    "AsyncWith": "`async with` is not available: write the block without it",
    "TryStar": "`except*` is not available: write `except Exception`",
    "TypeAlias": "`type` statements are not available: leave the type out",
    "TypeVar": "type parameters are not available: leave them out",
    "ParamSpec": "type parameters are not available: leave them out",
    "TypeVarTuple": "type parameters are not available: leave them out",
    "TemplateStr": "template strings are not available: write an f-string",
    "Interpolation": "template strings are not available: write an f-string",
    "MatMult": "`@` between values is not available: write the sum of products",
}
"""By the name of the syntax node."""

NO_FILES = "files are out of reach: look at the picture with the tools"
NO_CODE = "a program cannot make code: write the expression itself"
NO_NAMES = "a program cannot look at its own names: keep what you need in a dict"

NAMES = {
    "open": NO_FILES,
    "input": "there is nobody to ask: the question is in the program already",
    "eval": NO_CODE,
    "exec": NO_CODE,
    "compile": NO_CODE,
    "globals": NO_NAMES,
    "locals": NO_NAMES,
    "vars": NO_NAMES,
    "dir": NO_NAMES,
    "setattr": "attributes cannot be set: keep the value in a variable or a dict",
    "delattr": "attributes cannot be deleted: keep values in a variable or a dict",
    "breakpoint": "there is nobody to debug: print what you want to see",
    "exit": "a program ends when it returns: write `return`",
    "quit": "a program ends when it returns: write `return`",
    "help": "there is nobody to read it: leave it out",
    "id": "addresses are not available: compare with ==",
    "memoryview": "bytes are not available: use text and lists",
    "bytearray": "bytes are not available: use text and lists",
    "bytes": "bytes are not available: use text and lists",
    "super": "classes are not available: use functions and dicts",
    "object": "classes are not available: use functions and dicts",
    "classmethod": "classes are not available: use functions and dicts",
    "staticmethod": "classes are not available: use functions and dicts",
    "property": "classes are not available: use functions and dicts",
    "SystemExit": "a program ends when it returns: write `return`",
    "KeyboardInterrupt": "a program cannot be interrupted from inside: write `return`",
    "GeneratorExit": "write `return`",
    "__builtins__": NO_NAMES,
    "__import__": "write `import math` instead",
}
"""Names of Python that a program has not, unless it binds them itself."""

ATTRIBUTES = {
    "__class__": "write type(x)",
    "__dict__": NO_NAMES,
    "__doc__": "leave it out",
}
"""Attributes with underscores for which there is another way."""

MODULES_AWAY = {
    "os": NO_FILES,
    "sys": "leave the import out",
    "io": NO_FILES,
    "pathlib": NO_FILES,
    "shutil": NO_FILES,
    "subprocess": "no other program is within reach",
    "socket": "the network is out of reach",
    "requests": "the network is out of reach",
    "urllib": "the network is out of reach",
    "numpy": "use lists with sum, min, max, sorted, and the modules math and statistics",
    "torch": "models are behind the tools: call a tool",
    "PIL": "pixels are behind the tools: call a tool on the image",
    "cv2": "pixels are behind the tools: call a tool on the image",
    "pandas": "use lists and dicts",
    "scipy": "use the modules math and statistics",
    "time": "a program cannot see the clock: leave it out",
    "threading": "write an ordinary loop",
    "multiprocessing": "write an ordinary loop",
    "asyncio": "write an ordinary loop",
    "importlib": "leave the import out",
    "ctypes": "leave the import out",
    "pickle": "use plain values",
}
"""Modules that programs ask for and that are not there."""
