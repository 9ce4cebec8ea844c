"""Whatever a child sends, the host comes back with a failure, stays small, and signals nobody."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpd.engine.records import Isolation
from vpd.engine.sandbox import Execution, Limits
from vpd.engine.sandbox.children import Child
from vpd.engine.sandbox.confined import wire
from vpd.engine.sandbox.ledger import Ledger, callable_names
from vpd.engine.sandbox.session import Session, budget_of

LIMITS = Limits(wall_seconds=3, program_seconds=0.5, calls=20)
Play = Callable[[bytes], Execution]


class Nobody:
    """Where a child comes from that is no process; counts how it was let go."""

    def __init__(self) -> None:
        self.ended: list[int] = []

    def replace(self, child: Child) -> None:
        self.ended.append(child.pid)

    def end(self, child: Child) -> int:
        self.ended.append(child.pid)
        return 0


@pytest.fixture
def play(scene: dict[str, Any]) -> Play:
    """A run whose child says these bytes, whatever it is asked."""

    def act(said: bytes) -> Execution:
        ours, theirs = socket.socketpair()
        owner = Nobody()
        child = Child(1, ours, owner, 0)  # type: ignore[arg-type]  # the part of an owner that a child uses
        names = callable_names(scene["tools"])
        ledger = Ledger(scene["image"], names, scene["answer"])
        session = Session(ledger, LIMITS, Isolation.KERNEL)
        specs = [wire.ToolSpec(name, method=tool.takes_image) for name, tool in names.items()]
        start = wire.Run("answer = 1", None, ledger.table.whole(), 480, specs, budget_of(LIMITS))

        def speak() -> None:
            try:
                theirs.sendall(said)
                while theirs.recv(65_536):
                    pass
            except OSError:
                pass

        speaker = threading.Thread(target=speak)
        speaker.start()
        session.work(lambda: child, start)
        execution = session.wait()
        speaker.join()
        theirs.close()
        assert owner.ended == [1]
        return execution

    return act


def raw(data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + data


def frame(value: Any) -> bytes:
    return raw(msgspec.msgpack.encode(value))


def call(**changes: Any) -> dict[str, Any]:
    said = {
        "type": "call",
        "tool": "exists",
        "arguments": [msgspec.msgpack.Ext(1, b"\0\0\0\0"), "dog"],
        "keywords": {},
        "line": 1,
    }
    return said | {"steps": [], "printed": ""} | changes


def done(**changes: Any) -> dict[str, Any]:
    return {"type": "done", "answer": 1, "failure": None, "steps": [], "printed": ""} | changes


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


EMPTY = b"\xa9arguments\x90"
HOSTILE: dict[str, bytes] = {
    "half a header": b"\0\0",
    "a length of 4 GB": b"\xff\xff\xff\xff" + b"x" * 100,
    "a length just above the limit": struct.pack("!I", wire.FRAME_LIMIT + 1) + b"x" * 100,
    "an empty frame": raw(b""),
    "less than was announced": struct.pack("!I", 100_000) + b"x" * 10,
    "no MessagePack": raw(b"\xc1" * 50),
    "arrays, 200,000 deep": raw(b"\x91" * 200_000),
    "maps, 100,000 deep": raw(b"\x81\xa1a" * 80_000),
    "250,000 empty maps": raw(b"\xdd" + struct.pack("!I", 250_000) + b"\x80" * 250_000),
    "an array that announces more than there is": raw(b"\xdd\xff\xff\xff\xff"),
    "a text that announces more than there is": raw(b"\xdb\xff\xff\xff\xffabc"),
    "an extension on its own": frame(msgspec.msgpack.Ext(5, b"x")),
    "a list": frame([1, 2]),
    "a number": frame(7),
    "nothing": frame(None),
    "a text": frame("done"),
    "a frame without a kind": frame({"answer": 1}),
    "a frame of an unknown kind": frame({"type": "root", "answer": 1}),
    "a frame of the host's": frame({"type": "value", "value": 1}),
    "an answer to a question that was not asked": frame({"type": "compiled", "code": b"x", "failure": None}),
    "an answer to a probe that was not made": frame({"type": "probed", "refused": True, "said": ""}),
    "a call without fields": frame({"type": "call"}),
    "a call of an unknown tool": frame(call(tool="shell")),
    "a call of a tool that is a list": frame(call(tool=["exists"])),
    "a call with a very long name": frame(call(tool="x" * 10_000)),
    "a call with arguments that are a number": frame(call(arguments=5)),
    "a call with keywords that are a list": frame(call(keywords=[1])),
    "a call with a line that is a text": frame(call(line="x" * 1_000)),
    "a call with a line below zero": frame(call(line=-1)),
    "a call with a region that was not issued": frame(call(arguments=[msgspec.msgpack.Ext(1, b"\0\0\0\x07"), "dog"])),
    "a call with a record that was not issued": frame(call(arguments=[msgspec.msgpack.Ext(2, b"\0\0\0\0"), "dog"])),
    "a call with an unknown extension": frame(call(arguments=[msgspec.msgpack.Ext(9, b"\0\0\0\0"), "dog"])),
    "a call with a region of the wrong size": frame(call(arguments=[msgspec.msgpack.Ext(1, b"\0"), "dog"])),
    "a call with a time stamp": raw(
        msgspec.msgpack.encode(call(arguments=[])).replace(b"\xa9arguments\x90", b"\xa9arguments\x91\xd6\xff\0\0\0\0")
    ),
    "a call with bytes": frame(call(arguments=[b"x"])),
    "a call with a deep argument": frame(call(arguments=[deep(100)])),
    "a call with a dict of numbers": frame(call(arguments=[{1: 2}])),
    "a call that prints too much": frame(call(printed="x" * 20_000)),
    "a call with too many steps": frame(call(steps=[[1, "bind", {}, ""]] * 500)),
    "a call with a step of no kind": frame(call(steps=[[1, "rm", {}, ""]])),
    "a call with a step that has a long source": frame(call(steps=[[1, "bind", {}, "x" * 1_000]])),
    "a call with a deep step": frame(call(steps=[[1, "bind", {"x": deep(100)}, ""]])),
    "two calls at once": frame(call()) * 2,
    "a flood of calls": frame(call()) * 5_000,
    "done twice": frame(done()) * 2,
    "done, then more": frame(done()) + b"x",
    "done with a stage of its own": frame(done(failure=["root", "x", "x", 1])),
    "done with a large answer": frame(done(answer="x" * 100_000)),
    "done with a large answer that is told as a region": frame(done(answer={"region": "x" * 100_000})),
    "done with an answer of long keys": frame(done(answer={"x" * 50_000: 1})),
    "done with many answers": frame(done(answer=list(range(50_000)))),
    "done with a deep answer": frame(done(answer=deep(500))),
    "done with an answer of bytes": frame(done(answer=b"x")),
    "done with a dict of numbers": frame(done(answer={1: 2})),
    "done with a region that was not issued": frame(done(answer=msgspec.msgpack.Ext(1, b"\xff\xff\xff\xff"))),
    "done with too much printed": frame(done(printed="x" * 30_000)),
    "done with a long failure": frame(done(failure=["run", "x" * 10_000, "x", 1])),
    "done without an answer": frame({"type": "done", "failure": None, "steps": [], "printed": ""}),
    "text that is no UTF-8": raw(b"\x85\xa4type\xa4done\xa6answer\xa2\xff\xff\xa7failure\xc0\xa5steps\x90\xa7printed\xa0"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_frame_is_a_failure(play: Play, name: str) -> None:
    execution = play(HOSTILE[name])
    assert execution.failure is not None
    assert execution.failure.kind in ("wire", "died", "program_time")
    assert execution.answer is None


def test_an_honest_frame_is_an_answer(play: Play) -> None:
    execution = play(frame(done(answer={"a": [1, "b"]})))
    assert (execution.answer, execution.failure) == ({"a": [1, "b"]}, None)


def test_a_child_that_claims_a_failed_call_is_believed_only_where_the_host_wrote_one(play: Play) -> None:
    execution = play(frame(done(failure=["tool", "ToolError", "made up", 3, 12])))
    assert execution.failure is not None
    assert (execution.failure.stage, execution.failure.message, execution.calls) == ("tool", "made up", ())


def test_steps_that_would_fill_the_host_are_left_out(play: Play) -> None:
    regions = [msgspec.msgpack.Ext(1, b"\0\0\0\0")] * 9_000
    execution = play(frame(done(steps=[[1, "bind", {"x": 1}, ""], *[[1, "bind", {"x": regions}, ""]] * 4])))
    assert (execution.answer, execution.failure) == (1, None)
    assert [step.names for step in execution.steps] == [{"x": 1}]


def test_a_number_that_is_none_becomes_a_word(play: Play) -> None:
    assert play(frame(done(answer=[float("nan"), float("inf")]))).answer == ["nan", "inf"]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_frame_or_a_wire_error(data: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        wire.decode_from_child(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=20) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | st.integers(0, 9), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["call", "done", "compiled", "probed", "run", ""]))
def test_any_message_is_a_frame_or_a_wire_error(value: Any, kind: str) -> None:
    message = {"type": kind, "answer": value, "failure": None, "steps": [], "printed": "", "tool": "x", "arguments": [value]}
    with contextlib.suppress(wire.WireError):
        wire.decode_from_child(msgspec.msgpack.encode(message))


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=6))
def test_a_frame_in_any_pieces_is_read_or_refused(pieces: list[bytes]) -> None:
    left = list(pieces)
    try:
        read = wire.read_frame(lambda size: left.pop(0)[:size] if left else b"")
    except wire.WireError:
        return
    assert read is None or len(read) <= wire.FRAME_LIMIT
