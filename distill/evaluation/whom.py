"""Who is asked: a student of the run, any model by its folder or name, a served model, the programs, or one tool."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vpd.distill.evaluation.errors import EvaluationError
from vpd.distill.evaluation.one_tool import ask_tool
from vpd.distill.evaluation.programs import TEACHER, teacher_predictions
from vpd.distill.evaluation.served import ask_served
from vpd.distill.judging import judge_answer
from vpd.distill.records import Prediction
from vpd.distill.run_directory import RunDirectory
from vpd.distill.run_files import read_run
from vpd.distill.student.predict import Mode, mode_name, predict
from vpd.distill.student.voting import Voting
from vpd.engine.completer import Completer
from vpd.engine.records import Question
from vpd.tools.toolsets import open_toolset

__all__ = ["Asking", "Whom", "ask", "choose", "find_student", "held_out", "missing"]

OWN = "distilled"
"""The student of a run that is asked where nobody is named."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How somebody is asked."""

    mode: Mode = Mode.ANSWER
    voting: Voting = Voting()
    batch: int = 64
    longest: int | None = None
    device: str | None = None
    threads: int = 1

    @property
    def mode_name(self) -> str:
        """As predictions hold it."""
        return mode_name(self.mode, self.voting)


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is asked, and the arm that the predictions are written under; one of the first four is given."""

    arm: str
    student: str | None = None
    """A folder or a name on the model hub."""
    model: str | None = None
    """As litellm takes it."""
    tool: str | None = None
    """A tool of the run's tool set."""
    teacher: bool = False
    taught: bool = False
    """Whether the model behind litellm is a student that was taught here."""


def choose(
    run: Path,
    *,
    student: str | None,
    model: str | None,
    tool: str | None,
    teacher: bool,
    taught: bool = False,
    name: str | None = None,
) -> Whom:
    """The one who is named; nobody is the run's student of that `name`.

    Raises `EvaluationError` where several are, or where one that is not served is said to be `taught`.
    """
    named = [each for each in (student, model, tool, TEACHER if teacher else None) if each is not None]
    if len(named) > 1:
        message = f"one at a time: {' and '.join(named)} are named; leave all but one out"
        raise EvaluationError(message)
    if taught and model is None:
        message = "--taught says of a served model that it was taught here; name it by --model"
        raise EvaluationError(message)
    if model is not None or tool is not None or teacher:
        return Whom(name or named[0], None, model, tool, teacher, taught)
    asked = student or name or OWN
    start = find_student(run, asked)
    return Whom(name or arm_of(asked, start), start)


def find_student(run: Path, name: str) -> str:
    """A student of the run, a folder that holds one, or else a name on the model hub.

    Raises `EvaluationError` for what can be neither.
    """
    places = (run / "students" / name / "student", Path(name) / "student", Path(name))
    found = next((place for place in places if place.is_dir()), None)
    if found is not None:
        return str(found)
    if name.count("/") == 1 and not name.startswith((".", "/", "~")):
        return name
    return str(places[0])


def arm_of(asked: str, start: str) -> str:
    """What an arm is called: a folder by its own name, a name on a hub as it is."""
    if not Path(start).is_dir():
        return asked
    place = Path(start).resolve()
    return place.parent.name if place.name == "student" else place.name


def held_out(questions: Iterable[Question], splits: Sequence[str] = ()) -> list[Question]:
    """The questions of these splits; of all but the training split where none is named."""
    return [one for one in questions if (one.split in splits if splits else one.split != "train")]


def missing(questions: Iterable[Question], whom: Whom, asking: Asking, done: Container[str]) -> list[Question]:
    """The questions that are still to be asked; `done` holds the ids of predictions."""
    mode = asking.mode_name
    return [one for one in questions if Prediction.id_for(question=one.id, arm=whom.arm, mode=mode) not in done]


def ask(
    run: RunDirectory, whom: Whom, questions: Sequence[Question], asking: Asking, open_model: Callable[[str], Completer]
) -> Iterator[Prediction]:
    """A prediction for each question; `open_model` makes a completer of a model string."""
    if whom.model is not None:
        with open_model(whom.model) as completer:
            yield from ask_served(
                completer,
                questions,
                asking.mode,
                judge_answer,
                arm=whom.arm,
                longest=asking.longest,
                voting=asking.voting,
                taught=whom.taught,
            )
    elif whom.tool is not None or whom.teacher:
        if asking.mode is not Mode.ANSWER:
            message = f"{whom.arm} only answers; leave --mode out"
            raise EvaluationError(message)
        if whom.tool is not None:
            tools = open_toolset(run.settings.toolset)
            yield from ask_tool(tools, whom.tool, questions, judge_answer, arm=whom.arm, batch=asking.batch)
        else:
            yield from ask_teacher(run, whom, questions)
    elif whom.student is not None:
        yield from predict(
            whom.student,
            questions,
            asking.mode,
            judge_answer,
            arm=whom.arm,
            batch=asking.batch,
            longest=asking.longest,
            threads=asking.threads,
            device=asking.device,
            voting=asking.voting,
            measured=True,
        )


def ask_teacher(run: RunDirectory, whom: Whom, questions: Sequence[Question]) -> Iterator[Prediction]:
    """The programs' vote on those questions that programs were run and judged for."""
    wanted = {question.id for question in questions}
    asked = [each for each in read_run(run.path).asked if each.question.id in wanted and any(one.verdict for one in each.draws)]
    if wanted and not asked:
        message = f"no program was run and judged for these questions; go on with: vpd sample {run.path}"
        raise EvaluationError(message)
    return teacher_predictions(asked, judge_answer, whom.arm)
