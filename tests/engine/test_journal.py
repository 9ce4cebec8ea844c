"""The append-only file of records."""

import subprocess
import sys
from pathlib import Path

import pytest

from vpd.engine.errors import JournalError
from vpd.engine.journal import Journal, read_records
from vpd.engine.records import Failure, FailureStage, Message


def message(text: str) -> Failure:
    return Failure(stage=FailureStage.RUN, kind="KeyError", message=text)


class Line(Message):
    ASKED = ("content",)


def write(path: Path, *texts: str) -> None:
    with Journal(path, Line) as journal:
        for text in texts:
            journal.append(Line(role="user", content=text))


def texts(path: Path) -> list[str]:
    return [record.content for record in read_records(path, Line)]


def test_records_come_back_in_order(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", "one", "two\nlines", "é")
    assert texts(tmp_path / "a.jsonl") == ["one", "two\nlines", "é"]


def test_a_record_of_a_known_id_is_not_written_again(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", "one", "one")
    write(tmp_path / "a.jsonl", "one", "two")
    assert texts(tmp_path / "a.jsonl") == ["one", "two"]


@pytest.mark.parametrize("cut", range(1, 30))
def test_a_half_line_is_cut_off_and_written_anew(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.jsonl"
    write(path, "one", "two")
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert texts(path) == ["one"]
    write(path, "two")
    assert path.read_bytes() == whole


def test_a_file_that_is_one_half_line_becomes_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"role": "us' + b"x" * 70_000)
    write(path)
    assert path.read_bytes() == b""


def test_a_broken_line_in_the_middle_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write(path, "one", "two")
    path.write_bytes(path.read_bytes().replace(b'"one"', b'one"'))
    with pytest.raises(JournalError, match=r"a\.jsonl, line 1: not a Line"):
        write(path, "three")


def test_a_path_that_cannot_be_opened_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="cannot be opened"):
        write(tmp_path / "file" / "a.jsonl", "one")


def test_a_device_is_not_taken_for_a_file() -> None:
    with pytest.raises(JournalError, match="is not a file"):
        write(Path("/dev/full"), "one")


FULL = """
import resource, sys
from pathlib import Path
from vpd.engine.errors import JournalError
from vpd.engine.journal import Journal
from vpd.engine.records import Message
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
try:
    with Journal(Path(sys.argv[1]), Message) as journal:
        journal.append(Message(role="user", content="x" * 100))
except JournalError as error:
    print(error)
"""


def test_a_disk_that_takes_no_more_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL, str(tmp_path / "a.jsonl")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "a.jsonl cannot be written" in done.stdout
    assert "Traceback" not in done.stderr
