"""Pictures come from folders, archives and records; what tries to get out of its place, or to grow, is refused."""

import base64
import gzip
import io
import os
import struct
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vpd.distill.datasets import Pictures
from vpd.distill.datasets.entry import Encoded, Named
from vpd.distill.datasets.errors import BadFile, BadRecord, DatasetError, PictureMissing
from vpd.tools.errors import ImageError
from vpd.tools.image import read_image_ref, read_pixels


def zipped(folder: Path, archive: Path, under: str = "") -> Path:
    """All files of a folder in a zip archive, and the folder's files gone."""
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path != archive:
                file.write(path, under + str(path.relative_to(folder)))
                path.unlink()
    return archive


def tarred(archive: Path, mode: str, members: dict[str, bytes]) -> Path:
    with tarfile.open(archive, mode) as file:  # type: ignore[call-overload]  # the mode is one of tarfile's
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return archive


def test_the_same_questions_come_from_a_folder_and_from_its_archive(shelf: Any) -> None:
    unpacked = shelf.read("vqav2", "val")
    folder = shelf.make("vqav2")
    zipped(folder / "val2014", folder / "val2014.zip", "val2014/")
    packed = shelf.read("vqav2", "val")
    assert [question.image.sha256 for question in packed] == [question.image.sha256 for question in unpacked]
    assert all(Path(question.image.path).is_relative_to(shelf.top / "pictures") for question in packed)
    assert all(read_pixels(question.image).shape == (8, 12, 3) for question in packed)


def test_lists_of_questions_are_read_out_of_their_archives(shelf: Any) -> None:
    before = shelf.read("tallyqa", "test")
    folder = shelf.make("tallyqa")
    with zipfile.ZipFile(folder / "tallyqa.zip", "w") as file:
        for name in ("train.json", "test.json"):
            file.write(folder / name, name)
            (folder / name).unlink()
    assert shelf.read("tallyqa", "test") == before
    assert list(shelf.cache.rglob("test.json"))


def test_patterns_find_lists_inside_archives_too(shelf: Any) -> None:
    before = shelf.read("pope", kinds=["popular"])
    folder = shelf.make("pope")
    for file in folder.glob("*_random.json"):
        file.unlink()
    with zipfile.ZipFile(folder / "pope.zip", "w") as archive:
        for file in list(folder.glob("*.json")):
            archive.write(file, f"output/coco/{file.name}")
            file.unlink()
    assert shelf.read("pope", kinds=["popular"]) == before


@pytest.mark.parametrize(
    ("ending", "mode"), [("tar", "w"), ("tar.gz", "w:gz"), ("tgz", "w:gz"), ("tar.bz2", "w:bz2"), ("tar.xz", "w:xz")]
)
def test_tar_archives_are_read(ending: str, mode: str, shelf: Any, tmp_path: Path) -> None:
    archive = tarred(tmp_path / f"pictures.{ending}", mode, {"./deep/a.png": shelf.picture_bytes("red")})
    with Pictures([archive], shelf.cache, keep=tmp_path / "kept") as pictures:
        found = pictures.look(Named(("deep/a.png",)))
        assert found is not None
        assert read_image_ref(found.path) == found


def test_a_picture_is_found_without_the_folders_of_its_name(shelf: Any, tmp_path: Path) -> None:
    shelf.put_picture(tmp_path / "all" / "COCO_val2014_000000000042.jpg", "red")
    with Pictures([tmp_path / "all"], shelf.cache) as pictures:
        assert pictures.look(Named(("val2014/COCO_val2014_000000000042.jpg",)))


def test_pictures_may_lie_in_another_folder_than_the_questions(shelf: Any, tmp_path: Path) -> None:
    before = shelf.read("vqav2", "val")
    (shelf.make("vqav2") / "val2014").rename(tmp_path / "coco")
    moved = shelf.read("vqav2", "val", images=[tmp_path / "coco"])
    assert [question.image.sha256 for question in moved] == [question.image.sha256 for question in before]


def test_an_end_of_a_name_that_fits_two_members_is_no_name(shelf: Any, tmp_path: Path) -> None:
    members = {"a/x/1.png": shelf.picture_bytes("red"), "b/x/1.png": shelf.picture_bytes("blue")}
    with Pictures([tarred(tmp_path / "two.tar", "w", members)], shelf.cache) as pictures:
        assert pictures.look(Named(("1.png",))) is None
        assert pictures.look(Named(("a/x/1.png",))) is not None


def test_a_missing_picture_names_the_record_and_where_it_was_looked_for(shelf: Any) -> None:
    folder = shelf.make("vqav2")
    (folder / "val2014" / "COCO_val2014_000000000007.jpg").unlink()
    with pytest.raises(PictureMissing, match=r"questions\.json, record 2: its picture val2014/COCO_val2014_0+7\.jpg is not in "):
        shelf.read("vqav2", "val")


def test_a_broken_picture_names_the_record(shelf: Any) -> None:
    (shelf.make("gqa") / "images" / "n161313.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut")
    with pytest.raises(BadRecord, match=r"questions\.json, record 1: its picture: .*n161313\.jpg: is"):
        shelf.read("gqa", "testdev")


@pytest.mark.parametrize(
    "name", ["../secret.png", "/etc/secret.png", "a/../../secret.png", "..\\secret.png", "C:\\secret.png", "", "a\0b", "x" * 5000]
)
def test_a_picture_outside_the_folder_is_refused(name: str, shelf: Any, tmp_path: Path) -> None:
    shelf.put_picture(tmp_path / "secret.png", "red")
    (tmp_path / "inner").mkdir()
    with Pictures([tmp_path / "inner"], shelf.cache) as pictures, pytest.raises(ImageError):
        pictures.look(Named((name,)))


