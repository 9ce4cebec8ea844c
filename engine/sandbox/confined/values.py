"""What a program holds besides plain values: regions, records, tools and kinds; opaque, unchangeable, with words of their own."""

from typing import Any, NoReturn

from vpd.engine.sandbox.confined.wire import RegionSpec

__all__ = ["Builtin", "Kind", "Record", "Region", "ToolError", "ToolFunction"]


class ToolError(Exception):
    """A tool gave no value; a program may catch it."""

    call: int | None = None
    """Number of the call, as the host counts."""


class Sealed:
    """Nothing about it can be changed or copied."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        message = f"{type(self).__name__}.{name} cannot be set"
        raise AttributeError(message)

    def __delattr__(self, name: str) -> NoReturn:
        message = f"{type(self).__name__}.{name} cannot be deleted"
        raise AttributeError(message)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        message = f"a {type(self).__name__} cannot be copied"
        raise TypeError(message)


class Region(Sealed):
    """A region of the picture, or all of it: numbers, no pixels. Equal where it is the same region of the host's table."""

    __slots__ = ("bottom", "label", "left", "number", "picture_height", "right", "score", "top")

    number: int
    left: float
    top: float
    right: float
    bottom: float
    label: str
    score: float
    picture_height: float

    def __init__(self, spec: RegionSpec, picture_height: float) -> None:
        for name in ("number", "left", "top", "right", "bottom", "label", "score"):
            object.__setattr__(self, name, getattr(spec, name))
        object.__setattr__(self, "picture_height", picture_height)

    def __repr__(self) -> str:
        name = self.label or ("image" if self.number == 0 else "region")
        return f"<{name}: left={self.left:g} top={self.top:g} right={self.right:g} bottom={self.bottom:g}>"

    def __eq__(self, other: object) -> bool:
        return type(other) is Region and other.number == self.number

    def __hash__(self) -> int:
        return hash(("region", self.number))

    @property
    def width(self) -> float:
        """Pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height

    @property
    def x(self) -> float:
        """The middle, to the right."""
        return (self.left + self.right) / 2

    @property
    def y(self) -> float:
        """The middle, downward."""
        return (self.top + self.bottom) / 2

    @property
    def lower(self) -> float:
        """The bottom edge, upward from the bottom of the whole picture, as in ViperGPT."""
        return self.picture_height - self.bottom

    @property
    def upper(self) -> float:
        """The top edge, upward from the bottom of the whole picture, as in ViperGPT."""
        return self.picture_height - self.top

    @property
    def horizontal_center(self) -> float:
        """ViperGPT's name for `x`."""
        return self.x

    @property
    def vertical_center(self) -> float:
        """The middle, upward from the bottom of the whole picture, as in ViperGPT."""
        return self.picture_height - self.y


class Record(Sealed):
    """What a tool gave that has fields: they can be read."""

    __slots__ = ("fields", "name", "number")

    number: int
    name: str
    fields: dict[str, Any]

    def __init__(self, number: int, name: str, fields: dict[str, Any]) -> None:
        for key, value in (("number", number), ("name", name), ("fields", fields)):
            object.__setattr__(self, key, value)

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(f'{key}={value!r}' for key, value in self.fields.items())})"

    def __eq__(self, other: object) -> bool:
        return type(other) is Record and other.number == self.number

    def __hash__(self) -> int:
        return hash(("record", self.number))


class ToolFunction(Sealed):
    """A tool under one of its names; calling it asks the host."""

    __slots__ = ("ask", "first", "name")

    ask: Any
    first: Region | None
    name: str

    def __init__(self, name: str, ask: Any, first: Region | None = None) -> None:
        for key, value in (("name", name), ("ask", ask), ("first", first)):
            object.__setattr__(self, key, value)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """What the host answers."""
        return self.ask(self.name, arguments if self.first is None else (self.first, *arguments), keywords)

    def __repr__(self) -> str:
        return f"<tool {self.name}>"

    def __eq__(self, other: object) -> bool:
        return type(other) is ToolFunction and (other.name, other.first) == (self.name, self.first)

    def __hash__(self) -> int:
        return hash(("tool", self.name))


class Builtin(Sealed):
    """A function of ours under Python's name; where it lies and what it holds is not to be seen."""

    __slots__ = ("act", "name")

    act: Any
    name: str

    def __init__(self, name: str, act: Any) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "act", act)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """What the function gives."""
        return self.act(*arguments, **keywords)

    def __repr__(self) -> str:
        return f"<built-in function {self.name}>"


class Kind(Sealed):
    """What `type` says of a value that is no plain one; also what stands for `ImagePatch`."""

    __slots__ = ("make", "name")

    make: Any
    name: str

    def __init__(self, name: str, make: Any = None) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "make", make)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """A value of this kind, where a program may make one."""
        if self.make is None:
            message = f"{self.name} cannot be made by a program"
            raise TypeError(message)
        return self.make(*arguments, **keywords)

    def __repr__(self) -> str:
        return f"<class {self.name!r}>"
