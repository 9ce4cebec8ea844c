"""A tiny student from nothing: a stock Idefics3 with random weights and a vocabulary of whole words, saved like any other."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vpd.distill.student.imports import require
from vpd.distill.student.load import quiet
from vpd.distill.student.settings import TinySettings

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

__all__ = ["build_tiny_student", "words_of"]

SPECIAL = (
    "<pad>",
    "<bos>",
    "<end_of_utterance>",
    "<unk>",
    "<image>",
    "<fake_token_around_image>",
    "<global-img>",
    "<user>",
    "<assistant>",
)
NAMED = {"pad_token": "<pad>", "bos_token": "<bos>", "eos_token": "<end_of_utterance>", "unk_token": "<unk>"}
WORD = r"\w+|[^\w\s]"
"""A word or number, or one punctuation mark."""
TEMPLATE = (
    "{% for message in messages %}<{{ message.role }}>"
    "{% for part in message.content %}{% if part.type == 'image' %}<image>{% else %}{{ part.text }}{% endif %}{% endfor %}"
    "{% if message.role == 'assistant' %}<end_of_utterance>{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def words_of(texts: Iterable[str]) -> list[str]:
    """The distinct words and marks of texts, in lower case, sorted."""
    return sorted({word for text in set(texts) for word in re.findall(WORD, text.lower())})


def build_tiny_student(texts: Iterable[str], folder: Path, settings: TinySettings, seed: int = 0) -> None:
    """Write configuration, random weights, tokenizer and processor to a folder that `AutoProcessor` and the Auto classes load.

    The vocabulary is the words of `texts`: give it the words of all later examples too. A word that is not among them is read as
    `<unk>`. Raises `StudentError` where the shape does not add up, `MissingExtra` without the extra `train`.
    """
    require("train", "torch", "transformers")
    import torch  # heavy; loads when a student is built
    from transformers import Idefics3Config, Idefics3ForConditionalGeneration, LlamaConfig

    check_shape(settings)
    tokenizer = make_tokenizer(words_of(texts))
    text = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=settings.width,
        intermediate_size=settings.width * 8 // 3 // 16 * 16,
        num_hidden_layers=settings.text_layers,
        num_attention_heads=settings.heads,
        num_key_value_heads=settings.heads,
        max_position_embeddings=settings.longest,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        tie_word_embeddings=True,
    )
    vision = {
        "hidden_size": settings.width,
        "intermediate_size": settings.width * 2,
        "num_hidden_layers": settings.vision_layers,
        "num_attention_heads": settings.heads,
        "image_size": settings.side,
        "patch_size": settings.patch,
    }
    config = Idefics3Config(
        text_config=text.to_dict(),
        vision_config=vision,
        scale_factor=settings.merge,
        image_token_id=SPECIAL.index("<image>"),
        tie_word_embeddings=True,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Idefics3ForConditionalGeneration(config)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    folder.mkdir(parents=True, exist_ok=True)
    with quiet():
        model.save_pretrained(folder)
    make_processor(tokenizer, settings).save_pretrained(folder)


def check_shape(settings: TinySettings) -> None:
    """Raise `StudentError` where sides, patches, heads and widths do not divide."""
    from vpd.distill.student.errors import StudentError

    patches = settings.side // settings.patch
    if settings.side % settings.patch or patches % settings.merge:
        message = f"a side of {settings.side} pixels does not divide into patches of {settings.patch}, {settings.merge} at a time"
        raise StudentError(message)
    if settings.width % (2 * settings.heads):
        message = f"a width of {settings.width} is not a multiple of twice the {settings.heads} heads"
        raise StudentError(message)
    if settings.visual_tokens + 8 > settings.longest:
        message = f"{settings.visual_tokens} visual tokens leave no room in sequences of {settings.longest}"
        raise StudentError(message)


def make_tokenizer(words: list[str]) -> "PreTrainedTokenizerFast":
    """One token a word."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: number for number, word in enumerate(dict.fromkeys((*SPECIAL, *words)))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))  # noqa: S106  a word, not a secret
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(WORD), behavior="removed", invert=True)
    tokenizer.decoder = decoders.WordPiece(prefix="##", cleanup=True)
    tokenizer.add_special_tokens([AddedToken(word, normalized=False, special=True) for word in SPECIAL])
    made: PreTrainedTokenizerFast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        **NAMED,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )
    return made


def make_processor(tokenizer: "PreTrainedTokenizerFast", settings: TinySettings) -> Any:
    """Scales a picture to one square, and writes so many placeholders for it."""
    from transformers import Idefics3ImageProcessorPil, Idefics3Processor

    pictures = Idefics3ImageProcessorPil(
        size={"longest_edge": settings.side},
        max_image_size={"longest_edge": settings.side},
        do_image_splitting=False,
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )
    return Idefics3Processor(pictures, tokenizer, image_seq_len=settings.visual_tokens, chat_template=TEMPLATE)
