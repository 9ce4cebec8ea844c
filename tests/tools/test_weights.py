"""The catalogue of weights: every entry is complete, and what is in a store is what the catalogue says or does not count."""

import hashlib
import re
from pathlib import Path

import pytest

from vpd.tools.errors import UnknownName, WeightsError
from vpd.tools.weights import Catalogue, Weights, WeightsFile, default_store, is_in_place, remove_weights

CONTENT = b"weights " * 1000
FILE = WeightsFile("model.bin", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
ENTRY = Weights("tiny", "language model", "A file.", "Apache-2.0", "Nothing.", (FILE,))


@pytest.mark.parametrize("entry", Catalogue.read().values(), ids=lambda entry: entry.name)
def test_every_entry_says_what_it_is_and_where_it_can_be_had(entry: Weights) -> None:
    assert entry.kind
    assert entry.about
    assert entry.licence
    assert entry.unverified
    for file in entry.files:
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert file.hub or file.parts
        for part in file.parts:
            assert re.fullmatch(r"[a-z0-9-]+==[0-9.]+", part.package)
            assert re.fullmatch(r"[0-9a-f]{64}", part.sha256)


def test_the_local_language_models_are_in_the_catalogue() -> None:
    named = {entry.name for entry in Catalogue.read().values() if entry.kind == "language model"}
    assert {"qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b"} <= named


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one() -> None:
    with pytest.raises(UnknownName, match=r"qwen2\.5-coder-0\.5b"):
        Catalogue.read()["qwen-coder-0.5b"]


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        '[tiny]\nkind = "language model"',
        'tiny = "a text"',
        '[tiny]\nkind=""\nabout=""\nlicence=""\nunverified=""\nfiles=[{name="../up", sha256="", size=1}]',
        '["../up"]\nkind=""\nabout=""\nlicence=""\nunverified=""\nfiles=[]',
        '[tiny]\nkind=""\nabout=""\nlicence=""\nunverified=""\n'
        'files=[{name="a", sha256="", size=3, parts=[{package="a==1", member="b", sha256="", size=2}]}]',
    ],
)
def test_a_catalogue_that_is_none_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "catalogue.toml").write_text(text)
    with pytest.raises(WeightsError, match="not a catalogue") as caught:
        Catalogue.read(tmp_path / "catalogue.toml")
    assert "\n" not in str(caught.value)


def test_the_store_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VPD_CACHE", str(tmp_path))
    assert default_store() == tmp_path / "weights"


def test_a_file_counts_when_its_sum_is_right(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(CONTENT)
    assert is_in_place(FILE, tmp_path / "model.bin")


def test_a_file_of_another_sum_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(CONTENT[::-1])
    assert not is_in_place(FILE, tmp_path / "model.bin")


def test_a_file_that_changes_after_its_sum_was_noted_is_looked_at_again(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(CONTENT)
    assert is_in_place(FILE, path)
    path.write_bytes(CONTENT[::-1])
    assert not is_in_place(FILE, path)


def test_removing_an_entry_removes_half_fetched_files_and_notes_too(tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "model.bin").write_bytes(CONTENT)
    (folder / ".model.bin.partial").write_bytes(CONTENT[:10])
    assert is_in_place(FILE, folder / "model.bin")
    assert remove_weights(ENTRY, tmp_path) > len(CONTENT)
    assert not folder.exists()


def test_removing_what_is_not_there_frees_nothing(tmp_path: Path) -> None:
    assert remove_weights(ENTRY, tmp_path) == 0
