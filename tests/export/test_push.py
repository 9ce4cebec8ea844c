"""Pushing, against a hub of our own on this machine, and against none."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from vpd.distill.export import FORMATS, ExportSettings, PushError, export
from vpd.distill.export.push import push

TOKEN = "hf_secretsecretsecret"


class Hub(ThreadingHTTPServer):
    """Takes data sets as the real one does, and remembers what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.created: list[dict[str, Any]] = []
        self.files: dict[str, str] = {}
        self.refuses = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Asked(BaseHTTPRequestHandler):
    """One request."""

    server: Hub

    def do_GET(self) -> None:
        self.answer(200, {"id": "someone/squares", "siblings": [], "sha": "0" * 40})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.refuses or self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.answer(403, {"error": "You may not write here"})
        elif self.path.endswith("/create"):
            self.server.created.append(json.loads(body))
            self.answer(200, {"url": f"{self.server.address}/datasets/someone/squares", "name": "someone/squares", "id": "1"})
        elif "/preupload/" in self.path:
            files = [{"path": file["path"], "uploadMode": "regular", "shouldIgnore": False} for file in json.loads(body)["files"]]
            self.answer(200, {"files": files})
        elif "/commit/" in self.path:
            lines = [json.loads(line) for line in body.splitlines()]
            self.server.files |= {line["value"]["path"]: line["value"]["content"] for line in lines if line["key"] == "file"}
            url = f"{self.server.address}/datasets/someone/squares/commit/{'0' * 40}"
            self.answer(200, {"commitUrl": url, "commitOid": "0" * 40, "success": True})
        else:
            self.answer(200, {"errors": [], "warnings": []})

    def answer(self, code: int, value: dict[str, Any]) -> None:
        data = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Nothing: a test's output is its own."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    server = Hub()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    point_at(server.address, monkeypatch)
    yield server
    server.shutdown()
    server.server_close()


def point_at(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the library looks for the hub: it read the environment when it was imported."""
    import huggingface_hub.constants
    import huggingface_hub.hf_api

    monkeypatch.setenv("HF_TOKEN", TOKEN)
    for module in (huggingface_hub.constants, huggingface_hub.hf_api):
        if hasattr(module, "ENDPOINT"):
            monkeypatch.setattr(module, "ENDPOINT", address)


@pytest.fixture
def exported(run: Path, tmp_path: Path) -> Path:
    export(run, FORMATS["hf-prompt"], tmp_path / "out", ExportSettings())
    return tmp_path / "out"


def test_a_private_data_set_is_made_and_every_file_is_sent(hub: Hub, exported: Path) -> None:
    push(exported, "someone/squares")
    assert hub.created[0]["visibility"] == "private"
    assert hub.created[0]["type"] == "dataset"
    assert set(hub.files) == {"README.md", "export.json", "data/train-00000-of-00001.parquet"}


def test_it_is_public_only_on_request(hub: Hub, exported: Path) -> None:
    push(exported, "someone/squares", public=True)
    assert hub.created[0]["visibility"] == "public"


def test_a_refusal_is_told_in_one_line_without_the_token(hub: Hub, exported: Path) -> None:
    hub.refuses = True
    with pytest.raises(PushError, match="is not pushed") as error:
        push(exported, "someone/squares")
    assert "\n" not in str(error.value)
    assert TOKEN not in str(error.value)


def test_a_hub_that_is_not_reached_is_told_in_one_line(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point_at("http://127.0.0.1:9", monkeypatch)
    with pytest.raises(PushError, match=r"is not pushed.*--check --push someone/squares") as error:
        push(exported, "someone/squares")
    assert "\n" not in str(error.value)
