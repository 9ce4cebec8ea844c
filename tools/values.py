"""Which values may pass between a program and a tool, and the check on both sides of a call."""

import dataclasses
import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from vpd.tools.box import Box
from vpd.tools.image import Image

__all__ = ["decode", "describe_type", "encode", "fit", "is_supported_type", "misfit", "parts_to_try"]

PLAIN = (str, int, float, bool, type(None))


def is_supported_type(declared: Any) -> bool:
    """Whether values of this type can cross to a program."""
    if declared is None or declared in PLAIN or declared in (Image, Box):
        return True
    origin, inner = get_origin(declared), get_args(declared)
    if origin is Literal:
        return all(type(choice) in PLAIN for choice in inner)
    if origin in (list, tuple, Union, types.UnionType):
        return bool(inner) and all(part is Ellipsis or is_supported_type(part) for part in inner)
    if origin is dict:
        return inner[0] is str and is_supported_type(inner[1])
    return dataclasses.is_dataclass(declared) and all(map(is_supported_type, get_type_hints(declared).values()))


def describe_type(declared: Any) -> str:
    """The type as a prompt or a message writes it."""
    if declared is None or declared is type(None):
        return "None"
    origin, inner = get_origin(declared), get_args(declared)
    if origin in (Union, types.UnionType):
        return " | ".join(map(describe_type, inner))
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, inner))}]"
    if origin is not None:
        return f"{origin.__name__}[{', '.join('...' if part is Ellipsis else describe_type(part) for part in inner)}]"
    return str(getattr(declared, "__name__", declared))


def misfit(value: Any, declared: Any, where: str) -> str | None:
    """Where and how a value does not fit a declared type; None where it fits."""
    try:
        fit(value, declared, where)
    except TypeError as error:
        return str(error)
    return None


def fit(value: Any, declared: Any, where: str) -> Any:
    """The value as the declared type has it: a whole float for an int, an int for a float, 0 or 1 for a bool, a list for a tuple.

    Nothing bolder; of a union, 0 and 1 are a bool only where no other part takes them.
    Raises `TypeError` with the place, what was expected and what was met.
    """
    origin, inner = get_origin(declared), get_args(declared)
    if origin in (Union, types.UnionType):
        for part in parts_to_try(value, inner):
            if misfit(value, part, where) is None:
                return fit(value, part, where)
    elif origin is Literal:
        if any(value == choice and type(value) is type(choice) for choice in inner):
            return value
    elif origin is list and isinstance(value, list | tuple):
        return [fit(item, inner[0], f"{where}[{place}]") for place, item in enumerate(value)]
    elif origin is tuple and isinstance(value, list | tuple):
        parts = [inner[0]] * len(value) if inner[-1] is Ellipsis else list(inner)
        if len(parts) == len(value):
            return tuple(fit(item, part, f"{where}[{place}]") for place, (item, part) in enumerate(zip(value, parts)))
    elif origin is dict and isinstance(value, dict):
        return {fit(key, str, f"{where} key"): fit(item, inner[1], f"{where}[{key!r}]") for key, item in value.items()}
    elif dataclasses.is_dataclass(declared) and isinstance(declared, type) and isinstance(value, declared):
        return value
    elif declared is float and type(value) in (int, float):
        return float(value)
    elif declared is int and type(value) is float and value.is_integer():
        return int(value)
    elif declared is bool and type(value) is int and value in (0, 1):
        return bool(value)
    elif declared is None and value is None:
        return None
    elif isinstance(declared, type) and type(value) is declared:
        return value
    message = f"{where} must be {describe_type(declared)}, got {describe_value(value)}"
    raise TypeError(message)


def parts_to_try(value: Any, parts: tuple[Any, ...]) -> list[Any]:
    """A union's parts in the order in which a value is held against them: bool last for a whole number, since 1 would pass."""
    return sorted(parts, key=lambda part: part is bool) if type(value) is int else list(parts)


def describe_value(value: Any) -> str:
    """The type and, where it is short, the value."""
    shown = repr(value) if type(value) in PLAIN else ""
    return f"{type(value).__name__} {shown[:60]}".strip()


def encode(value: Any) -> Any:
    """The value as plain JSON, for a cache; `decode` with the declared type gives it back."""
    if isinstance(value, Box):
        return [*value.corners, value.label, value.score]
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return value


def decode(value: Any, declared: Any) -> Any:
    """The value of a declared type behind its plain JSON. Raises `TypeError` or `ValueError` where it is none."""
    origin, inner = get_origin(declared), get_args(declared)
    if declared is Box:
        return Box(*value)
    if origin in (Union, types.UnionType):
        for part in parts_to_try(value, inner):
            try:
                return fit(decode(value, part), part, "cached value")
            except (TypeError, ValueError, AttributeError, KeyError, IndexError):
                continue
        message = f"no part of {describe_type(declared)} fits a cached value"
        raise TypeError(message)
    if origin is list:
        return [decode(item, inner[0]) for item in value]
    if origin is tuple:
        parts = [inner[0]] * len(value) if inner[-1] is Ellipsis else list(inner)
        return tuple(decode(item, part) for item, part in zip(value, parts, strict=True))
    if origin is dict:
        return {key: decode(item, inner[1]) for key, item in value.items()}
    if dataclasses.is_dataclass(declared) and isinstance(declared, type):
        hints = get_type_hints(declared)
        return declared(**{name: decode(value[name], kind) for name, kind in hints.items()})
    return fit(value, declared, "cached value")
