"""Marks that trainers and tokenizers act on, looked for in texts that are meant as words."""

import re

__all__ = ["IMAGE", "escaped", "marks_in"]

IMAGE = "<image>"
"""Stands for the picture in the formats that keep text and pictures apart."""

MARK = re.compile(
    r"<\|[^<>|\s]{1,60}\|>"  # chat and vision marks of Qwen, Phi, Llama and others
    r"|</?(?:image|img|video|audio|pad|bos|eos|unk|s|user|assistant|system)>"
    r"|<(?:ImageHere|image_soft_token|start_of_image|end_of_image|start_of_turn|end_of_turn|end_of_utterance)>"
    r"|<(?:fake_token_around_image|global-img|row_\d+_col_\d+|image_placeholder)>"
    r"|\[/?INST\]|\[IMG(?:_BREAK|_END)?\]"
)
"""PaliGemma's places (`<loc0123>`) are words of a rationale and no marks."""


def marks_in(text: str) -> list[str]:
    """The marks in a text, each once, in their order."""
    return list(dict.fromkeys(MARK.findall(text)))


def escaped(text: str) -> str:
    """The text with a blank after each mark's first sign: `< image>`."""
    return MARK.sub(lambda mark: f"{mark.group()[0]} {mark.group()[1:]}", text)
