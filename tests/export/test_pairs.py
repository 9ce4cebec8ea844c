"""Preference pairs: what is written is read back, nothing unfit is written, and trainers take it as it is."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image as Picture

from vpd.distill.errors import RunError
from vpd.distill.export import FORMATS, ExportError, ExportSettings, Marks, Pictures, check, export, read_back
from vpd.distill.export.back import row_id_in
from vpd.distill.records import Preference
from vpd.engine.journal import read_records
from vpd.tools.errors import ImageError

MakePairs = Callable[..., Path]
Load = Callable[..., Any]
FORMS = [name for name, form in FORMATS.items() if form.pairs]
every_form = pytest.mark.parametrize("name", FORMS)
PLAIN = ExportSettings()


def pairs_of(run: Path) -> dict[str, Preference]:
    return {pair.id: pair for pair in read_records(run / "preferences.jsonl", Preference)}


def changed(run: Path, old: str, new: str) -> Path:
    """The run with one text of its file of pairs replaced."""
    path = run / "preferences.jsonl"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return run


@every_form
def test_pairs_are_read_back(name: str, paired: Path, tmp_path: Path) -> None:
    export(paired, FORMATS[name], tmp_path / "out", PLAIN)
    done = check(paired, FORMATS[name], tmp_path / "out", PLAIN)
    assert (done.rows, done.pictures) == ({"train": 6}, 6)
    rows = {row.id: row for row in read_back(FORMATS[name], tmp_path / "out")}
    assert set(rows) == set(pairs_of(paired))
    for pair in pairs_of(paired).values():
        row = rows[pair.id]
        assert row.turns == (("user", pair.asked), ("assistant", pair.chosen))
        assert (row.rejected, row.task, row.marks) == (pair.rejected, "preference", 1)


@every_form
def test_the_same_pairs_give_the_same_bytes(name: str, paired: Path, tmp_path: Path) -> None:
    for place in ("a", "b"):
        export(paired, FORMATS[name], tmp_path / place, PLAIN)
    files = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file()]
    assert len(files) > 2
    assert all((tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes() for file in files)


@every_form
def test_every_pair_carries_its_id(name: str, paired: Path, tmp_path: Path) -> None:
    export(paired, FORMATS[name], tmp_path / "out", PLAIN)
    (file,) = (path for path in (tmp_path / "out").rglob("train*") if path.is_file())
    assert row_id_in(file, "2") == list(pairs_of(paired))[1]


@every_form
def test_the_note_names_the_file_of_pairs(name: str, paired: Path, tmp_path: Path) -> None:
    export(paired, FORMATS[name], tmp_path / "out", PLAIN)
    note = json.loads((tmp_path / "out" / "export.json").read_text())
    assert set(note["source"]) == {"name", "preferences.jsonl"}
    page = (tmp_path / "out" / "README.md").read_text()
    assert "6 preference pairs of the split train" in page
    assert "trace-back" not in page


@every_form
def test_odd_signs_survive_in_pairs(name: str, make_pairs: MakePairs, tmp_path: Path) -> None:
    source = make_pairs('Где "это"?\u2028 \x85 \t 😀 \\n', rejected="One.\nTwo\u2029é \\")
    export(source, FORMATS[name], tmp_path / "out", PLAIN)
    check(source, FORMATS[name], tmp_path / "out", PLAIN)


@every_form
def test_a_run_without_pairs_says_how_to_make_them(name: str, run: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"holds no preference pairs .* make them with: vpd pairs"):
        export(run, FORMATS[name], tmp_path / "out", PLAIN)
    assert not (tmp_path / "out").exists()


def test_a_mixed_set_holds_no_pairs(mixed: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="a mixed set holds no pairs"):
        export(mixed, FORMATS["hf-pairs"], tmp_path / "out", PLAIN)


@every_form
@pytest.mark.parametrize("place", ["chosen", "rejected"])
def test_a_mark_in_either_answer_is_refused(name: str, place: str, make_pairs: MakePairs, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="'<image>', which a trainer takes for more than words"):
        export(make_pairs(**{place: "An <image> of it."}), FORMATS[name], tmp_path / "out", PLAIN)
    assert not (tmp_path / "out").exists()


@every_form
def test_a_mark_in_the_rejected_answer_can_be_escaped(name: str, make_pairs: MakePairs, tmp_path: Path) -> None:
    source, wanted = make_pairs(rejected="An <image> of it."), ExportSettings(marks=Marks.ESCAPE)
    export(source, FORMATS[name], tmp_path / "out", wanted)
    check(source, FORMATS[name], tmp_path / "out", wanted)
    assert all("An < image> of it." in (row.rejected or "") for row in read_back(FORMATS[name], tmp_path / "out"))


def test_pairs_with_marks_can_be_dropped(make_pairs: MakePairs, tmp_path: Path) -> None:
    source = make_pairs(rejected="An <image> of it.")
    changed(source, "An <image> of it. So the answer is no.", "Another. So the answer is no.")
    done = export(source, FORMATS["swift-pairs"], tmp_path / "out", ExportSettings(marks=Marks.DROP))
    assert (done.rows, done.dropped) == ({"train": 1}, 2)


@every_form
@pytest.mark.parametrize("blank", ["", " "])
def test_a_pair_of_equal_answers_is_refused(name: str, blank: str, make_pairs: MakePairs, tmp_path: Path) -> None:
    source = make_pairs(chosen="The same.", rejected="The same.")
    changed(source, '"rejected":"The same. So the answer is yes."', f'"rejected":"The same. So the answer is no.{blank}"')
    with pytest.raises(ExportError, match="nothing to prefer"):
        export(source, FORMATS[name], tmp_path / "out", PLAIN)
    assert not (tmp_path / "out").exists()


def test_answers_that_only_a_mark_told_apart_are_refused_where_marks_are_escaped(make_pairs: MakePairs, tmp_path: Path) -> None:
    source = make_pairs(chosen="A <image>.", rejected="A < image>.")
    changed(source, "A < image>. So the answer is yes.", "A < image>. So the answer is no.")
    with pytest.raises(ExportError, match="nothing to prefer"):
        export(source, FORMATS["swift-pairs"], tmp_path / "out", ExportSettings(marks=Marks.ESCAPE))


@pytest.mark.parametrize("place", ["asked", "chosen", "rejected"])
def test_a_pair_without_words_is_refused(place: str, make_pairs: MakePairs, tmp_path: Path) -> None:
    source = make_pairs()
    pairs = [pair.model_copy(update={place: " \n"}) for pair in pairs_of(source).values()]
    (source / "preferences.jsonl").write_text("".join(f"{pair.to_line()}\n" for pair in pairs))
    with pytest.raises(ExportError, match="one of its turns is empty"):
        export(source, FORMATS["hf-pairs"], tmp_path / "out", PLAIN)


@every_form
def test_a_pairs_picture_that_is_gone_is_refused(name: str, make_pairs: MakePairs, tmp_path: Path) -> None:
    source = make_pairs()
    (source / "images" / "1.png").unlink()
    with pytest.raises(ImageError, match="cannot be read"):
        export(source, FORMATS[name], tmp_path / "out", PLAIN)
    assert not (tmp_path / "out").exists()


def test_a_pairs_picture_that_judges_students_is_refused(make_pairs: MakePairs, tmp_path: Path) -> None:
    source = make_pairs()
    first, rest = (source / "questions.jsonl").read_text().split("\n", 1)
    (source / "questions.jsonl").write_text(first.replace('"split":"train"', '"split":"test"') + "\n" + rest)
    with pytest.raises(ExportError, match="held-out split"):
        export(source, FORMATS["hf-pairs"], tmp_path / "out", PLAIN)


def test_pairs_have_no_weights(paired: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="leave --rationale-weight out"):
        export(paired, FORMATS["swift-pairs"], tmp_path / "out", ExportSettings(rationale_weight=0.5))


def test_pictures_of_pairs_can_be_linked(paired: Path, tmp_path: Path) -> None:
    linked = ExportSettings(pictures=Pictures.LINK)
    export(paired, FORMATS["llamafactory-pairs"], tmp_path / "out", linked)
    check(paired, FORMATS["llamafactory-pairs"], tmp_path / "out", linked)
    assert all(path.is_symlink() for path in (tmp_path / "out" / "images").rglob("*.png"))


@every_form
def test_pictures_of_pairs_are_written_upright_and_in_colour(name: str, make_pairs: MakePairs, tmp_path: Path) -> None:
    source = make_pairs(names=("turned.jpg", "palette.png", "other.bmp"))
    assert export(source, FORMATS[name], tmp_path / "out", PLAIN).redrawn == 3
    for row in read_back(FORMATS[name], tmp_path / "out"):
        (tmp_path / "picture").write_bytes(row.images[0])
        with Picture.open(tmp_path / "picture") as picture:
            assert picture.mode == "RGB"


@every_form
def test_other_rejected_words_are_noticed(name: str, paired: Path, make_pairs: MakePairs, tmp_path: Path) -> None:
    source = make_pairs()
    export(source, FORMATS[name], tmp_path / "out", PLAIN)
    changed(source, "Red square: 5 in all.", "Red square: 6 in all.")
    with pytest.raises(ExportError, match="the words that they are preferred to"):
        check(source, FORMATS[name], tmp_path / "out", PLAIN)


@every_form
def test_answers_that_were_swapped_are_noticed(name: str, make_pairs: MakePairs, tmp_path: Path) -> None:
    source = make_pairs()
    export(source, FORMATS[name], tmp_path / "out", PLAIN)
    swapped = [pair.model_copy(update={"chosen": pair.rejected, "rejected": pair.chosen}) for pair in pairs_of(source).values()]
    (source / "preferences.jsonl").write_text("".join(f"{pair.to_line()}\n" for pair in swapped))
    with pytest.raises(ExportError, match="its words"):
        check(source, FORMATS[name], tmp_path / "out", PLAIN)


def tool(module: str) -> Any:
    """A module of another tool; the test is skipped where it, or something that it needs itself, is not installed."""
    return pytest.importorskip(module, exc_type=ImportError)


# What TRL and the other tools warn of is not ours to mend.
@pytest.mark.filterwarnings("ignore")
def test_trl_prefers_by_it_as_it_is(
    paired: Path, tiny: Path, tmp_path: Path, load_export: Load, processor: Any, two_steps: dict[str, Any]
) -> None:
    from transformers import AutoModelForImageTextToText
    from trl import DPOConfig, DPOTrainer

    export(paired, FORMATS["hf-pairs"], tmp_path / "out", PLAIN)
    trainer = DPOTrainer(
        model=AutoModelForImageTextToText.from_pretrained(tiny),
        processing_class=processor,
        args=DPOConfig(per_device_train_batch_size=3, **two_steps),
        train_dataset=load_export(),
    )
    trainer.train()
    logged = [row for row in trainer.state.log_history if "loss" in row]
    assert [round(row["loss"], 3) for row in logged[:1]] == [0.693]  # the reference is the start: no margin yet
    assert logged[1]["rewards/margins"] != 0


@pytest.mark.filterwarnings("ignore")
def test_trl_compares_the_two_answers_and_shows_the_picture_to_both(
    paired: Path, tmp_path: Path, load_export: Load, processor: Any
) -> None:
    from trl.trainer.dpo_trainer import DataCollatorForVisionPreference

    export(paired, FORMATS["hf-pairs"], tmp_path / "out", PLAIN)
    rows = list(load_export())[:2]
    pairs = [pairs_of(paired)[row["id"]] for row in rows]
    batch = DataCollatorForVisionPreference(processor)(rows)
    said = [
        processor.tokenizer.decode(ids[mask.bool()], skip_special_tokens=True).replace(" ", "")
        for ids, mask in zip(batch["input_ids"], batch["completion_mask"])
    ]
    wanted = [pair.chosen for pair in pairs] + [pair.rejected for pair in pairs]
    assert said == [text.lower().replace(" ", "") for text in wanted]
    pictures = (batch["input_ids"] == processor.tokenizer.convert_tokens_to_ids("<image>")).sum(1)
    assert pictures.tolist() == [processor.image_seq_len] * 4


@pytest.mark.filterwarnings("ignore")
def test_llamafactory_finds_both_answers_and_the_picture(paired: Path, tmp_path: Path) -> None:
    converters, parser = tool("llamafactory.data.converter"), tool("llamafactory.data.parser")
    plugin = tool("llamafactory.data.mm_plugin").BasePlugin(image_token="<image>", video_token=None, audio_token=None)
    import datasets

    folder = tmp_path / "out"
    export(paired, FORMATS["llamafactory-pairs"], folder, PLAIN)
    (entry,) = parser.get_dataset_list(["vpd_train"], str(folder))
    converter = converters.get_dataset_converter(entry.formatting, entry, SimpleNamespace(media_dir=str(folder)))
    loaded = datasets.load_dataset("json", data_files=str(folder / entry.dataset_name), split="train", cache_dir=str(tmp_path))
    assert entry.ranking
    assert {row["id"] for row in loaded} == set(pairs_of(paired))
    for row in loaded:
        pair, read = pairs_of(paired)[row["id"]], converter(row)
        for answer in read["_response"]:
            plugin._validate_messages([*read["_prompt"], answer], read["_images"], [], [])
        assert [turn["content"] for turn in read["_prompt"]] == [f"<image>\n{pair.asked}"]
        assert [turn["content"] for turn in read["_response"]] == [pair.chosen, pair.rejected]
        assert all(Path(place).is_file() for place in read["_images"])


@pytest.mark.filterwarnings("ignore")
def test_swift_makes_two_conversations_of_a_pair(paired: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swift, inputs = tool("swift.dataset"), tool("swift.template.template_inputs")
    folder = tmp_path / "out"
    export(paired, FORMATS["swift-pairs"], folder, PLAIN)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path / "cache"))
    loaded, _ = swift.load_dataset([str(folder / "train.jsonl")], strict=True, load_from_cache_file=False)
    told = set()
    for row in loaded:
        read = inputs.TemplateInputs.from_dict(dict(row))
        for side in (read.chosen, read.rejected):
            assert len(side.images) == 1
            assert sum(turn["content"].count("<image>") for turn in side.messages) == 1
        told.add((read.chosen.messages[0]["content"], read.chosen.messages[-1]["content"], read.rejected.messages[-1]["content"]))
    assert told == {(f"<image>{pair.asked}", pair.chosen, pair.rejected) for pair in pairs_of(paired).values()}


RANKING_SHAPE = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["conversations", "chosen", "rejected", "images"],
        "properties": {
            "conversations": {
                "type": "array",
                "minItems": 1,
                "maxItems": 1,
                "items": {"properties": {"from": {"const": "human"}, "value": {"pattern": "^<image>\n"}}},
            },
            "chosen": {"$ref": "#/$defs/answer"},
            "rejected": {"$ref": "#/$defs/answer"},
            "images": {"type": "array", "minItems": 1, "maxItems": 1, "items": {"type": "string"}},
        },
    },
    "$defs": {
        "answer": {
            "type": "object",
            "required": ["from", "value"],
            "additionalProperties": False,
            "properties": {"from": {"const": "gpt"}, "value": {"type": "string", "not": {"pattern": "<image>"}}},
        }
    },
}
"""What LLaMA-Factory's guide to data says of preference sets in ShareGPT's form."""


def test_llamafactorys_pairs_have_the_documented_shape(paired: Path, tmp_path: Path) -> None:
    export(paired, FORMATS["llamafactory-pairs"], tmp_path / "out", PLAIN)
    tool("jsonschema").validate(json.loads((tmp_path / "out" / "train.json").read_text()), RANKING_SHAPE)
    info = json.loads((tmp_path / "out" / "dataset_info.json").read_text())["vpd_train"]
    assert info["ranking"] is True
    assert info["columns"] == {"messages": "conversations", "images": "images", "chosen": "chosen", "rejected": "rejected"}


def test_swifts_pairs_have_the_documented_shape(paired: Path, tmp_path: Path) -> None:
    export(paired, FORMATS["swift-pairs"], tmp_path / "out", PLAIN)
    for line in (tmp_path / "out" / "train.jsonl").read_text().splitlines():
        row = json.loads(line)
        assert [turn["role"] for turn in row["messages"]] == ["user", "assistant"]
        assert row["messages"][0]["content"].startswith("<image>")
        assert (tmp_path / "out" / row["images"][0]).is_file()
        assert isinstance(row["rejected_response"], str)
        assert row["rejected_response"] != row["messages"][-1]["content"]
