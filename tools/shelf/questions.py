"""Asking a vision-language model: short answers and captions, by transformers' image-text-to-text models with a chat template."""

from collections.abc import Sequence
from typing import Any

from vpd.tools.errors import ToolFailed
from vpd.tools.image import Image
from vpd.tools.placement import Placement
from vpd.tools.resource import Resource
from vpd.tools.shelf.loading import Loaded, Origin, model_of
from vpd.tools.shelf.pictures import pictures_of
from vpd.tools.tool import Tool, tool

__all__ = ["question_tools"]

SHORT = "Answer the question using a single word or phrase."
CAPTION = "Describe the image in one short sentence."


def question_tools(
    *,
    model: str = "HuggingFaceTB/SmolVLM-Instruct",
    revision: str = "main",
    device: str = "auto",
    dtype: str = "auto",
    longest: int = 32,
    batch: int = 8,
    placement: Placement | None = None,
) -> list[Tool]:
    """`simple_query` and `image_caption` by one model, drawn greedily; `longest` is the most tokens of an answer."""
    origin = Origin(model, revision, device, dtype)
    speaker = Resource(model_of(origin, "AutoModelForImageTextToText"), placement)
    version = f"1-{origin.version}-{longest}"

    def ask(images: Sequence[Image], texts: Sequence[str]) -> list[str]:
        with speaker.use() as loaded:
            return answers_of(loaded, images, texts, longest)

    @tool(version=version, batch=batch, timeout=120, resources=(speaker,), aliases=("visual_question_answering", "vqa"))
    def simple_query(
        image: list[Image],
        question: list[str] = "What is this?",  # type: ignore[assignment]  # a batch form's default is that of one request
    ) -> list[str]:
        """The answer, in a word or a short phrase, to a simple question about what the image or region shows."""
        if not all(text.strip() for text in question):
            raise ToolFailed("simple_query", "the question is empty")
        return ask(image, [f"{text.strip()}\n{SHORT}" for text in question])

    @tool(version=version, batch=batch, timeout=120, resources=(speaker,))
    def image_caption(image: list[Image]) -> list[str]:
        """One short sentence that says what the image or region shows."""
        return ask(image, [CAPTION] * len(image))

    return [simple_query, image_caption]


def answers_of(loaded: Loaded, images: Sequence[Image], texts: Sequence[str], longest: int) -> list[str]:
    """What the model says to each text about its image."""
    import torch  # seconds

    processor = loaded.processor
    if not getattr(processor, "chat_template", None):
        name = loaded.network.config.model_type
        raise ToolFailed("simple_query", f"the model ({name}) has no chat template, so it is not known how it wants to be asked")
    processor.tokenizer.padding_side = "left"  # answers begin where prompts end
    chats: list[list[dict[str, Any]]] = [
        [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": text}]}] for text in texts
    ]
    prompts = [processor.apply_chat_template(chat, add_generation_prompt=True) for chat in chats]
    inputs = loaded.prepared(text=prompts, images=[[picture] for picture in pictures_of(images)], padding=True)
    with torch.inference_mode():
        tokens_BT = loaded.network.generate(**inputs, max_new_tokens=longest, do_sample=False)  # noqa: N806  batch, tokens
    said: list[str] = processor.batch_decode(tokens_BT[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    return [answer.strip().removesuffix(".") for answer in said]
