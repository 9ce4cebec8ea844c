"""Other families than the tiny student's own: built from nothing, taught by the same code, saved, loaded and asked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import (
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    GemmaConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PaliGemmaConfig,
    PaliGemmaForConditionalGeneration,
    PaliGemmaProcessor,
    PreTrainedTokenizerFast,
    Qwen2VLConfig,
    Qwen2VLForConditionalGeneration,
    Qwen2VLImageProcessorPil,
    Qwen2VLProcessor,
    Qwen2VLVideoProcessor,
    SiglipImageProcessorPil,
    SiglipVisionConfig,
)

from vpd.distill.records import Outcome, TrainingExample
from vpd.distill.student import Mode, TrainSettings, predict, train_student
from vpd.distill.student.adapter import Adapter
from vpd.distill.student.families import can_share
from vpd.distill.student.groups import group_examples
from vpd.distill.student.load import load_student
from vpd.distill.student.tiny import words_of
from vpd.engine.records import Question

# Of PEFT and of PaliGemma's processor, on their way to newer releases of what they build on.
pytestmark = [
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
CHAT = (
    "{% for message in messages %}{{ message.role }}: "
    "{% for part in message.content %}{% if part.type == 'image' %}IMAGE{% else %}{{ part.text }}{% endif %}{% endfor %}"
    "{% if message.role == 'assistant' %}</s>{% else %} {% endif %}{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)


def tokenizer_of(texts: list[str], *special: str) -> PreTrainedTokenizerFast:
    words = ["<pad>", "<s>", "</s>", "<unk>", *special, "\n", *words_of([*texts, "user: assistant:"])]
    made = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="<unk>"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Split(Regex(r"\w+|[^\w\s]|\n"), behavior="removed", invert=True)
    made.decoder = decoders.WordPiece(prefix="##")
    made.add_special_tokens(["<pad>", "<s>", "</s>", "<unk>", *special])
    named = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    return PreTrainedTokenizerFast(tokenizer_object=made, **named)  # type: ignore[no-untyped-call]


def id_of(tokenizer: PreTrainedTokenizerFast, word: str) -> int:
    return int(tokenizer.get_vocab()[word])


def text_sizes(tokenizer: Any) -> dict[str, Any]:
    return {
        "vocab_size": len(tokenizer),
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "max_position_embeddings": 256,
        "pad_token_id": 0,
        "bos_token_id": 1,
        "eos_token_id": 2,
    }


SIGHT = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": 32,
    "patch_size": 8,
}


def llava(texts: list[str], folder: Path) -> None:
    tokenizer = tokenizer_of(texts, "<image>")
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(**SIGHT, projection_dim=32),  # type: ignore[arg-type]
        text_config=LlamaConfig(**text_sizes(tokenizer)),
        image_token_index=id_of(tokenizer, "<image>"),
        vision_feature_layer=-1,
        vision_feature_select_strategy="default",
    )
    pictures = CLIPImageProcessorPil(size={"height": 32, "width": 32}, crop_size={"height": 32, "width": 32})
    processor = LlavaProcessor(  # type: ignore[no-untyped-call]
        pictures,
        tokenizer,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=CHAT.replace("IMAGE", "<image>"),
    )
    LlavaForConditionalGeneration(config).save_pretrained(folder)
    processor.save_pretrained(folder)


def qwen2_vl(texts: list[str], folder: Path) -> None:
    marks = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
    tokenizer = tokenizer_of(texts, *marks)
    start, end, image, video = (id_of(tokenizer, mark) for mark in marks)
    sizes = text_sizes(tokenizer) | {"rope_parameters": {"rope_type": "default", "mrope_section": [2, 3, 3], "rope_theta": 1e4}}
    config = Qwen2VLConfig(
        text_config=sizes,
        vision_config={
            "depth": 1,
            "embed_dim": 32,
            "hidden_size": 32,
            "num_heads": 2,
            "mlp_ratio": 2,
            "patch_size": 8,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
        },
        vision_start_token_id=start,
        vision_end_token_id=end,
        image_token_id=image,
        video_token_id=video,
    )
    Qwen2VLForConditionalGeneration(config).save_pretrained(folder)
    pictures = Qwen2VLImageProcessorPil(
        patch_size=8, merge_size=2, temporal_patch_size=2, size={"shortest_edge": 32 * 32, "longest_edge": 32 * 32}
    )
    template = CHAT.replace("IMAGE", "<|vision_start|><|image_pad|><|vision_end|>")
    videos = Qwen2VLVideoProcessor()
    processor = Qwen2VLProcessor(pictures, tokenizer, videos, chat_template=template)  # type: ignore[no-untyped-call]
    processor.save_pretrained(folder)


def paligemma(texts: list[str], folder: Path) -> None:
    tokenizer = tokenizer_of(texts, "<image>")
    sizes = text_sizes(tokenizer) | {"head_dim": 16}
    config = PaliGemmaConfig(
        vision_config=SiglipVisionConfig(**SIGHT).to_dict(),  # type: ignore[arg-type]
        text_config=GemmaConfig(**sizes).to_dict(),
        image_token_index=id_of(tokenizer, "<image>"),
        projection_dim=32,
        hidden_size=32,
    )
    PaliGemmaForConditionalGeneration(config).save_pretrained(folder)
    pictures = SiglipImageProcessorPil(size={"height": 32, "width": 32})
    pictures.image_seq_length = 16  # type: ignore[attr-defined]  # the processor reads it there
    processor = PaliGemmaProcessor(pictures, tokenizer)  # type: ignore[no-untyped-call]
    processor.save_pretrained(folder)


FAMILIES: dict[str, Callable[[list[str], Path], None]] = {"llava": llava, "qwen2_vl": qwen2_vl, "paligemma": paligemma}


@pytest.fixture(scope="module", params=FAMILIES)
def family(
    request: pytest.FixtureRequest, lessons: list[TrainingExample], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp(request.param) / "start"
    torch.manual_seed(0)
    FAMILIES[request.param]([message.content for one in lessons for message in one.messages], folder)
    return request.param, folder


def judge(question: Question, answer: str) -> Outcome:
    return Outcome.RIGHT if answer in question.answers else Outcome.WRONG


def test_the_same_code_teaches_and_asks(
    family: tuple[str, Path], lessons: list[TrainingExample], questions: list[Question], tmp_path: Path
) -> None:
    settings = TrainSettings(steps=40, pictures=8, warmup=2, learning_rate=4e-3, muon_learning_rate=0.02)
    result = train_student(family[1], lessons, tmp_path, settings)
    assert result.losses[-1][1] < 0.8 * result.losses[0][1]
    together = list(predict(tmp_path / "student", questions[:6], Mode.ANSWER, judge, arm=family[0], batch=6))
    alone = list(predict(tmp_path / "student", questions[:6], Mode.ANSWER, judge, arm=family[0], batch=1))
    assert [one.text for one in together] == [one.text for one in alone]
    assert any(one.text for one in together)


def test_pictures_are_shared_only_where_it_changes_nothing(family: tuple[str, Path], lessons: list[TrainingExample]) -> None:
    student = load_student(family[1])
    shares = can_share(student.model, Adapter(student.processor), group_examples(lessons, 4), TrainSettings())
    assert shares is (family[0] == "llava")


def test_adapters_are_trained_and_merged_into_the_student(
    family: tuple[str, Path], lessons: list[TrainingExample], tmp_path: Path
) -> None:
    settings = TrainSettings(steps=3, pictures=4, lora_rank=4, optimizer="adamw", learning_rate=1e-2)
    train_student(family[1], lessons, tmp_path, settings)
    before, after = load_student(family[1]).model.state_dict(), load_student(tmp_path / "student").model.state_dict()
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    assert not any("vision" in name or "visual" in name for name in changed)
