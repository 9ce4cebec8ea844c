"""Every format: what is written is read back as it was, nothing unfit is written, and the same rows give the same bytes."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image as Picture

from vpd.distill.errors import RunError
from vpd.distill.export import FORMATS, ExportError, ExportSettings, Marks, Pictures, check, export, read_back
from vpd.distill.export.back import row_id_in
from vpd.distill.mixing import open_examples
from vpd.tools.errors import ImageError

MakeRun = Callable[..., Path]
every_format = pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if not form.pairs])
PLAIN = ExportSettings()


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@every_format
def test_what_is_written_is_read_back(name: str, mixed: Path, tmp_path: Path) -> None:
    export(mixed, FORMATS[name], tmp_path / "out", PLAIN)
    done = check(mixed, FORMATS[name], tmp_path / "out", PLAIN)
    assert sum(done.rows.values()) == 24
    assert set(done.rows) == {"train", "validation"}


@every_format
def test_a_run_is_exported_as_a_set_is(name: str, run: Path, tmp_path: Path) -> None:
    export(run, FORMATS[name], tmp_path / "out", PLAIN)
    assert check(run, FORMATS[name], tmp_path / "out", PLAIN).rows == {"train": 6}


@every_format
def test_the_same_rows_give_the_same_bytes(name: str, mixed: Path, tmp_path: Path) -> None:
    for place in ("a", "b"):
        export(mixed, FORMATS[name], tmp_path / place, PLAIN)
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")


@every_format
def test_one_split_alone_can_be_written(name: str, mixed: Path, tmp_path: Path) -> None:
    wanted = ExportSettings(splits=("validation",))
    export(mixed, FORMATS[name], tmp_path / "out", wanted)
    assert {row.split for row in read_back(FORMATS[name], tmp_path / "out")} == {"validation"}
    check(mixed, FORMATS[name], tmp_path / "out", wanted)


@every_format
def test_rows_go_into_files_of_the_wanted_size(name: str, mixed: Path, tmp_path: Path) -> None:
    small = ExportSettings(rows_per_file=5)
    export(mixed, FORMATS[name], tmp_path / "out", small)
    check(mixed, FORMATS[name], tmp_path / "out", small)


@every_format
def test_every_row_carries_the_id_that_leads_back(name: str, mixed: Path, tmp_path: Path) -> None:
    export(mixed, FORMATS[name], tmp_path / "out", PLAIN)
    ids = {example.id for example in open_examples(mixed).examples()}
    data = [path for path in (tmp_path / "out").rglob("train*") if path.is_file()]
    assert data
    assert all(row_id_in(path, "1") in ids for path in data)


@every_format
def test_no_path_of_this_machine_is_written(name: str, mixed: Path, tmp_path: Path) -> None:
    export(mixed, FORMATS[name], tmp_path / "out", PLAIN)
    assert [file for file, data in files_of(tmp_path / "out").items() if str(mixed.parent).encode() in data] == []


@every_format
@pytest.mark.parametrize(
    "mark", ["<image>", "<|image_pad|>", "<|im_end|>", "[IMG]", "<start_of_image>", "<fake_token_around_image>"]
)
def test_a_mark_in_a_text_is_refused_before_a_byte_is_written(name: str, mark: str, make_run: MakeRun, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="takes for more than words"):
        export(make_run("run", f"What is {mark}?"), FORMATS[name], tmp_path / "out", PLAIN)
    assert not (tmp_path / "out").exists()


@every_format
def test_a_mark_in_a_text_can_be_escaped(name: str, make_run: MakeRun, tmp_path: Path) -> None:
    source, wanted = make_run("run", "What is <image>?"), ExportSettings(marks=Marks.ESCAPE)
    export(source, FORMATS[name], tmp_path / "out", wanted)
    check(source, FORMATS[name], tmp_path / "out", wanted)
    words = [text for row in read_back(FORMATS[name], tmp_path / "out") for _, text in row.turns]
    assert any("What is < image>?" in text for text in words)


@every_format
def test_pictures_that_trainers_read_differently_are_written_upright_and_in_colour(
    name: str, make_run: MakeRun, tmp_path: Path
) -> None:
    source = make_run("run", names=("turned.jpg", "palette.png", "other.bmp", "plain.webp"))
    done = export(source, FORMATS[name], tmp_path / "out", PLAIN)
    check(source, FORMATS[name], tmp_path / "out", PLAIN)
    assert done.redrawn == 3
    for row in read_back(FORMATS[name], tmp_path / "out"):
        (tmp_path / "picture").write_bytes(row.images[0])
        with Picture.open(tmp_path / "picture") as picture:
            assert picture.mode == "RGB"
            assert picture.getexif().get(0x0112, 1) == 1


@every_format
def test_odd_signs_survive(name: str, make_run: MakeRun, tmp_path: Path) -> None:
    source = make_run("run", 'Где "это"?\u2028 \x85 \t 😀 \\n', told="Line one.\nLine two. So the answer is é.")
    export(source, FORMATS[name], tmp_path / "out", PLAIN)
    check(source, FORMATS[name], tmp_path / "out", PLAIN)


def test_rows_with_marks_can_be_dropped(make_run: MakeRun, tmp_path: Path) -> None:
    source = make_run("run", told="There is an <image> of it. So the answer is no.")
    done = export(source, FORMATS["swift"], tmp_path / "out", ExportSettings(marks=Marks.DROP))
    assert done.rows == {"train": 3}
    assert done.dropped == 3


def test_a_picture_that_judges_students_is_refused(make_run: MakeRun, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="held-out split"):
        export(make_run("run", held_out=True), FORMATS["llava"], tmp_path / "out", PLAIN)


def test_a_split_that_cannot_name_a_file_is_refused(make_run: MakeRun, tmp_path: Path) -> None:
    source = make_run("run")
    text = (source / "examples.jsonl").read_text().replace('"split":"train"', '"split":"../train"')
    (source / "examples.jsonl").write_text(text)
    with pytest.raises(ExportError, match="cannot name a file"):
        export(source, FORMATS["llava"], tmp_path / "out", PLAIN)


def test_a_picture_that_is_cut_off_is_refused(make_run: MakeRun, tmp_path: Path) -> None:
    source = make_run("run", names=("palette.png",))
    data = (source / "images" / "palette.png").read_bytes()[:-30]
    (source / "images" / "palette.png").write_bytes(data)
    text = (source / "examples.jsonl").read_text()
    digest = json.loads(text.splitlines()[0])["image"]["sha256"]
    (source / "examples.jsonl").write_text(text.replace(digest, hashlib.sha256(data).hexdigest()))
    with pytest.raises(ImageError, match="broken picture"):
        export(source, FORMATS["llava"], tmp_path / "out", PLAIN)
    assert not (tmp_path / "out").exists()


def test_a_picture_that_has_changed_is_refused(make_run: MakeRun, tmp_path: Path) -> None:
    source = make_run("run")
    Picture.new("RGB", (24, 16)).save(source / "images" / "1.png")
    with pytest.raises(ImageError, match="has changed"):
        export(source, FORMATS["llava"], tmp_path / "out", PLAIN)
    assert not (tmp_path / "out").exists()


def test_a_picture_that_is_gone_is_refused(make_run: MakeRun, tmp_path: Path) -> None:
    source = make_run("run")
    (source / "images" / "2.png").unlink()
    with pytest.raises(ImageError, match="cannot be read"):
        export(source, FORMATS["webdataset"], tmp_path / "out", PLAIN)


def test_an_export_is_not_overwritten_unless_asked(run: Path, tmp_path: Path) -> None:
    export(run, FORMATS["llava"], tmp_path / "out", PLAIN)
    with pytest.raises(RunError, match="is there already"):
        export(run, FORMATS["swift"], tmp_path / "out", PLAIN)
    export(run, FORMATS["swift"], tmp_path / "out", PLAIN, replace=True)
    assert not (tmp_path / "out" / "train.json").exists()


def test_a_folder_that_is_no_export_is_never_replaced(run: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "keep").write_text("this")
    with pytest.raises(RunError, match="not what this command writes"):
        export(run, FORMATS["llava"], tmp_path / "out", PLAIN, replace=True)


def test_each_picture_is_copied_once(run: Path, tmp_path: Path) -> None:
    export(run, FORMATS["llava"], tmp_path / "out", PLAIN)
    assert len(list((tmp_path / "out" / "images").rglob("*.png"))) == 3


def test_pictures_can_be_linked(run: Path, tmp_path: Path) -> None:
    linked = ExportSettings(pictures=Pictures.LINK)
    export(run, FORMATS["swift"], tmp_path / "out", linked)
    check(run, FORMATS["swift"], tmp_path / "out", linked)
    assert all(path.is_symlink() for path in (tmp_path / "out" / "images").rglob("*.png"))


def test_pictures_can_be_named_where_they_lie(run: Path, tmp_path: Path) -> None:
    referred = ExportSettings(pictures=Pictures.REFER, image_root=str(run))
    export(run, FORMATS["llava"], tmp_path / "out", referred)
    check(run, FORMATS["llava"], tmp_path / "out", referred)
    places = [row["image"] for row in json.loads((tmp_path / "out" / "train.json").read_text())]
    assert set(places) == {"images/0.png", "images/1.png", "images/2.png"}
    assert not (tmp_path / "out" / "images").exists()


def test_a_picture_outside_the_image_root_is_refused(run: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="does not lie in the image root"):
        export(run, FORMATS["llava"], tmp_path / "out", ExportSettings(pictures=Pictures.REFER, image_root=str(tmp_path)))


def test_a_turned_picture_cannot_be_linked(make_run: MakeRun, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="turned by a tag"):
        export(make_run("run", names=("turned.jpg",)), FORMATS["llava"], tmp_path / "out", ExportSettings(pictures=Pictures.LINK))


def test_rationales_can_weigh_less(run: Path, tmp_path: Path) -> None:
    export(run, FORMATS["swift"], tmp_path / "out", ExportSettings(rationale_weight=0.5))
    rows = [json.loads(line) for line in (tmp_path / "out" / "train.jsonl").read_text().splitlines()]
    assert {row["task"]: row["messages"][-1]["loss_scale"] for row in rows} == {"answer": 1.0, "rationale": 0.5}
    assert {row["task"]: row["weight"] for row in rows} == {"answer": 1.0, "rationale": 0.5}


@every_format
def test_a_lost_row_is_noticed(name: str, run: Path, make_run: MakeRun, tmp_path: Path) -> None:
    export(make_run("run", names=("", "")), FORMATS[name], tmp_path / "out", PLAIN)
    with pytest.raises(ExportError, match="lacks 2 of 6 rows"):
        check(run, FORMATS[name], tmp_path / "out", PLAIN)


@every_format
def test_changed_words_are_noticed(name: str, run: Path, make_run: MakeRun, tmp_path: Path) -> None:
    export(make_run("run", told="Something else. So the answer is no."), FORMATS[name], tmp_path / "out", PLAIN)
    with pytest.raises(ExportError, match="its words"):
        check(run, FORMATS[name], tmp_path / "out", PLAIN)


def test_a_changed_picture_is_noticed(run: Path, tmp_path: Path) -> None:
    export(run, FORMATS["llava"], tmp_path / "out", PLAIN)
    path = next((tmp_path / "out" / "images").rglob("*.png"))
    Picture.new("RGB", (24, 16)).save(path)
    with pytest.raises(ExportError, match="its picture"):
        check(run, FORMATS["llava"], tmp_path / "out", PLAIN)


@every_format
def test_a_file_of_another_kind_is_told_in_one_line(name: str, run: Path, tmp_path: Path) -> None:
    export(run, FORMATS[name], tmp_path / "out", PLAIN)
    for path in (tmp_path / "out").rglob("train*"):
        path.write_bytes(b"no such thing")
    with pytest.raises(ExportError) as told:
        check(run, FORMATS[name], tmp_path / "out", PLAIN)
    assert "\n" not in str(told.value)


def test_an_export_that_was_killed_is_made_again(run: Path, tmp_path: Path) -> None:
    (tmp_path / ".out.part").mkdir()
    (tmp_path / ".out.part" / "half").write_text("half a file")
    export(run, FORMATS["llava"], tmp_path / "out", PLAIN)
    assert not (tmp_path / "out" / "half").exists()
    assert [path for path in tmp_path.iterdir() if "part" in path.name] == []


def test_a_replacement_that_was_killed_between_its_renames_loses_nothing(run: Path, tmp_path: Path) -> None:
    export(run, FORMATS["llava"], tmp_path / "out", PLAIN)
    (tmp_path / "out").rename(tmp_path / ".out.old")
    with pytest.raises(RunError, match="is there already"):
        export(run, FORMATS["llava"], tmp_path / "out", PLAIN)
    check(run, FORMATS["llava"], tmp_path / "out", PLAIN)
