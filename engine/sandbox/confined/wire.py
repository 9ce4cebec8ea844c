"""The frames between host and child: four bytes of length, then one typed MessagePack struct; never pickle.

Values that stay with the host travel as MessagePack extensions: 1 a region of the picture, 2 a record that a tool gave.
Both hold nothing but a number that the host issued.
"""

import struct
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec

__all__ = [
    "FRAME_LIMIT",
    "Call",
    "Compile",
    "Compiled",
    "Done",
    "FromChild",
    "FromHost",
    "Next",
    "Probe",
    "Probed",
    "RecordId",
    "RecordSpec",
    "RegionId",
    "RegionSpec",
    "Run",
    "StepNote",
    "Stop",
    "ToolSpec",
    "Value",
    "WireError",
    "decode_from_child",
    "decode_from_host",
    "encode",
    "read_frame",
]

FRAME_LIMIT = 262_144
"""Bytes of one frame; a longer one ends the child."""
HEADER = struct.Struct("!I")
REGION, RECORD = 1, 2

Name = Annotated[str, msgspec.Meta(max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=4_000)]
Line = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Number = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class WireError(Exception):
    """The other side sent what is no frame."""


class RegionId(msgspec.Struct, frozen=True):
    """A region by its number in the host's table."""

    number: int


class RecordId(msgspec.Struct, frozen=True):
    """A record that a tool gave, by its number in the host's table."""

    number: int


class RegionSpec(msgspec.Struct, array_like=True, frozen=True):
    """What the child is told of a region: numbers in pixels of the whole picture, no pixels."""

    number: int
    left: int | float
    top: int | float
    right: int | float
    bottom: int | float
    label: str
    score: float


class RecordSpec(msgspec.Struct, array_like=True, frozen=True):
    """What the child is told of a record: its type's name and its fields."""

    number: int
    name: str
    fields: dict[str, Any]


class ToolSpec(msgspec.Struct, array_like=True, frozen=True):
    """A name that a program may call; with `method` also as `image.name(...)`."""

    name: str
    method: bool


class Budget(msgspec.Struct, array_like=True, frozen=True):
    """What the child counts itself, so that an honest program learns of a limit by its name."""

    printed: int
    answer_bytes: int
    answer_nodes: int
    answer_depth: int
    steps: int
    source: int


class Run(msgspec.Struct, tag="run", frozen=True):
    """Run a program on a picture: from its source, or from byte code that a child which never ran it has made."""

    source: str
    code: bytes | None
    picture: RegionSpec
    height: int | float
    """Pixels of the whole picture, from which ViperGPT's edges count upward."""
    tools: list[ToolSpec]
    budget: Budget
    again: bool = False
    """Whether the same program is to be run on further pictures by this child."""


class Next(msgspec.Struct, tag="next", frozen=True):
    """Run the same program on another picture, with fresh names."""

    picture: RegionSpec
    height: int | float


class Compile(msgspec.Struct, tag="compile", frozen=True):
    """Compile a program and do not run it."""

    source: str
    budget: Budget


class Probe(msgspec.Struct, tag="probe", frozen=True):
    """Try one thing that must fail."""

    act: str


class Value(msgspec.Struct, tag="value", frozen=True):
    """A tool's result, with what it brings along."""

    value: Any
    regions: list[RegionSpec] = []
    records: list[RecordSpec] = []


class Stop(msgspec.Struct, tag="error", frozen=True):
    """A tool gave no value; the message is shown to the program."""

    kind: str
    message: str
    call: int


class StepNote(msgspec.Struct, array_like=True, frozen=True):
    """What happened between calls, in the child's own word."""

    line: Line
    kind: Literal["bind", "branch", "loop", "filter", "return"]
    names: dict[Name, Any]
    source: Annotated[str, msgspec.Meta(max_length=400)]


class FailureNote(msgspec.Struct, array_like=True, frozen=True):
    """Why the program stopped, in the child's own word."""

    stage: Literal["refused", "compile", "run", "tool", "limit"]
    kind: Name
    message: Text
    line: Line | None
    call: Number | None = None
    """The call whose failure ended the program."""


class Call(msgspec.Struct, tag="call", frozen=True):
    """The program calls a tool."""

    tool: Name
    arguments: list[Any]
    keywords: dict[Name, Any]
    line: Line
    steps: list[StepNote]
    printed: str


class Done(msgspec.Struct, tag="done", frozen=True):
    """The program has ended."""

    answer: Any
    failure: FailureNote | None
    steps: list[StepNote]
    printed: str


class Compiled(msgspec.Struct, tag="compiled", frozen=True):
    """What became of `Compile`."""

    code: bytes | None
    failure: FailureNote | None


class Probed(msgspec.Struct, tag="probed", frozen=True):
    """What became of `Probe`."""

    refused: bool
    said: Text


FromHost = Run | Next | Compile | Probe | Value | Stop
FromChild = Call | Done | Compiled | Probed

_encoder = msgspec.msgpack.Encoder()


def encode(message: msgspec.Struct) -> bytes:
    """One frame. Raises `WireError` where it is longer than a frame may be."""
    data = _encoder.encode(message)
    if len(data) > FRAME_LIMIT:
        text = f"a frame of {len(data)} bytes, at most {FRAME_LIMIT} are allowed"
        raise WireError(text)
    return HEADER.pack(len(data)) + data


def region_extension(number: int) -> msgspec.msgpack.Ext:
    """A region as it travels."""
    return msgspec.msgpack.Ext(REGION, number.to_bytes(4, "big"))


def record_extension(number: int) -> msgspec.msgpack.Ext:
    """A record as it travels."""
    return msgspec.msgpack.Ext(RECORD, number.to_bytes(4, "big"))


def read_extension(code: int, data: memoryview) -> RegionId | RecordId:
    """The number in an extension. Raises `ValueError` for any other extension."""
    if len(data) != 4 or code not in (REGION, RECORD):
        message = "an extension that is not known"
        raise ValueError(message)
    number = int.from_bytes(data, "big")
    return RegionId(number) if code == REGION else RecordId(number)


_from_child = msgspec.msgpack.Decoder(FromChild, ext_hook=read_extension)
_from_host = msgspec.msgpack.Decoder(FromHost, ext_hook=read_extension)


def decode_from_child(data: bytes) -> FromChild:
    """What a child said. Raises `WireError` for whatever is not one of the frames it may send."""
    try:
        message: FromChild = _from_child.decode(data)
    except (msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError) as error:
        text = f"a frame that is none ({str(error)[:200]})"
        raise WireError(text) from None
    return message


def decode_from_host(data: bytes) -> FromHost:
    """What the host said."""
    message: FromHost = _from_host.decode(data)
    return message


def read_frame(receive: Callable[[int], bytes]) -> bytes | None:
    """One frame's content through `receive`, which gives at most so many bytes and none at the end; None at the end.

    Raises `WireError` where a longer frame is announced than may be.
    """
    data = bytearray()
    wanted = HEADER.size
    announced = False
    while len(data) < wanted:
        piece = receive(wanted - len(data) if announced else 65_536)
        if not piece:
            return None
        data += piece
        if not announced and len(data) >= HEADER.size:
            (length,) = HEADER.unpack_from(data)
            if length > FRAME_LIMIT:
                text = f"a frame of {length} bytes is announced, at most {FRAME_LIMIT} are allowed"
                raise WireError(text)
            wanted, announced = HEADER.size + length, True
    if len(data) > wanted:
        text = "bytes after a frame, before an answer was given"
        raise WireError(text)
    return bytes(memoryview(data)[HEADER.size :])
