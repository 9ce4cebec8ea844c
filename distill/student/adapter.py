"""The seam to a model family: how its processor and chat template turn a picture and a text into what the model reads."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vpd.distill.student.dialects import Frame, Speech
from vpd.distill.student.errors import StudentError
from vpd.tools.image import Image, ImageRef

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Adapter", "Prompted", "Tokens"]

PER_TOKEN = ("token_type_ids", "mm_token_type_ids")
"""What some processors give besides the tokens themselves, one number a token."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as numbers."""

    ids: tuple[int, ...]
    kinds: dict[str, tuple[int, ...]]
    """By name, such as `token_type_ids`, one number a token; empty for most families."""


@dataclass(frozen=True, slots=True)
class Prompted:
    """A user turn, ready for the model."""

    tokens: Tokens
    """The picture's placeholders are among them, never cut."""
    pixels: "dict[str, Tensor]"
    """The picture in the family's own form; the first axis counts pictures, or patches."""
    frame: Frame
    """The picture's size in pixels as the model is shown it, where the family scales by patches; else as it is."""


class Adapter:
    """One student's processor, asked once for each text and each picture.

    How many placeholders a picture takes depends on its size alone, so a text's tokens are kept by text and size, and a picture's
    pixels by its digest. Families without a chat template (PaliGemma) get the bare text after the picture.
    """

    def __init__(self, processor: Any, cache_mib: int = 1024, speech: Speech = Speech()) -> None:  # noqa: B008  frozen
        self.processor, self.speech = processor, speech
        self.tokenizer = processor.tokenizer
        self._texts: dict[tuple[str, int, int], Tokens] = {}
        self._targets: dict[tuple[str, str], tuple[int, ...]] = {}
        self._pictures: dict[str, dict[str, Tensor]] = {}
        self._latest: tuple[str, dict[str, Tensor]] = ("", {})
        self._room = cache_mib * 2**20
        self._chats = bool(getattr(processor, "chat_template", None))
        # PaliGemma marks by its kinds which tokens may look ahead: the prompt's may, the answer's (1) may not.
        self._kind_of_target = 1 if type(processor).__name__.startswith("PaliGemma") else 0
        if self.tokenizer.eos_token_id is None:
            message = f"the tokenizer of {type(processor).__name__} has no end token; a student needs one to stop"
            raise StudentError(message)

    @property
    def pad(self) -> int:
        """The token that fills a row; the end token where the family has none of its own."""
        pad = self.tokenizer.pad_token_id
        return int(self.tokenizer.eos_token_id if pad is None else pad)

    def prompt(self, text: str, image: ImageRef) -> Prompted:
        """A picture followed by a text, as the family writes a user's turn. Raises `ImageError` for a broken picture."""
        key = (text, image.width, image.height)
        tokens, pixels = self._texts.get(key), self._pictures.get(image.sha256)
        if pixels is None and self._latest[0] == image.sha256:
            pixels = self._latest[1]  # a picture's questions come together, so one is enough where there is no room for more
        if tokens is None or pixels is None:
            tokens, pixels = self._process(text, image)
            self._texts[key] = tokens
            self._keep(image.sha256, pixels)
            self._latest = image.sha256, pixels
        return Prompted(tokens, pixels, self._frame(pixels, image))

    def target(self, text: str, said: str) -> tuple[int, ...]:
        """Tokens of what the assistant says to a user's text, its end mark included."""
        if (text, said) not in self._targets:
            ids = self._answer_ids(text, said)
            if not self._chats or not set(ids) & self.end_tokens():
                ids = [*ids, int(self.tokenizer.eos_token_id)]
            self._targets[text, said] = tuple(ids)
        return self._targets[text, said]

    def extend(self, tokens: Tokens, length: int) -> dict[str, tuple[int, ...]]:
        """The kinds of a prompt's tokens and of so many more that the assistant says."""
        return {name: kinds + (self._kind_of_target,) * length for name, kinds in tokens.kinds.items()}

    def end_tokens(self) -> set[int]:
        """Tokens that end what the assistant says."""
        ends = {int(self.tokenizer.eos_token_id)}
        vocabulary = self.tokenizer.get_added_vocab()
        return ends | {vocabulary[name] for name in ("<end_of_utterance>", "<|im_end|>", "<end_of_turn>") if name in vocabulary}

    def decode(self, ids: list[int]) -> str:
        """The words of what the assistant said, up to its end mark."""
        ends = self.end_tokens() | {self.pad}
        length = next((place for place, token in enumerate(ids) if token in ends), len(ids))
        return str(self.tokenizer.decode(ids[:length], skip_special_tokens=True)).strip()

    def _turns(self, text: str, picture: Any = None) -> list[dict[str, Any]]:
        shown = {"type": "image"} if picture is None else {"type": "image", "image": picture}
        return [{"role": "user", "content": [shown, {"type": "text", "text": self.speech.ask(text)}]}]

    def _answer_ids(self, text: str, said: str) -> list[int]:
        """What the chat template writes for the assistant's turn, from its first word to its end mark.

        Read together with what comes before it, since some tokenizers write a text's first word otherwise.
        """
        if not self._chats:
            return self._ids(said)
        asked = str(self.processor.apply_chat_template(self._turns(text), add_generation_prompt=True))
        answer = {"role": "assistant", "content": [{"type": "text", "text": said}]}
        whole = str(self.processor.apply_chat_template([*self._turns(text), answer])).rstrip()
        if not whole.startswith(asked):
            message = (
                f"the chat template of {type(self.processor).__name__} writes a prompt differently once it is answered; "
                "give the processor a template whose generation prompt begins the assistant's turn"
            )
            raise StudentError(message)
        before, together = self._ids(asked), self._ids(whole)
        return together[len(before) :] if together[: len(before)] == before else self._ids(whole[len(asked) :])

    def _ids(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _frame(self, pixels: "dict[str, Tensor]", image: ImageRef) -> Frame:
        if "image_grid_thw" not in pixels:
            return image.width, image.height
        patch = int(self.processor.image_processor.patch_size)
        _, high, wide = (int(number) for number in pixels["image_grid_thw"][0])
        return wide * patch, high * patch

    def _process(self, text: str, image: ImageRef) -> "tuple[Tokens, dict[str, Tensor]]":
        from PIL import Image as Picture  # heavy beside the rest; loads with the first picture

        picture = Picture.fromarray(Image(image).pixels)
        if self._chats:
            given = self.processor.apply_chat_template(
                self._turns(text, picture), add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
            )
        else:
            given = self.processor(
                text=[f"{self.processor.image_token}{self.speech.ask(text)}"], images=[picture], return_tensors="pt"
            )
        given = dict(given)
        ids = tuple(given.pop("input_ids")[0].tolist())
        for name in ("attention_mask", "labels"):  # made here, for the whole batch
            given.pop(name, None)
        kinds = {name: tuple(given.pop(name)[0].tolist()) for name in PER_TOKEN if name in given}
        mask = given.get("pixel_attention_mask")
        if mask is not None and bool(mask.all()):
            del given["pixel_attention_mask"]  # all of the picture counts: the models' own default, an eighth of the memory
        return Tokens(ids, kinds), given

    def _keep(self, digest: str, pixels: "dict[str, Tensor]") -> None:
        """Keep a picture while there is room; pictures come up in turn, so that throwing out the oldest would keep none."""
        size = sum(tensor.nbytes for tensor in pixels.values())
        if digest in self._pictures or size > self._room:
            return
        self._pictures[digest] = pixels
        self._room -= size
