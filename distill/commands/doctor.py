"""`vpd doctor`: how strongly programs are confined here, and why."""

import typer

__all__ = ["doctor"]


def doctor() -> None:
    """Say which isolation level programs reach on this machine, layer by layer, and how much of the rest is installed."""
    import platform  # what follows loads with the command, not with --help
    from importlib.metadata import PackageNotFoundError, version

    from vpd.engine.errors import IsolationError
    from vpd.engine.sandbox import Sandbox

    print(f"python       {platform.python_version()} on {platform.system()} {platform.release()} {platform.machine()}")
    for name in ("visual-program-distillation", "RestrictedPython", "msgspec", "litellm", "torch", "transformers", "xllamacpp"):
        try:
            print(f"{'package':12} {name} {version(name)}")
        except PackageNotFoundError:
            print(f"{'package':12} {name} is not installed")
    try:
        with Sandbox(ready=0) as sandbox:
            print(f"isolation    {sandbox.isolation}")
            for name, said in sandbox.layers.items():
                print(f"  {name:12} {said}")
            for act, said in sandbox.why.items():
                print(f"  to {act}: {said}")
    except IsolationError as error:
        print(f"isolation    none: {error}")
        raise typer.Exit(1) from error
