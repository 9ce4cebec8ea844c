"""Questions about a picture to any vision model that litellm knows, as tools; a tool set names them by this module.

The picture or region leaves the machine, for whoever serves the model.
"""

from threading import Event, Lock
from typing import Any

from vpd.engine.errors import ModelError
from vpd.engine.litellm_completer import check_key, import_litellm, sort_error
from vpd.engine.picture_url import as_data_url
from vpd.engine.retries import Retries, Transient, retrying
from vpd.tools.errors import ToolFailed
from vpd.tools.image import Image
from vpd.tools.tool import Tool, tool

__all__ = ["remote_question_tools"]

SHORT = "Answer the question using a single word or phrase."
CAPTION = "Describe the image in one short sentence."


def remote_question_tools(
    *, model: str, api_base: str | None = None, longest: int = 64, timeout: float = 60.0, concurrency: int = 8, attempts: int = 4
) -> list[Tool]:
    """`simple_query` and `image_caption` by a model string; the key comes from the environment, as litellm takes it."""
    eye = RemoteEye(model, api_base, longest, timeout, attempts)
    version = f"1-{model}-{longest}"
    patience = timeout * attempts + 60

    @tool(version=version, timeout=patience, concurrency=concurrency, aliases=("visual_question_answering", "vqa"))
    def simple_query(image: Image, question: str = "What is this?") -> str:
        """The answer, in a word or a short phrase, to a simple question about what the image or region shows."""
        if not question.strip():
            raise ToolFailed("simple_query", "the question is empty")
        return eye.look("simple_query", image, f"{question.strip()}\n{SHORT}")

    @tool(version=version, timeout=patience, concurrency=concurrency)
    def image_caption(image: Image) -> str:
        """One short sentence that says what the image or region shows."""
        return eye.look("image_caption", image, CAPTION)

    return [simple_query, image_caption]


class RemoteEye:
    """A vision model behind litellm; the library is loaded with the first question."""

    def __init__(self, model: str, api_base: str | None, longest: int, timeout: float, attempts: int) -> None:
        self.model = model
        self._settings = {"api_base": api_base} if api_base else {}
        self._longest, self._timeout = longest, timeout
        self._retries = Retries(attempts=attempts)
        self._ready = Lock()
        self._litellm: Any = None

    def look(self, asked_by: str, image: Image, text: str) -> str:
        """What the model says of the image. Raises `ToolFailed` where it says nothing; transient failures are retried first."""
        try:
            litellm = self._open()
            answer = retrying(lambda: self._ask(litellm, image, text), self._retries, Event())
        except (ModelError, Transient) as error:
            raise ToolFailed(asked_by, str(error)) from error
        said = (answer.choices[0].message.content or "").strip() if answer.choices else ""
        if not said:
            raise ToolFailed(asked_by, f"{self.model} answered without a text")
        return str(said).removesuffix(".")

    def _open(self) -> Any:
        with self._ready:
            if self._litellm is None:
                litellm = import_litellm()
                if not self._settings:
                    check_key(litellm, self.model)
                self._litellm = litellm
        return self._litellm

    def _ask(self, litellm: Any, image: Image, text: str) -> Any:
        parts = [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": as_data_url(image)}}]
        try:
            return litellm.completion(
                model=self.model,
                messages=[{"role": "user", "content": parts}],
                max_tokens=self._longest,
                temperature=0.0,
                timeout=self._timeout,
                max_retries=0,
                num_retries=0,
                **self._settings,
            )
        except Exception as error:  # litellm passes on whatever a provider's library raises; each kind is sorted here
            raise sort_error(litellm, error, self.model) from error
