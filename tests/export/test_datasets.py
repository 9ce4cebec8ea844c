"""The parquet forms through `datasets`, and through TRL's trainer as they are."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from vpd.distill.export import FORMATS, ExportSettings, export
from vpd.distill.export.picture import read
from vpd.distill.mixing import open_examples
from vpd.tools.image import read_image_ref

MakeRun = Callable[..., Path]
Load = Callable[..., Any]

FORMS = ("hf-messages", "hf-prompt", "hf-parts")


@pytest.mark.parametrize("form", FORMS)
def test_datasets_reads_rows_and_pictures(form: str, mixed: Path, tmp_path: Path, load_export: Load) -> None:
    export(mixed, FORMATS[form], tmp_path / "out", ExportSettings())
    examples = {example.id: example for example in open_examples(mixed).examples()}
    for split in ("train", "validation"):
        loaded = load_export(split)
        assert {row["id"] for row in loaded} == {one.id for one in examples.values() if one.split == split}
        for row in loaded:
            example = examples[row["id"]]
            assert row["images"][0].size == (example.image.width, example.image.height)
            assert row["images"][0].getpixel((0, 0))[2] == 200
            assert row["task"] == example.teaches
            assert row["weight"] == 1.0
            said = (row.get("messages") or row["completion"])[-1]["content"]
            assert (said if isinstance(said, str) else said[0]["text"]) == example.messages[-1].content


def test_the_pictures_bytes_are_the_files_own(mixed: Path, tmp_path: Path, load_export: Load) -> None:
    import datasets

    export(mixed, FORMATS["hf-prompt"], tmp_path / "out", ExportSettings())
    images = {example.id: example.image for example in open_examples(mixed).examples()}
    loaded = load_export()
    raw = loaded.cast_column("images", datasets.List(datasets.Image(decode=False)))
    assert all(row["images"][0]["bytes"] == read(images[row["id"]]) for row in raw)


def test_a_picture_of_many_rows_is_held_once(make_run: MakeRun, tmp_path: Path) -> None:
    picture = tmp_path / "noise.png"
    Image.effect_noise((400, 400), 90).convert("RGB").save(picture)
    run = make_run("run")
    image = read_image_ref(picture)
    examples = [
        row.model_copy(update={"image": image, "question": f"{number}"})
        for number in range(6)
        for row in open_examples(run).examples()
    ]
    unlike = {row.id: row for row in examples}
    (run / "examples.jsonl").write_text("".join(f"{row.to_line()}\n" for row in unlike.values()))
    export(run, FORMATS["hf-prompt"], tmp_path / "out", ExportSettings())
    size = sum(path.stat().st_size for path in (tmp_path / "out" / "data").iterdir())
    assert len(unlike) > 20
    assert size < 2 * picture.stat().st_size


# What TRL and the libraries below it warn of is not ours to mend.
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("form", FORMS)
def test_trl_trains_on_it_as_it_is(
    form: str, mixed: Path, tiny: Path, tmp_path: Path, load_export: Load, processor: Any, two_steps: dict[str, Any]
) -> None:
    from transformers import AutoModelForImageTextToText
    from trl import SFTConfig, SFTTrainer

    export(mixed, FORMATS[form], tmp_path / "out", ExportSettings())
    trainer = SFTTrainer(
        model=AutoModelForImageTextToText.from_pretrained(tiny),
        processing_class=processor,
        args=SFTConfig(per_device_train_batch_size=4, **two_steps),
        train_dataset=load_export(),
    )
    trainer.train()
    losses = [row["loss"] for row in trainer.state.log_history if "loss" in row]
    assert len(losses) == 2
    assert all(0 < loss < 20 for loss in losses)


@pytest.mark.filterwarnings("ignore")
def test_trl_learns_from_the_completion_alone(mixed: Path, tmp_path: Path, load_export: Load, processor: Any) -> None:
    from trl.trainer.sft_trainer import DataCollatorForVisionLanguageModeling

    export(mixed, FORMATS["hf-prompt"], tmp_path / "out", ExportSettings())
    row = load_export()[0]
    said = row["completion"][0][
        "content"
    ].lower()  # before TRL puts parts in its place; with such rows it sets the argument below
    labels = DataCollatorForVisionLanguageModeling(processor, completion_only_loss=True)([row])["labels"][0]
    learned = processor.tokenizer.decode(labels[labels != -100], skip_special_tokens=True)
    assert learned.replace(" ", "") == said.replace(" ", "")
