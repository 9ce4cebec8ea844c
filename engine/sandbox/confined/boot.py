"""Where the confined process starts: finds this folder by its path and imports nothing else of the package.

Run as `python -I -S boot.py KIND PATH...`; the paths hold RestrictedPython and msgspec.
"""

import sys
from pathlib import Path
from types import ModuleType


def make_importable(folder: Path) -> None:
    """Stand empty packages in for the ones above this folder, so that none of their code is run."""
    for name in ("vpd", "vpd.engine", "vpd.engine.sandbox"):
        package = ModuleType(name)
        package.__path__ = [str(folder.parent)] if name == "vpd.engine.sandbox" else []
        sys.modules[name] = package


def main(kind: str, paths: list[str]) -> None:
    """Become the process that forks children (`forks`), or one child (`single`)."""
    sys.path.extend(path for path in paths if path not in sys.path)
    make_importable(Path(__file__).resolve().parent)
    if kind == "forks":
        from vpd.engine.sandbox.confined.forks import serve  # importable only now
    else:
        from vpd.engine.sandbox.confined.single import serve  # importable only now
    serve()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
