"""How much a program may use; each limit that is reached ends the run with a failure that names it."""

from dataclasses import dataclass, fields

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one run of one program on one picture. Raises `ValueError` where one is out of its range."""

    wall_seconds: float = 300.0
    """From the start of the program to its end, tools included; 0.05 to 86,400."""
    program_seconds: float = 5.0
    """That the program itself runs between calls, all together; 0.05 to 3,600."""
    tool_seconds: float = 240.0
    """That tools take, all together; 0.05 to 86,400."""
    memory_mib: int = 512
    """Address space of the child in MiB; 64 to 65,536. Enforced on Linux only."""
    calls: int = 200
    """Tool calls; 0 to 10,000."""
    printed_bytes: int = 16_384
    """That the program may print; 0 to 65,536."""
    recorded_bytes: int = 1_048_576
    """Of all that tools were given and gave, as the record holds it in JSON; 1,024 to 67,108,864."""
    answer_bytes: int = 32_768
    """Characters of text in the answer; 1 to 65,536."""
    answer_nodes: int = 2_000
    """Parts of the answer: items, keys' values, and what holds them; 1 to 10,000."""
    answer_depth: int = 20
    """Lists and dicts inside of each other; 1 to 50."""
    steps: int = 400
    """Steps that are kept of what the program did between calls; 0 to 2,000. Later ones are left out, which is no failure."""
    source_characters: int = 20_000
    """Of the program; 1 to 100,000."""

    def __post_init__(self) -> None:
        for field in fields(self):
            least, most = RANGES[field.name]
            value = getattr(self, field.name)
            if not least <= value <= most:
                message = f"{field.name} must be from {least:g} to {most:g}, got {value!r}"
                raise ValueError(message)


RANGES: dict[str, tuple[float, float]] = {
    "wall_seconds": (0.05, 86_400),
    "program_seconds": (0.05, 3_600),
    "tool_seconds": (0.05, 86_400),
    "memory_mib": (64, 65_536),
    "calls": (0, 10_000),
    "printed_bytes": (0, 65_536),
    "recorded_bytes": (1_024, 67_108_864),
    "answer_bytes": (1, 65_536),
    "answer_nodes": (1, 10_000),
    "answer_depth": (1, 50),
    "steps": (0, 2_000),
    "source_characters": (1, 100_000),
}
