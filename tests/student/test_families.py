"""Each named family as a tiny checkpoint of random weights in the form of a real one, through the commands for real ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
import torch
import transformers as hf
import typer
from PIL import Image as Picture
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from typer.testing import CliRunner

from vpd.distill.commands import evaluation, student
from vpd.distill.records import Prediction, TrainingExample
from vpd.distill.run_directory import RunDirectory
from vpd.distill.settings import RunSettings
from vpd.distill.student import TrainSettings, read_result, train_student
from vpd.distill.student.adapter import Adapter
from vpd.distill.student.collate import Collator
from vpd.distill.student.families import can_share, sorted_losses
from vpd.distill.student.groups import group_examples
from vpd.distill.student.load import load_student
from vpd.engine.records import Question
from vpd.tools.image import ImageRef, read_image_ref

# Of PEFT and of PaliGemma's processor, on their way to newer releases of what they build on.
pytestmark = [
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

# Chat templates, each as its family writes turns: where the picture stands, what ends a turn, what begins the assistant's.
IM_CHAT = (  # Qwen-VL: a system turn that nobody asked for comes first
    "{% if messages[0].role != 'system' %}<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% for part in message.content %}{% if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% else %}{{ part.text }}{% endif %}{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SMOL_CHAT = (  # Idefics3 and SmolVLM: the colon of a role stands close where a picture follows
    "<|im_start|>{% for message in messages %}{{ message.role | capitalize }}"
    "{% if message.content[0].type == 'image' %}:{% else %}: {% endif %}"
    "{% for part in message.content %}{% if part.type == 'image' %}<image>{% else %}{{ part.text }}{% endif %}{% endfor %}"
    "<end_of_utterance>\n{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}"
)
VICUNA_CHAT = (  # LLaVA-1.5: no mark ends the assistant's turn
    "{% for message in messages %}{{ message.role | upper }}: "
    "{% for part in message.content %}{% if part.type == 'image' %}<image>\n{% else %}{{ part.text }} {% endif %}{% endfor %}"
    "{% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)
QWEN_LLAVA_CHAT = (  # LLaVA with Qwen2
    "{% for message in messages %}<|im_start|>{{ message.role }} "
    "{% for part in message.content %}{% if part.type == 'image' %}<image>\n{% else %}{{ part.text }}{% endif %}{% endfor %}"
    "<|im_end|>{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant {% endif %}"
)
QWEN_MARKS = ("<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
SMOL_MARKS = ("<|im_start|>", "<end_of_utterance>", "<fake_token_around_image>", "<global-img>", "<image>")
TILES = tuple(f"<row_{row}_col_{column}>" for row in (1, 2) for column in (1, 2))


def byte_tokenizer(texts: list[str], end: str, *marks: str) -> Any:
    """Bytes merged into words, as GPT-2's and Qwen's; trained here."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    special = ["<pad>", end, *(mark for mark in marks if mark != end)]
    made.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=512, special_tokens=special, initial_alphabet=alphabet))
    return hf.PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>", eos_token=end)  # type: ignore[no-untyped-call]


def piece_tokenizer(texts: list[str], scheme: Any, special: list[str], added: tuple[str, ...] = ()) -> Any:
    """Pieces with a mark for a space, as Llama's (a space before the first word too) and Gemma's (none); trained here."""
    made = Tokenizer(models.BPE(unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme)
    made.decoder = decoders.Metaspace(prepend_scheme=scheme)
    made.train_from_iterator(
        [*texts, "USER: ASSISTANT:\n"], trainers.BpeTrainer(vocab_size=400, special_tokens=["<pad>", "<s>", "</s>", "<unk>"])
    )
    made.add_special_tokens([AddedToken(mark, normalized=False) for mark in special])
    made.add_tokens([AddedToken(mark, normalized=False) for mark in added])
    named = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    return hf.PreTrainedTokenizerFast(tokenizer_object=made, **named)  # type: ignore[no-untyped-call]


def text_sizes(tokenizer: Any, **more: Any) -> dict[str, Any]:
    return {
        "vocab_size": len(tokenizer),
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "max_position_embeddings": 256,
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    } | more


SIGHT: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": 32,
    "patch_size": 8,
}
SQUARE = {"height": 32, "width": 32}
Made = tuple[Any, Any]
"""A model and its processor."""


def smol(texts: list[str], config: Any, model: Any, pictures: Any, processor: Any, *videos: Any) -> Made:
    """Idefics3 and SmolVLM cut a picture into tiles, and show it whole besides."""
    tokenizer = byte_tokenizer(texts, "<end_of_utterance>", *SMOL_MARKS, *TILES)
    made = config(
        text_config=hf.LlamaConfig(**text_sizes(tokenizer)).to_dict(),
        vision_config=SIGHT,
        scale_factor=2,
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
    )
    cutter = pictures(size={"longest_edge": 64}, max_image_size={"longest_edge": 32}, do_image_splitting=True)
    return model(made), processor(cutter, tokenizer, *videos, image_seq_len=4, chat_template=SMOL_CHAT)