@pytest.mark.parametrize("name", ["../out.png", "/out.png", "a/../../out.png", "..\\out.png"])
def test_an_archive_with_a_name_that_leads_outside_is_refused(name: str, shelf: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as file:
        file.writestr(name, shelf.picture_bytes("red"))
    tarred(tmp_path / "bad.tar", "w", {name: shelf.picture_bytes("red")})
    for archive in ("bad.zip", "bad.tar"):
        with (
            Pictures([tmp_path / archive], shelf.cache) as pictures,
            pytest.raises(BadFile, match="holds a member whose name leads outside"),
        ):
            pictures.look(Named(("out.png",)))
    assert not (tmp_path / "out.png").exists()


def test_links_in_a_tar_are_no_pictures(shelf: Any, tmp_path: Path) -> None:
    shelf.put_picture(tmp_path / "secret.png", "red")
    with tarfile.open(tmp_path / "links.tar", "w") as file:
        for kind, name in ((tarfile.SYMTYPE, "soft.png"), (tarfile.LNKTYPE, "hard.png")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, str(tmp_path / "secret.png")
            file.addfile(info)
    with Pictures([tmp_path / "links.tar"], shelf.cache) as pictures:
        assert pictures.look(Named(("soft.png",))) is None
        assert pictures.look(Named(("hard.png",))) is None


def test_a_member_that_grows_beyond_measure_is_refused_before_it_is_unpacked(shelf: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.png", bytes(40 << 20))
    with Pictures([tmp_path / "bomb.zip"], shelf.cache) as pictures, pytest.raises(BadFile, match=r"a\.png is too large"):
        pictures.look(Named(("a.png",)))


def test_a_member_that_is_larger_than_it_says_is_cut_and_refused(shelf: Any, tmp_path: Path) -> None:
    archive = tmp_path / "lying.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.png", shelf.picture_bytes("red") + bytes(1 << 20))
    data = bytearray(archive.read_bytes())
    place = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, place + 24, 50)
    archive.write_bytes(bytes(data))
    with Pictures([archive], shelf.cache) as pictures, pytest.raises((BadFile, ImageError)):
        pictures.look(Named(("a.png",)))


def test_a_compressed_tar_that_grows_beyond_measure_is_refused(shelf: Any, tmp_path: Path) -> None:
    with gzip.open(tmp_path / "bomb.tar.gz", "wb") as file:
        file.write(bytes(40 << 20))
    with (
        Pictures([tmp_path / "bomb.tar.gz"], shelf.cache) as pictures,
        pytest.raises(BadFile, match="grows to more than 200 times"),
    ):
        pictures.look(Named(("a.png",)))
    assert not list(shelf.cache.rglob("*.tar"))


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(shelf: Any) -> None:
    data = bytearray(shelf.picture_bytes("red"))
    struct.pack_into(">II", data, 16, 60_000, 60_000)
    with Pictures([], shelf.cache) as pictures, pytest.raises(ImageError):
        pictures.look(Encoded(bytes(data)))


def test_encrypted_and_broken_archives_are_told_cleanly(shelf: Any, tmp_path: Path) -> None:
    archive = tmp_path / "locked.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.png", shelf.picture_bytes("red"))
    data = bytearray(archive.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    archive.write_bytes(bytes(data))
    with Pictures([archive], shelf.cache) as pictures, pytest.raises(BadFile, match=r"a\.png cannot be unpacked"):
        pictures.look(Named(("a.png",)))
    (tmp_path / "no.zip").write_bytes(b"no archive")
    with Pictures([tmp_path / "no.zip"], shelf.cache) as pictures, pytest.raises(BadFile, match="is not a whole zip archive"):
        pictures.look(Named(("a.png",)))
    with pytest.raises(BadFile, match="is not there"):
        Pictures([tmp_path / "none.zip"], shelf.cache)


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1), new=st.binary(max_size=4), end=st.floats(0, 1))
def test_a_changed_archive_gives_the_picture_or_one_clean_error(
    kind: str, place: float, new: bytes, end: float, shelf: Any
) -> None:
    archive = shelf.top / f"a.{kind}"
    members = {"a.png": shelf.picture_bytes("red"), "b.png": shelf.picture_bytes("blue")}
    if kind == "zip":
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            for name, data in members.items():
                file.writestr(name, data)
    else:
        tarred(archive, "w" if kind == "tar" else "w:gz", members)
    whole = archive.read_bytes()
    at = int(place * len(whole))
    changed = whole[:at] + new + whole[at + len(new) :]
    archive.write_bytes(changed[: max(1, int(end * len(changed)))] if end < 0.5 else changed)
    os.utime(archive, ns=(0, hash((place, new, end)) % 10**18))
    try:
        with Pictures([archive], shelf.cache) as pictures:
            for name in members:
                pictures.look(Named((name,)))
    except (DatasetError, ImageError) as error:
        assert "\n" not in str(error)  # noqa: PT017  either outcome is right, but an error must be one line


def test_base64_may_have_newlines_or_stand_in_a_data_url(shelf: Any) -> None:
    text = base64.b64encode(shelf.picture_bytes("red")).decode()
    broken_up = "\n".join(text[place : place + 76] for place in range(0, len(text), 76))
    with Pictures([], shelf.cache) as pictures:
        found = {pictures.look(Encoded(form)) for form in (text, broken_up, f"data:image/png;base64,{text}")}
        assert len(found) == 1
        with pytest.raises(ImageError, match="is not in base64"):
            pictures.look(Encoded("no base64!"))


def test_what_is_only_looked_at_is_not_written(shelf: Any) -> None:
    with Pictures([], shelf.cache) as pictures:
        assert pictures.look(Encoded(shelf.picture_bytes("red")))
    assert not shelf.cache.exists()
