"""A function that programs may call, with all that a prompt, a check and a cache need to know of it."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, overload

from vpd.tools.errors import ToolDefinitionError, VpdError
from vpd.tools.image import Image
from vpd.tools.resource import Resource
from vpd.tools.resource import resource as make_resource
from vpd.tools.values import describe_type, is_supported_type

__all__ = ["Parameter", "Tool", "tool"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a tool."""

    name: str
    type: Any
    required: bool
    default: Any = None

    def __str__(self) -> str:
        return f"{self.name}: {describe_type(self.type)}" + ("" if self.required else f" = {self.default!r}")


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that programs may call, and what the prompt says of it."""

    name: str
    run: Callable[..., Any]
    """Takes the parameters by name; with `batch`, takes a list of values for each and gives a list."""
    parameters: tuple[Parameter, ...]
    returns: Any
    doc: str
    """Prompt text: the first paragraph is shown to the language model."""
    version: str = "1"
    """Part of every cache key: raise it when results change."""
    batch: int = 0
    """Most requests in one call of `run`; 0 where `run` takes one request at a time."""
    cacheable: bool = True
    timeout: float = 60.0
    """Seconds until a call is given up, all its attempts together."""
    retry: tuple[type[Exception], ...] = ()
    """Errors that may pass by themselves: a call that raises one is tried again."""
    attempts: int = 3
    """Most attempts at a call that raises one of `retry`."""
    concurrency: int = 1
    """Most calls of `run` at once; raise it for a tool that waits for a server."""
    aliases: tuple[str, ...] = ()
    """Other names that programs use for it; answered, never shown in a prompt."""
    shown: bool = True
    """Whether a prompt shows it; a tool that is not shown can still be called."""
    weights: tuple[str, ...] = ()
    """Catalogue names of the weights that it loads on first use."""
    resources: tuple[Resource[Any], ...] = ()
    """What it has set up on first use, for a list of what is in memory."""
    source: str = ""
    """The distribution or module it was registered from."""

    @property
    def takes_image(self) -> bool:
        """Whether the first parameter is or may be an image, so that `image.NAME(...)` works too."""
        first = self.parameters[0].type if self.parameters else None
        return first is Image or Image in getattr(first, "__args__", ())

    @property
    def signature(self) -> str:
        """As Python would write it: `find(image: Image, name: str) -> list[Box]`."""
        return f"{self.name}({', '.join(map(str, self.parameters))}) -> {describe_type(self.returns)}"

    @property
    def pin(self) -> str:
        """Name and version, as records and cache keys hold it."""
        return f"{self.name}=={self.version}"

    def is_transient(self, error: BaseException) -> bool:
        """Whether it declared the error as one that may pass; what this package raises on purpose, refusals first, never is."""
        return isinstance(error, self.retry) and not isinstance(error, VpdError)


@overload
def tool(run: Callable[..., Any], /) -> Tool: ...
@overload
def tool(
    *,
    name: str | None = None,
    version: str = "1",
    batch: int = 0,
    cacheable: bool = True,
    timeout: float = 60.0,
    retry: tuple[type[Exception], ...] = (),
    attempts: int = 3,
    concurrency: int = 1,
    aliases: tuple[str, ...] = (),
    shown: bool = True,
    weights: tuple[str, ...] = (),
    resource: Resource[Any] | Callable[[], Any] | None = None,
    resources: tuple[Resource[Any], ...] = (),
) -> Callable[[Callable[..., Any]], Tool]: ...
def tool(
    run: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    version: str = "1",
    batch: int = 0,
    cacheable: bool = True,
    timeout: float = 60.0,
    retry: tuple[type[Exception], ...] = (),
    attempts: int = 3,
    concurrency: int = 1,
    aliases: tuple[str, ...] = (),
    shown: bool = True,
    weights: tuple[str, ...] = (),
    resource: Resource[Any] | Callable[[], Any] | None = None,
    resources: tuple[Resource[Any], ...] = (),
) -> Tool | Callable[[Callable[..., Any]], Tool]:
    """Make a typed, documented function a tool. Raises `ToolDefinitionError` that says what is missing.

    With `resource`, what that sets up is handed to the function's first parameter, which programs do not see.
    """
    given = resource if resource is None or isinstance(resource, Resource) else make_resource(resource)

    def make(function: Callable[..., Any]) -> Tool:
        """The tool of a function, its signature and docstring read once."""
        check_retry(function, retry, attempts)
        parameters, returns = read_signature(function, batched=batch > 0, given=given is not None)
        return Tool(
            name=name or function.__name__,
            run=function if given is None else with_resource(function, given),
            parameters=parameters,
            returns=returns,
            doc=read_doc(function),
            version=version,
            batch=batch,
            cacheable=cacheable,
            timeout=timeout,
            retry=retry,
            attempts=attempts,
            concurrency=concurrency,
            aliases=aliases,
            shown=shown,
            weights=weights,
            resources=resources if given is None else (given, *resources),
            source=function.__module__,
        )

    return make if run is None else make(run)


def with_resource(function: Callable[..., Any], resource: Resource[Any]) -> Callable[..., Any]:
    """The function with its first parameter filled in, for as long as a call takes."""

    @wraps(function)
    def run(*arguments: Any, **named: Any) -> Any:
        with resource.use() as thing:
            return function(thing, *arguments, **named)

    return run


def check_retry(function: Callable[..., Any], retry: tuple[type[Exception], ...], attempts: int) -> None:
    """Refuse what cannot be an error that passes, and no attempts at all."""
    for error in retry:
        if not (isinstance(error, type) and issubclass(error, Exception)) or issubclass(error, VpdError):
            message = f"{function.__name__}: retry takes errors that may pass, such as ConnectionError, and {error!r} is none"
            raise ToolDefinitionError(message)
    if attempts < 1:
        message = f"{function.__name__}: attempts must be 1 or more, got {attempts}"
        raise ToolDefinitionError(message)


def read_doc(function: Callable[..., Any]) -> str:
    """The docstring; a tool without one cannot be shown to a language model."""
    doc = inspect.getdoc(function)
    if not doc:
        message = f"{function.__name__} needs a docstring: it is the text that the language model reads"
        raise ToolDefinitionError(message)
    return re.sub(r"\n{3,}", "\n\n", doc.strip())


def read_signature(function: Callable[..., Any], *, batched: bool, given: bool = False) -> tuple[tuple[Parameter, ...], Any]:
    """Parameters and result type; of the single request, where the function takes a batch (lists in, list out).

    `given` leaves out the first parameter, which is no argument of a program's.
    """
    try:
        signature = inspect.signature(function, eval_str=True)
    except (NameError, TypeError, ValueError) as error:
        message = f"{function.__name__}: its annotations cannot be read ({error})"
        raise ToolDefinitionError(message) from error
    parameters = []
    declared_all = list(signature.parameters.values())
    if given and not declared_all:
        message = f"{function.__name__}: its first parameter is to be what the resource gives, and it has none"
        raise ToolDefinitionError(message)
    for parameter in declared_all[1:] if given else declared_all:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            message = f"{function.__name__}: parameter {parameter.name} must be an ordinary one, not * or ** or /"
            raise ToolDefinitionError(message)
        required = parameter.default is parameter.empty
        declared = one_of_batch(parameter.annotation) if batched else parameter.annotation
        check_declared(function, f"parameter {parameter.name}", declared)
        parameters.append(Parameter(parameter.name, declared, required, None if required else parameter.default))
    returns = one_of_batch(signature.return_annotation) if batched else signature.return_annotation
    check_declared(function, "the result", returns)
    return tuple(parameters), returns


def one_of_batch(declared: Any) -> Any:
    """The `X` of a batch function's `list[X]`."""
    arguments = getattr(declared, "__args__", ())
    return arguments[0] if getattr(declared, "__origin__", None) is list and arguments else inspect.Parameter.empty


def check_declared(function: Callable[..., Any], what: str, declared: Any) -> None:
    """Refuse a type that cannot cross to a program."""
    if declared is inspect.Parameter.empty or not is_supported_type(declared):
        message = (
            f"{function.__name__}: {what} needs a type of: Image, Box, str, int, float, bool, None, "
            f"list, dict[str, ...], tuple, Literal, a union or a dataclass of these; met {declared!r}"
        )
        raise ToolDefinitionError(message)