def idefics3(texts: list[str]) -> Made:
    return smol(texts, hf.Idefics3Config, hf.Idefics3ForConditionalGeneration, hf.Idefics3ImageProcessorPil, hf.Idefics3Processor)


def smolvlm(texts: list[str]) -> Made:
    videos = hf.SmolVLMVideoProcessor(
        size={"longest_edge": 64},
        max_image_size={"longest_edge": 32},
        video_sampling={"fps": 1, "max_frames": 2},  # type: ignore[call-arg]  # which its own configurations hold
    )
    parts = (hf.SmolVLMConfig, hf.SmolVLMForConditionalGeneration, hf.SmolVLMImageProcessorPil, hf.SmolVLMProcessor)
    return smol(texts, *parts, videos)


def llava(tokenizer: Any, text: Any, sight: Any, pictures: Any, select: Literal["default", "full"], more: int, chat: str) -> Made:
    config = hf.LlavaConfig(
        vision_config=sight,
        text_config=text,
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-1,
        vision_feature_select_strategy=select,
        image_seq_length=16,
    )
    processor = hf.LlavaProcessor(  # type: ignore[no-untyped-call]
        pictures,
        tokenizer,
        patch_size=8,
        vision_feature_select_strategy=select,
        num_additional_image_tokens=more,
        chat_template=chat,
    )
    return hf.LlavaForConditionalGeneration(config), processor


def llava_llama(texts: list[str]) -> Made:
    tokenizer = piece_tokenizer(texts, "first", ["<image>"])
    sight = hf.CLIPVisionConfig(**SIGHT, projection_dim=32)
    pictures = hf.CLIPImageProcessorPil(size=SQUARE, crop_size=SQUARE)
    return llava(tokenizer, hf.LlamaConfig(**text_sizes(tokenizer)), sight, pictures, "default", 1, VICUNA_CHAT)


def llava_qwen2(texts: list[str]) -> Made:
    tokenizer = byte_tokenizer(texts, "<|im_end|>", "<|im_start|>", "<image>")
    sight = hf.SiglipVisionConfig(**SIGHT, vision_use_head=False)
    pictures = hf.SiglipImageProcessorPil(size=SQUARE)
    return llava(tokenizer, hf.Qwen2Config(**text_sizes(tokenizer)), sight, pictures, "full", 0, QWEN_LLAVA_CHAT)


def qwen(texts: list[str], config: Any, model: Any, processor: Any, videos: Any, sight: dict[str, Any], rope: Any) -> Made:
    tokenizer = byte_tokenizer(texts, "<|im_end|>", *QWEN_MARKS)
    ids = dict(zip(QWEN_MARKS, tokenizer.convert_tokens_to_ids(list(QWEN_MARKS))))
    sizes = text_sizes(tokenizer, rope_parameters={"rope_type": "default", "rope_theta": 1e4} | rope)
    head = {"head_dim": 16} if "mrope_interleaved" in rope else {}
    made = config(
        text_config=sizes | head,
        vision_config={"depth": 2, "num_heads": 2, "patch_size": 8, "spatial_merge_size": 2, "temporal_patch_size": 2} | sight,
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
    )
    pictures = hf.Qwen2VLImageProcessorPil(
        patch_size=8, merge_size=2, temporal_patch_size=2, size={"shortest_edge": 16 * 16, "longest_edge": 48 * 48}
    )
    return model(made), processor(pictures, tokenizer, videos, chat_template=IM_CHAT)


def qwen2_vl(texts: list[str]) -> Made:
    sight = {"embed_dim": 32, "hidden_size": 32, "mlp_ratio": 2}
    parts = (hf.Qwen2VLConfig, hf.Qwen2VLForConditionalGeneration, hf.Qwen2VLProcessor, hf.Qwen2VLVideoProcessor())
    return qwen(texts, *parts, sight, {"mrope_section": [2, 3, 3]})


def qwen2_5_vl(texts: list[str]) -> Made:
    sight = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "out_hidden_size": 32,
        "window_size": 32,
        "fullatt_block_indexes": [1],
    }
    parts = (hf.Qwen2_5_VLConfig, hf.Qwen2_5_VLForConditionalGeneration, hf.Qwen2_5_VLProcessor, hf.Qwen2VLVideoProcessor())
    return qwen(texts, *parts, sight, {"mrope_section": [2, 3, 3]})


def qwen3_vl(texts: list[str]) -> Made:
    sight = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "out_hidden_size": 32,
        "num_position_embeddings": 16,
        "deepstack_visual_indexes": [0],
    }
    parts = (hf.Qwen3VLConfig, hf.Qwen3VLForConditionalGeneration, hf.Qwen3VLProcessor, hf.Qwen3VLVideoProcessor())
    return qwen(texts, *parts, sight, {"mrope_section": [4, 2, 2], "mrope_interleaved": True})


