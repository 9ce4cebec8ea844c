"""Finding things: by any words, or by the names that a network was taught.

Any words: OWLv2 (Minderer et al. 2023), Grounding DINO (Liu et al. 2023). Taught names: DETR (Carion et al. 2020) and its family.
"""

from collections.abc import Callable, Sequence
from typing import Any

from vpd.tools.box import Box
from vpd.tools.coco import match_names, near_names, singulars
from vpd.tools.errors import ToolFailed
from vpd.tools.image import Image
from vpd.tools.placement import Placement
from vpd.tools.resource import Resource
from vpd.tools.shelf.loading import Loaded, Origin, model_of
from vpd.tools.shelf.pictures import boxes_of, pictures_of, sizes_of
from vpd.tools.tool import Tool, tool

__all__ = ["closed_set_tools", "open_vocabulary_tools"]

Search = Callable[[Sequence[Image], Sequence[str]], list[list[Box]]]
"""For each image the boxes of what its name means."""


def open_vocabulary_tools(
    *,
    model: str = "google/owlv2-base-patch16-ensemble",
    revision: str = "main",
    device: str = "auto",
    dtype: str = "auto",
    threshold: float = 0.2,
    batch: int = 8,
    placement: Placement | None = None,
) -> list[Tool]:
    """`find` and `exists` for any name; `threshold` is the least confidence in 0..1, whose scale is each network's own."""
    origin = Origin(model, revision, device, dtype)
    detector = Resource(model_of(origin, "AutoModelForZeroShotObjectDetection"), placement)

    def search(images: Sequence[Image], names: Sequence[str]) -> list[list[Box]]:
        """Of each picture the boxes of its name, which may be any words."""
        if not all(name.strip() for name in names):
            raise ToolFailed("find", "the name is empty")
        with detector.use() as loaded:
            rows = look_for(loaded, images, [plain_words(name) for name in names], threshold)
        return [
            boxes_of(row["boxes"].tolist(), [name] * len(row["boxes"]), row["scores"].tolist(), image)
            for row, name, image in zip(rows, names, images, strict=True)
        ]

    return search_tools(search, detector, f"1-{origin.version}-{threshold:g}", batch)


def plain_words(name: str) -> str:
    """A name as the networks were taught it: lower case, no full stop, which parts names in Grounding DINO."""
    return " ".join(name.lower().replace(".", " ").split())


def look_for(loaded: Loaded, images: Sequence[Image], names: Sequence[str], threshold: float) -> list[dict[str, Any]]:
    """Boxes and scores of each image's name, as the model's own processor reads them off."""
    import torch  # seconds

    owl = loaded.network.config.model_type.startswith("owl")
    texts = [[f"a photo of a {name}"] if owl else [name] for name in names]
    inputs = loaded.prepared(images=pictures_of(images), text=texts, padding="max_length" if owl else True, truncation=True)
    with torch.inference_mode():
        outputs = loaded.network(**inputs)
    if outputs.logits.dtype != torch.float32:
        outputs.logits, outputs.pred_boxes = outputs.logits.float(), outputs.pred_boxes.float()
    rows: list[dict[str, Any]] = loaded.processor.post_process_grounded_object_detection(
        outputs, threshold=threshold, target_sizes=sizes_of(images), text_labels=texts
    )
    return rows


def closed_set_tools(
    *,
    model: str = "facebook/detr-resnet-50",
    revision: str = "main",
    device: str = "auto",
    dtype: str = "auto",
    threshold: float = 0.7,
    batch: int = 8,
    placement: Placement | None = None,
) -> list[Tool]:
    """`find` and `exists` for the names that the network was taught; another name fails and is told near ones."""
    origin = Origin(model, revision, device, dtype)
    detector = Resource(model_of(origin, "AutoModelForObjectDetection", "AutoImageProcessor"), placement)

    def search(images: Sequence[Image], names: Sequence[str]) -> list[list[Box]]:
        """Of each picture the boxes of its name, which the model must have a class for."""
        import torch  # seconds

        with detector.use() as loaded:
            labels: dict[int, str] = loaded.network.config.id2label
            wanted = [meant(name, set(labels.values())) for name in names]
            inputs = loaded.prepared(images=pictures_of(images))
            with torch.inference_mode():
                outputs = loaded.network(**inputs)
            outputs.logits, outputs.pred_boxes = outputs.logits.float(), outputs.pred_boxes.float()
            rows = loaded.processor.post_process_object_detection(outputs, threshold=threshold, target_sizes=sizes_of(images))
        found = []
        for row, image, chosen in zip(rows, images, wanted, strict=True):
            called = [labels[number] for number in row["labels"].tolist()]
            boxes = boxes_of(row["boxes"].tolist(), called, row["scores"].tolist(), image)
            found.append([box for box in boxes if box.label in chosen])
        return found

    return search_tools(search, detector, f"1-{origin.version}-{threshold:g}", batch)


def meant(name: str, known: set[str]) -> set[str]:
    """Which of the network's names a word means. Raises `ToolFailed` where it means none."""
    plain = plain_words(name)
    lower = {label.lower(): label for label in known}
    chosen = {lower[form] for form in (plain, *singulars(plain), *match_names(name)) if form in lower}
    if not chosen:
        near = [near for near in near_names(name) if near in known] or sorted(known)[:8]
        raise ToolFailed(
            "find", f"the detector has no word for {name[:60]!r}; it knows {len(known)} names, such as {', '.join(near)}"
        )
    return chosen


def search_tools(search: Search, detector: Resource[Any], version: str, batch: int) -> list[Tool]:
    """`find` and `exists` over one search."""

    @tool(version=version, batch=batch, resources=(detector,))
    def find(image: list[Image], object_name: list[str]) -> list[list[Box]]:
        """All objects of that name as boxes, surest first; `object_name` is a noun, with a word or two that tell it apart."""
        return search(image, object_name)

    @tool(version=version, batch=batch, resources=(detector,))
    def exists(image: list[Image], object_name: list[str]) -> list[bool]:
        """Whether an object of that name can be seen."""
        return [bool(boxes) for boxes in search(image, object_name)]

    return [find, exists]
