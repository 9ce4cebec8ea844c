"""Formats through the tools that they are meant for, or through their documented shape where a tool does not install here."""

import base64
import io
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image as Picture

from vpd.distill.export import FORMATS, ExportSettings, export
from vpd.distill.mixing import open_examples
from vpd.distill.records import TrainingExample

# What other tools warn of is not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def examples(mixed: Path) -> dict[str, TrainingExample]:
    """The rows of the split train, by their id."""
    return {example.id: example for example in open_examples(mixed).examples() if example.split == "train"}


def written(form: str, mixed: Path, out: Path, **settings: Any) -> Path:
    export(mixed, FORMATS[form], out, ExportSettings(**settings))
    return out


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def tool(module: str) -> Any:
    """A module of another tool; the test is skipped where it, or something that it needs itself, is not installed."""
    return pytest.importorskip(module, exc_type=ImportError)


def test_webdataset_reads_its_shards(mixed: Path, examples: dict[str, TrainingExample], tmp_path: Path) -> None:
    webdataset = tool("webdataset")
    folder = written("webdataset", mixed, tmp_path / "out", rows_per_file=5)
    shards = sorted(map(str, folder.glob("train-*.tar")))
    samples = list(webdataset.WebDataset(shards, shardshuffle=False).decode("pil"))
    assert len(shards) == 4
    assert {sample["__key__"] for sample in samples} == set(examples)
    for sample in samples:
        assert sample["png"].size == (24, 16)
        assert sample["json"]["messages"][-1]["content"] == examples[sample["__key__"]].messages[-1].content


def test_llamafactory_finds_its_columns_and_pictures(mixed: Path, examples: dict[str, TrainingExample], tmp_path: Path) -> None:
    converters, parser = tool("llamafactory.data.converter"), tool("llamafactory.data.parser")
    plugin = tool("llamafactory.data.mm_plugin").BasePlugin(image_token="<image>", video_token=None, audio_token=None)
    import datasets

    folder = written("llamafactory", mixed, tmp_path / "out")
    (entry,) = parser.get_dataset_list(["vpd_train"], str(folder))
    converter = converters.get_dataset_converter(entry.formatting, entry, SimpleNamespace(media_dir=str(folder)))
    loaded = datasets.load_dataset("json", data_files=str(folder / entry.dataset_name), split="train", cache_dir=str(tmp_path))
    assert len(loaded) == len(examples)
    for row in loaded:
        read = converter(row)
        plugin._validate_messages(read["_prompt"], read["_images"], [], [])
        assert read["_prompt"][0]["content"] == f"<image>\n{examples[row['id']].messages[0].content}"
        assert read["_response"][0]["content"] == examples[row["id"]].messages[1].content
        assert all(Path(place).is_file() for place in read["_images"])


def test_swift_reads_messages_pictures_and_scales(
    mixed: Path, examples: dict[str, TrainingExample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swift = tool("swift.dataset")
    folder = written("swift", mixed, tmp_path / "out", rationale_weight=0.5)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path / "cache"))
    loaded, _ = swift.load_dataset([str(folder / "train.jsonl")], strict=True, load_from_cache_file=False)
    assert len(loaded) == len(examples)
    told = {(row["messages"][0]["content"], row["messages"][1]["content"], row["messages"][1]["loss_scale"]) for row in loaded}
    assert told == {
        (f"<image>{one.messages[0].content}", one.messages[1].content, 0.5 if one.teaches == "rationale" else 1.0)
        for one in examples.values()
    }
    assert all(Path(picture["path"]).is_file() for row in loaded for picture in row["images"])


def test_a_processor_reads_axolotls_parts(
    mixed: Path, examples: dict[str, TrainingExample], processor: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its collator hands a row's messages to the model's own chat template, which opens the pictures by their path."""
    folder = written("axolotl", mixed, tmp_path / "out")
    monkeypatch.chdir(folder)
    rows = lines_of(folder / "train.jsonl")
    batch = processor.apply_chat_template(
        [row["messages"] for row in rows],
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        processor_kwargs={"padding": True},
    )
    pictures = (batch["input_ids"] == processor.tokenizer.convert_tokens_to_ids("<image>")).sum(1)
    assert {row["id"] for row in rows} == set(examples)
    assert pictures.tolist() == [processor.image_seq_len] * len(rows)
    assert batch["pixel_values"].shape[:2] == (len(rows), 1)


def test_openai_messages_are_what_the_library_sends(mixed: Path, examples: dict[str, TrainingExample], tmp_path: Path) -> None:
    from openai.types.chat import ChatCompletionAssistantMessageParam, ChatCompletionUserMessageParam
    from pydantic import TypeAdapter

    rows = lines_of(written("openai", mixed, tmp_path / "out") / "train.jsonl")
    user, assistant = TypeAdapter(ChatCompletionUserMessageParam), TypeAdapter(ChatCompletionAssistantMessageParam)
    assert len(rows) == len(examples)
    for row in rows:
        asked, said = row["messages"]
        user.validate_python(asked)
        assistant.validate_python(said)
        kind, _, data = asked["content"][0]["image_url"]["url"].partition(";base64,")
        with Picture.open(io.BytesIO(base64.b64decode(data, validate=True))) as picture:
            assert kind == f"data:{picture.get_format_mimetype()}"
            assert picture.mode == "RGB"


LLAVA_SHAPE = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "image", "conversations"],
        "properties": {
            "id": {"type": "string"},
            "image": {"type": "string", "pattern": "^[^/].*"},
            "conversations": {
                "type": "array",
                "minItems": 2,
                "maxItems": 2,
                "prefixItems": [
                    {"properties": {"from": {"const": "human"}, "value": {"type": "string", "pattern": "^<image>\n"}}},
                    {"properties": {"from": {"const": "gpt"}, "value": {"type": "string", "not": {"pattern": "<image>"}}}},
                ],
                "items": {"type": "object", "required": ["from", "value"], "additionalProperties": False},
            },
        },
    },
}
"""What LLaVA's guide to fine-tuning on one's own data says of a row."""


def test_llava_rows_have_the_documented_shape(mixed: Path, examples: dict[str, TrainingExample], tmp_path: Path) -> None:
    folder = written("llava", mixed, tmp_path / "out")
    rows = json.loads((folder / "train.json").read_text())
    tool("jsonschema").validate(rows, LLAVA_SHAPE)
    assert {row["id"] for row in rows} == set(examples)
    assert all(row["conversations"][0]["value"].count("<image>") == 1 for row in rows)
    assert all((folder / row["image"]).is_file() for row in rows)


def test_ordinary_tar_reads_the_shards_in_pairs(mixed: Path, tmp_path: Path) -> None:
    import tarfile

    folder = written("webdataset", mixed, tmp_path / "out")
    with tarfile.open(folder / "train-000000.tar") as shard:
        names = shard.getnames()
    stems = [os.path.splitext(name) for name in names]  # noqa: PTH122  the rule by which the tools pair files
    assert all(stems[place][0] == stems[place + 1][0] for place in range(0, len(stems), 2))
    assert {extension for _, extension in stems} == {".png", ".json"}