def paligemma(texts: list[str]) -> Made:
    places = tuple(f"<loc{number:04d}>" for number in range(1024))
    tokenizer = piece_tokenizer(texts, "never", ["<image>"], places)
    config = hf.PaliGemmaConfig(
        vision_config=hf.SiglipVisionConfig(**SIGHT, vision_use_head=False).to_dict(),
        text_config=hf.GemmaConfig(**text_sizes(tokenizer, head_dim=16)).to_dict(),
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        projection_dim=32,
        hidden_size=32,
    )
    pictures = hf.SiglipImageProcessorPil(size=SQUARE)
    pictures.image_seq_length = 16  # type: ignore[attr-defined]  # the processor reads it there
    return hf.PaliGemmaForConditionalGeneration(config), hf.PaliGemmaProcessor(pictures, tokenizer)  # type: ignore[no-untyped-call]


FAMILIES: dict[str, Callable[[list[str]], Made]] = {
    one.__name__: one for one in (paligemma, smolvlm, idefics3, llava_llama, llava_qwen2, qwen2_vl, qwen2_5_vl, qwen3_vl)
}
QUICK = {"paligemma", "qwen2_5_vl"}
"""No chat template and marked tokens; a chat template and positions of its own. The other tests' tiny student is an Idefics3."""
SHARING = {"smolvlm", "idefics3", "llava_llama", "llava_qwen2"}


@pytest.fixture(scope="module", params=[pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in FAMILIES])
def family(
    request: pytest.FixtureRequest, lessons: list[TrainingExample], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """A family's name and the folder of its checkpoint."""
    folder = tmp_path_factory.mktemp(request.param) / "start"
    torch.manual_seed(0)
    model, processor = FAMILIES[request.param]([message.content for one in lessons for message in one.messages])
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return request.param, folder


@pytest.fixture(scope="module")
def oblong(tmp_path_factory: pytest.TempPathFactory) -> list[ImageRef]:
    """Pictures of several sizes and shapes."""
    folder = tmp_path_factory.mktemp("oblong")
    made = []
    for number, size in enumerate([(32, 32), (64, 24), (20, 48), (90, 40)]):
        Picture.effect_noise(size, 80).convert("RGB").save(folder / f"{number}.png")
        made.append(read_image_ref(folder / f"{number}.png"))
    return made


@pytest.fixture
def run(tmp_path: Path, questions: list[Question], lessons: list[TrainingExample]) -> Path:
    with RunDirectory(tmp_path / "run", RunSettings()) as place:
        with place.journal(Question) as asked:
            for question in questions[:12]:
                asked.append(question)
        with place.journal(TrainingExample) as taught:
            for lesson in lessons:
                taught.append(lesson)
    return tmp_path / "run"


app = typer.Typer()
app.command()(student.train)
app.command()(evaluation.evaluate)


def test_the_commands_for_real_models_teach_and_ask_it(family: tuple[str, Path], run: Path) -> None:
    settings = run / "train.toml"
    settings.write_text('pictures = 8\nwarmup = 2\nmuon_learning_rate = 0.02\ndialect = "family"\nlog_every = 5\n')
    train = ["train", str(run), "--start", str(family[1]), "--name", "one", "--settings", str(settings)]
    evaluate = ["evaluate", str(run), "--name", "one", "--split", "train"]
    for arguments in ([*train, "--steps", "30", "--learning-rate", "4e-3"], [*evaluate, "--mode", "explain"], evaluate):
        assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0
    result = read_result(run / "students" / "one")
    assert result is not None
    assert result.losses[-1][1] < 0.75 * result.losses[0][1]
    with RunDirectory(run) as place:
        told = place.read(Prediction)
    assert len(told) == 24
    assert any(one.text for one in told)


def test_pictures_are_shared_only_where_it_changes_nothing(family: tuple[str, Path], lessons: list[TrainingExample]) -> None:
    student = load_student(family[1])
    shares = can_share(student.model, Adapter(student.processor), group_examples(lessons, 4), TrainSettings())
    assert shares is (family[0] in SHARING)


def test_adapters_are_trained_and_merged_into_the_student(
    family: tuple[str, Path], lessons: list[TrainingExample], tmp_path: Path
) -> None:
    settings = TrainSettings(steps=2, pictures=4, lora_rank=4, optimizer="adamw", learning_rate=1e-2, gradient_checkpointing=True)
    train_student(family[1], lessons, tmp_path, settings)
    before, after = load_student(family[1]).model.state_dict(), load_student(tmp_path / "student").model.state_dict()
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert any("attn" in name for name in changed)
    assert any("mlp" in name for name in changed)
    assert not any("vision" in name or "visual" in name for name in changed)


def test_rows_of_pictures_of_all_sizes_lose_the_same_as_each_alone(
    family: tuple[str, Path], lessons: list[TrainingExample], oblong: list[ImageRef]
) -> None:
    student = load_student(family[1])
    student.model.eval()
    examples = [one.model_copy(update={"image": image}) for one, image in zip(lessons, oblong)]
    collator = Collator(Adapter(student.processor), TrainSettings(), shared=False)
    together = sorted_losses(student.model, collator(group_examples(examples, 1)))
    alone = torch.cat([sorted_losses(student.model, collator(group_examples([one], 1))) for one in examples])
    torch.testing.assert_close(together, alone.sort().values, rtol=1e-4, atol=1e-4)
