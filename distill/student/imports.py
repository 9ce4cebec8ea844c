"""One question asked before anything heavy is loaded: is the part that it needs installed?"""

from importlib.util import find_spec

from vpd.tools.errors import MissingExtra

__all__ = ["require"]


def require(extra: str, *modules: str) -> None:
    """Raise `MissingExtra` where one of the modules is not installed; loads none of them."""
    for module in modules:
        if find_spec(module) is None:
            raise MissingExtra(extra, module)
