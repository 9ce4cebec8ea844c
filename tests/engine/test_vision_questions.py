"""Questions about pictures to a vision model behind litellm: what is sent, and what comes of what the model says."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture

from vpd.engine.litellm_completer import import_litellm
from vpd.engine.vision_questions import remote_question_tools
from vpd.tools import Box, Image, ToolFailed, read_image_ref
from vpd.tools.toolsets import open_toolset


class Seer:
    """A provider of litellm's that keeps what it is sent and says what it is told to."""

    def __init__(self, litellm: Any) -> None:
        self.says: list[str | Exception] = []
        self.sent: list[list[dict[str, Any]]] = []
        self.litellm = litellm
        self.custom_llm = type("SeerLLM", (litellm.CustomLLM,), {"completion": lambda _, **call: self.answer(call)})()

    def answer(self, call: dict[str, Any]) -> Any:
        self.sent.append(call["messages"][0]["content"])
        says = self.says.pop(0)
        if isinstance(says, Exception):
            raise says
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": says}}
        return self.litellm.ModelResponse(choices=[choice], model="seer")


@pytest.fixture
def seer() -> Iterator[Seer]:
    litellm = import_litellm()
    provider = Seer(litellm)
    entry = {"provider": "seer", "custom_handler": provider.custom_llm}
    litellm.custom_provider_map.append(entry)
    litellm.utils.custom_llm_setup()
    yield provider
    litellm.custom_provider_map.remove(entry)


@pytest.fixture
def image(tmp_path: Path) -> Image:
    picture = Picture.new("RGB", (2000, 100), "red")
    picture.paste("blue", (0, 0, 50, 100))
    picture.save(tmp_path / "wide.png")
    return Image(read_image_ref(tmp_path / "wide.png"))


def picture_in(part: dict[str, Any]) -> Any:
    return Picture.open(io.BytesIO(base64.b64decode(part["image_url"]["url"].split(",")[1])))


def test_a_question_is_sent_with_the_region_alone(seer: Seer, image: Image) -> None:
    seer.says = [" Blue. "]
    ask = remote_question_tools(model="seer/one")[0]
    assert ask.run(Image(image.ref, Box(0, 0, 50, 100)), "What color?") == "Blue"
    text, picture = seer.sent[0]
    assert text["text"].startswith("What color?\nAnswer")
    sent = picture_in(picture)
    assert (sent.size, sent.getpixel((10, 10))) == ((50, 100), (0, 0, 255))


def test_a_large_picture_is_shrunk(seer: Seer, image: Image) -> None:
    seer.says = ["A stripe"]
    assert remote_question_tools(model="seer/one")[1].run(image) == "A stripe"
    assert picture_in(seer.sent[0][1]).size == (1024, 51)


@pytest.mark.parametrize("says", ["", ValueError("no such thing")])
def test_a_model_that_says_nothing_fails_the_call(seer: Seer, image: Image, says: str | Exception) -> None:
    seer.says = [says]
    with pytest.raises(ToolFailed, match="simple_query: seer/one"):
        remote_question_tools(model="seer/one", attempts=1)[0].run(image, "What?")


def test_a_missing_key_is_named(image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ToolFailed, match="needs OPENAI_API_KEY in the environment"):
        remote_question_tools(model="openai/gpt-4o-mini")[0].run(image, "What?")


def test_a_tool_set_can_name_a_remote_model(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        '[mine]\nabout = "x"\ntools = [\n'
        '    { from = "vpd.engine.vision_questions:remote_question_tools", settings = { model = "a/b" } },\n]\n'
    )
    assert {"simple_query", "image_caption"} <= set(open_toolset(tmp_path / "mine.toml"))
