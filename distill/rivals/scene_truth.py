"""The label of a question that a rival made up about a drawn scene, where it asks what a scene's own questions can ask."""

from collections.abc import Iterable

from vpd.distill.rivals.asking import Known
from vpd.distill.rivals.seen import Seen
from vpd.distill.scenes.askable import ask_of_text, plain
from vpd.distill.scenes.scene import Scene
from vpd.engine.records import Question

__all__ = ["known_in_scenes"]


def known_in_scenes(scenes: Iterable[Scene]) -> Known:
    """Looks a text up among all that a scene can be asked with at most one place; a question that makes no sense has no label."""
    held = {scene.image.sha256: scene for scene in scenes}

    def known(text: str, seen: Seen) -> Question | None:
        """The question with its label, where it is one that the scene answers."""
        ask, scene = ask_of_text(text), held.get(seen.image.sha256)
        answered = ask.answer(scene.objects) if ask is not None and scene is not None else None
        if ask is None or answered is None:
            return None
        return Question(
            key=f"{seen.image.sha256[:16]} {plain(text)}",
            text=text,
            image=seen.image,
            kind=ask.kind,
            answer_kind=ask.answer_kind,
            answers=(answered.answer,),
            source="made up, label worked out from the scene",
            split="train",
        )

    return known
