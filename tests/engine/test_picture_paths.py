"""Pictures as files of records name them."""

from pathlib import Path

import pytest

from vpd.engine.journal import Journal, read_records
from vpd.engine.picture_paths import named_from
from vpd.engine.record import Record
from vpd.engine.records import AnswerKind, Question
from vpd.tools.image import ImageRef


def asked(path: str | Path) -> Question:
    image = ImageRef("0" * 64, str(path), 8, 8)
    return Question(key="1", text="What?", image=image, kind="k", answer_kind=AnswerKind.TEXT, source="s", split="train")


def write(run: Path, picture: str | Path) -> Path:
    with Journal(run / "questions.jsonl", Question) as journal:
        journal.append(asked(picture))
        assert journal.records[asked(picture).id].image.path == str(picture)
    return run / "questions.jsonl"


def held(path: Path) -> str:
    """How the file itself names the picture."""
    return Question.from_line(path.read_text()).image.path


def found(path: Path) -> Path:
    """Where the picture is looked for."""
    (record,) = read_records(path, Question)
    return Path(record.image.path)


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where we stand: a run's folder with a picture in it, and a picture beside it."""
    for name in ("run/scenes/one.png", "pictures/two.png"):
        (tmp_path / "there" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "there" / name).write_bytes(b"a picture")
    monkeypatch.chdir(tmp_path / "there")
    return tmp_path / "there"


@pytest.mark.parametrize("picture", ["run/scenes/one.png", "pictures/two.png", "run/../pictures/two.png"])
def test_a_picture_is_found_from_elsewhere_and_after_a_move(there: Path, picture: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path("run"), picture)
    monkeypatch.chdir("/")
    assert found(there / "run" / "questions.jsonl").read_bytes() == b"a picture"
    moved = there.rename(there.parent / "here")
    assert found(moved / "run" / "questions.jsonl").read_bytes() == b"a picture"


@pytest.mark.usefixtures("there")
def test_the_file_names_no_place_of_the_machine() -> None:
    assert held(write(Path("run"), "run/scenes/one.png")) == "scenes/one.png"
    assert held(write(Path("other"), Path("other/scenes/one.png").absolute())) == "scenes/one.png"


def test_a_picture_elsewhere_that_is_known_by_an_absolute_path_keeps_it_when_the_run_alone_moves(there: Path) -> None:
    write(there / "run", there / "pictures" / "two.png")
    (there.parent / "far").mkdir()
    moved = (there / "run").rename(there.parent / "far" / "run")
    assert found(moved / "questions.jsonl") == there / "pictures" / "two.png"


@pytest.mark.parametrize("standing", ["/", "."])
def test_what_is_written_anew_is_named_as_before(there: Path, standing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = there / write(Path("run"), "pictures/two.png")
    monkeypatch.chdir(standing)
    (record,) = read_records(path, Question)
    assert named_from(record, path.parent).image.path == held(path) == "../pictures/two.png"


def test_a_run_behind_a_link_finds_the_pictures_beside_the_link(there: Path) -> None:
    (there.parent / "disk" / "deep").mkdir(parents=True)
    (there / "linked").symlink_to(there.parent / "disk" / "deep")
    assert found(write(Path("linked"), "pictures/two.png")).read_bytes() == b"a picture"


class Reply(Record):
    ASKED = ("said",)

    said: str
    question: Question


def test_the_picture_of_a_record_within_a_record_is_found_too(there: Path) -> None:
    reply = Reply(said="a dog", question=asked("pictures/two.png"))
    with Journal(Path("run/replies.jsonl"), Reply) as journal:
        journal.append(reply)
    (record,) = read_records(there / "run" / "replies.jsonl", Reply)
    assert Path(record.question.image.path).read_bytes() == b"a picture"
    assert record.digest == reply.digest


def test_a_name_that_is_no_path_stays() -> None:
    assert named_from(asked(""), Path("run")).image.path == ""
