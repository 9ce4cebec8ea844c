"""One child that was started and not forked: where there is no fork, or it is asked for."""

import os
import unicodedata  # noqa: F401  the parser asks for it when it meets a name that is not ASCII, and could not load it then

import msgspec

from vpd.engine.sandbox.confined import wire
from vpd.engine.sandbox.confined.confine import Layers, confine_parent, enter_what_works
from vpd.engine.sandbox.confined.running import Channel, guarded, serve_child
from vpd.engine.sandbox.confined.settings import Settings
from vpd.engine.sandbox.confined.warming import warm_up

__all__ = ["serve"]


def serve() -> None:
    """Read the settings, be confined, say how far, and do one child's work on standard input and output."""
    first = wire.read_frame(lambda size: os.read(0, size))
    if first is None:
        return
    settings = msgspec.json.decode(first, type=Settings)
    layers = Layers(settings.layers, settings.memory, settings.processor, forks=False)
    warm_up()
    confine_parent(layers)
    enter_what_works(layers)
    said = msgspec.json.encode(layers.said)
    os.write(1, wire.HEADER.pack(len(said)) + said)
    os._exit(guarded(lambda: serve_child(Channel(0, 1))))
