"""Data sets of scenes as files."""

import shutil
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from vpd.distill.grid import Grid
from vpd.distill.scenes import (
    DatasetSettings,
    SceneFiles,
    SceneSettings,
    Split,
    describe,
    majority_rates,
    make_base,
    make_scenes,
    read_questions,
    read_scenes,
)
from vpd.distill.scenes.scene import SceneFileError, SettingsDiffer
from vpd.tools import read_image_ref

SMALL = DatasetSettings(train_images=40, test_images=10)


@pytest.fixture(scope="module")
def data_set(tmp_path_factory: pytest.TempPathFactory) -> SceneFiles:
    return make_scenes(tmp_path_factory.mktemp("scenes"), SMALL)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_settings_give_the_same_bytes(data_set: SceneFiles, tmp_path: Path) -> None:
    assert contents(make_scenes(tmp_path / "again", SMALL).folder) == contents(data_set.folder)


def test_another_seed_gives_other_pictures_and_the_same_texts(data_set: SceneFiles, tmp_path: Path) -> None:
    other = make_scenes(tmp_path, SMALL.model_copy(update={"seed": 1}))
    pictures = [{question.image.sha256 for question in read_questions(files.folder)} for files in (data_set, other)]
    assert not pictures[0] & pictures[1]
    assert SMALL.pool(Split.TRAIN) == SMALL.model_copy(update={"seed": 1}).pool(Split.TRAIN)


def test_a_cut_run_goes_on_and_ends_the_same(data_set: SceneFiles, tmp_path: Path) -> None:
    folder = tmp_path / "cut"
    shutil.copytree(data_set.folder, folder)
    files = SceneFiles.of(folder)
    files.questions.unlink()
    files.scenes.unlink()
    for path in sorted(files.images.iterdir())[::2]:
        path.unlink()
    make_scenes(folder, SMALL)
    assert contents(folder) == contents(data_set.folder)


def test_a_run_that_is_stopped_leaves_no_half_file(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_scenes(tmp_path, SMALL, stop)
    assert not SceneFiles.of(tmp_path).questions.exists()
    assert not list(tmp_path.rglob("*.part"))


def test_a_folder_of_other_settings_is_refused(data_set: SceneFiles) -> None:
    with pytest.raises(SettingsDiffer, match="holds scenes made with other settings"):
        make_scenes(data_set.folder, SMALL.model_copy(update={"seed": 9}))


def test_a_place_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SceneFileError, match="cannot be written"):
        make_scenes(tmp_path / "file", SMALL)


def test_a_folder_without_questions_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(SceneFileError, match="vpd scenes make"):
        read_questions(tmp_path)


def test_pictures_are_what_the_records_say(data_set: SceneFiles) -> None:
    for scene in read_scenes(data_set.scenes)[::7]:
        assert read_image_ref(scene.image.path) == scene.image


def test_no_picture_is_in_two_splits(data_set: SceneFiles) -> None:
    splits = {(question.image.sha256, question.split) for question in read_questions(data_set.folder)}
    assert max(Counter(sha256 for sha256, _ in splits).values()) == 1


def test_every_split_has_its_pictures_and_each_is_asked_something(data_set: SceneFiles) -> None:
    asked = Counter((question.split, question.image.sha256) for question in read_questions(data_set.folder))
    assert Counter(split for split, _ in asked) == {
        "train": 40,
        "plain": 10,
        "unseen_pairs": 10,
        "more_objects": 10,
        "deeper": 20,
    }
    assert max(asked.values()) <= SMALL.questions_per_image


def test_answers_follow_from_the_truth(data_set: SceneFiles) -> None:
    scenes = {asked.key: (scene, asked) for scene in read_scenes(data_set.scenes) for asked in scene.asked}
    asks = {ask.text: ask for split in Split for ask in SMALL.pool(split)}
    for question in read_questions(data_set.folder):
        scene, asked = scenes[question.key]
        answered = asks[question.text].answer(scene.objects)
        assert answered is not None
        assert ((answered.answer,), answered.counted) == (question.answers, asked.counted)
        assert asks[question.text].answer_kind == question.answer_kind


def test_questions_do_not_hold_the_truth(data_set: SceneFiles) -> None:
    text = data_set.questions.read_text()
    assert "radius" not in text
    assert "counted" not in text


def test_plain_and_fuller_pictures_are_asked_training_texts(data_set: SceneFiles) -> None:
    texts = {ask.text for ask in SMALL.pool(Split.TRAIN)}
    asked = {
        question.text for question in read_questions(data_set.folder) if question.split in ("train", "plain", "more_objects")
    }
    assert asked <= texts


def test_fuller_pictures_have_seven_or_eight_objects(data_set: SceneFiles) -> None:
    counts = {len(scene.objects) for scene in read_scenes(data_set.scenes) if scene.split == Split.MORE_OBJECTS}
    assert counts == {7, 8}


def test_no_answer_is_so_common_that_guessing_pays(tmp_path: Path) -> None:
    look = SceneSettings(side=64, clutter=0, noise=0)
    files = make_scenes(tmp_path, DatasetSettings(train_images=300, test_images=0, scene=look))
    rates = majority_rates(read_questions(files.folder))
    assert set(rates) == {"exist", "count", "count_relation", "attribute", "relation", "compare"}
    assert all(rates[kind] < 0.57 for kind in ("exist", "relation", "compare"))
    assert all(rates[kind] < 0.45 for kind in ("count", "count_relation", "attribute"))


def test_kinds_are_asked_equally_often(tmp_path: Path) -> None:
    look = SceneSettings(side=64, clutter=0, noise=0)
    files = make_scenes(tmp_path, DatasetSettings(train_images=90, test_images=0, scene=look))
    counts = Counter(question.kind for question in read_questions(files.folder))
    assert max(counts.values()) - min(counts.values()) <= 4


def test_base_pictures_have_a_listing_from_left_to_right(tmp_path: Path) -> None:
    scenes = make_base(tmp_path, 3, SceneSettings(), seed=0)
    for scene in scenes:
        phrases = describe(scene, Grid("cell", 8)).split(", ")
        assert [phrase.split(" at ")[0] for phrase in phrases] == [f"{one.color} {one.shape}" for one in scene.objects]
        assert [phrase.split()[3] for phrase in phrases] == sorted(phrase.split()[3] for phrase in phrases)


def test_no_two_objects_share_a_column_or_a_row_of_the_grid(data_set: SceneFiles) -> None:
    for scene in read_scenes(data_set.scenes):
        cells = [Grid("cell", 8).write(thing.box, 192, 192).split() for thing in scene.objects]
        assert all(len(set(along)) == len(cells) for along in zip(*cells))


def test_base_pictures_made_before_are_read_again(tmp_path: Path) -> None:
    look = SceneSettings(side=64)
    first = make_base(tmp_path, 3, look, seed=0)
    assert make_base(tmp_path, 3, look, seed=0) == first
    with pytest.raises(SettingsDiffer):
        make_base(tmp_path, 3, look, seed=1)


def test_more_objects_than_the_board_holds_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"objects must be two numbers of 1\.\.8"):
        DatasetSettings(more_objects=(7, 9))
