"""A student as a model of lmms-eval, so that others can check what we say of it. Only lmms-eval imports this file."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lmms_eval.api.model import lmms  # the class below is nothing without it, and nobody else loads this file

from vpd.distill.evaluation.errors import EvaluationError
from vpd.distill.evaluation.lmms import answer_requests
from vpd.distill.student.predict import Mode, open_student

__all__ = ["VpdStudent"]

PROBABILITY = "probability"
MODES = {"answer": Mode.ANSWER, "explain": Mode.EXPLAIN, PROBABILITY: Mode.ANSWER, "given": None}


class VpdStudent(lmms):  # type: ignore[misc]  # lmms-eval has no types
    """`--model vpd_student --model_args pretrained=FOLDER,mode=answer`."""

    is_simple = True

    def __init__(
        self, pretrained: str, mode: str = "answer", batch_size: int | str = 1, device: str | None = None, **_: object
    ) -> None:
        """`mode` is answer, explain, probability (of yes, for tasks that rank), or given for a task's own instruction.

        Raises `EvaluationError` for any other.
        """
        super().__init__()
        if mode not in MODES:
            message = f"a student is not asked through lmms-eval in a mode {mode!r}; there are: {', '.join(MODES)}"
            raise EvaluationError(message)
        self._likely, self._mode = mode == PROBABILITY, MODES[mode]
        self._batch = int(batch_size)
        self._opened = open_student(pretrained, device)

    def generate_until(self, requests: Sequence[Any]) -> list[str]:
        """What the student says to each request."""
        with TemporaryDirectory() as folder:
            return answer_requests(
                self._opened,
                requests,
                self.task_dict,
                Path(folder),
                mode=self._mode,
                batch=self._batch,
                likely=self._likely,
            )

    def loglikelihood(self, requests: Sequence[Any]) -> list[tuple[float, bool]]:
        """Not offered: the tasks that our students are tested by all generate."""
        message = "a vpd student answers by generating; choose a task of the type generate_until"
        raise NotImplementedError(message)

    def generate_until_multi_round(self, requests: Sequence[Any]) -> list[str]:
        """Not offered: a student is asked once."""
        message = "a vpd student is asked in one round; choose a task of the type generate_until"
        raise NotImplementedError(message)
