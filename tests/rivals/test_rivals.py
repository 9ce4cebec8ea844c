"""The rivals over drawn scenes, with a language model from a script and everything else real."""

import re
from pathlib import Path

import pytest

from vpd.distill.checks import read_policy
from vpd.distill.errors import RunError
from vpd.distill.grid import Grid
from vpd.distill.records import Outcome, Rationale, Teaches, TrainingExample
from vpd.distill.rivals import Rival, Seen, Told, ask_rival, compare, seen_by_tools, seen_in_scenes
from vpd.distill.rivals.asking import prompt_for, read_reply
from vpd.distill.rivals.scene_truth import known_in_scenes
from vpd.distill.rivals.stage import ask_all, told_in, what_is_seen
from vpd.distill.rivals.teaching import as_rationale, write_taught
from vpd.distill.run_directory import RunDirectory
from vpd.distill.scenes import DatasetSettings, Scene, SceneFiles, make_scenes, read_questions, read_scenes
from vpd.distill.settings import RunSettings
from vpd.distill.stages import add_questions, judge, run_draws, sample
from vpd.engine.completer import Sampling
from vpd.engine.errors import ModelError
from vpd.engine.records import AnswerKind, Isolation, Prompt, Question, ToolCall, Trace
from vpd.engine.scripted import ScriptedCompleter
from vpd.tools.box import Box
from vpd.tools.image import ImageRef

GRID = Grid("cell", 8)
PICTURE = ImageRef("a" * 64, "a.png", 80, 80)
SEEN = Seen(
    PICTURE,
    (Box(0, 0, 10, 10, "red circle"), Box(30, 30, 50, 50, "red square"), Box(70, 70, 80, 80, "blue circle")),
    (("image_caption", "Shapes on a board."),),
)
SAMPLING = Sampling(temperature=0.5, max_tokens=320, seed=0)


def question(text: str, answer: str, kind: AnswerKind = AnswerKind.NUMBER) -> Question:
    return Question(
        key=text, text=text, image=PICTURE, kind="k", answer_kind=kind, answers=(answer,), source="test", split="train"
    )


def told(rival: Rival, reply: str, asked: Question) -> Told:
    with ScriptedCompleter(lambda _prompt, _draw: reply) as completer:
        return next(ask_rival(rival, [(SEEN, asked)], completer, SAMPLING, GRID))


HOW_MANY = question("How many circles are there?", "2")


def test_a_rival_is_told_of_boxes_on_the_runs_grid_and_of_captions() -> None:
    assert SEEN.write(GRID) == (
        "Caption: Shapes on a board.\nObjects:\nred circle at x0 y0\nred square at x4 y4\nblue circle at x7 y7"
    )


@pytest.mark.parametrize(
    ("grid", "says"), [(GRID, "from 0 to 7"), (Grid("corners", 1000), "from 0 to 999"), (Grid("unit", 100), "0 to 1")]
)
def test_a_rival_is_told_how_places_are_written(grid: Grid, says: str) -> None:
    assert says in prompt_for(Rival.LLAVA, SEEN, "", grid).messages[0].content


def test_only_the_rival_that_answers_is_shown_the_question() -> None:
    shown = {rival: prompt_for(rival, SEEN, HOW_MANY.text, GRID).messages[-1].content for rival in Rival}
    assert HOW_MANY.text in shown[Rival.REASONING]
    assert HOW_MANY.text not in shown[Rival.LLAVA]


def test_a_right_and_founded_reasoning_is_judged_and_grounded() -> None:
    record = told(Rival.REASONING, "Reasoning: There is a red circle at x0 y0 and a blue circle at x7 y7.\nAnswer: 2", HOW_MANY)
    assert (record.outcome, record.answer, record.unfounded) == (Outcome.RIGHT, "2", ())
    assert record.text.endswith("So the answer is 2.")


def test_an_invented_object_is_unfounded() -> None:
    record = told(Rival.REASONING, "Reasoning: There is a green triangle at x3 y5.\nAnswer: 2", HOW_MANY)
    assert record.outcome is Outcome.RIGHT
    assert any("triangle" in line for line in record.unfounded)


def test_a_wrong_answer_is_wrong_however_it_is_founded() -> None:
    assert told(Rival.REASONING, "Reasoning: There is a red circle at x0 y0.\nAnswer: 1", HOW_MANY).outcome is Outcome.WRONG


def test_a_reply_that_cannot_be_read_is_kept_as_failed() -> None:
    record = told(Rival.REASONING, "I cannot see the picture.", HOW_MANY)
    assert (record.outcome, record.question, record.completion) == (Outcome.FAILED, None, "I cannot see the picture.")


def test_a_made_up_question_has_no_label_where_nobody_knows_it() -> None:
    record = told(
        Rival.LLAVA, "Question: How many red shapes are there?\nReasoning: One at x0 y0, one at x4 y4.\nAnswer: 2", HOW_MANY
    )
    assert record.question is not None
    assert record.question.text == "How many red shapes are there?"
    assert (record.outcome, record.question.answers) == (Outcome.UNKNOWN, ())


@pytest.mark.parametrize(
    ("reply", "parts"),
    [
        ("Reasoning: a b.\nAnswer: yes", ("a b.", "yes")),
        ("**Reasoning:** a b.\n\n**Answer:** Yes.", ("a b.", "Yes")),
        ("a b.\nAnswer: 2", ("a b.", "2")),
        ("There are two. So the answer is 2.", ("There are two. So the answer is 2.", "2")),
        ("reasoning: a\nb\nanswer: no\nReasoning: other", ("a b", "no")),
        ("Answer: yes", None),
        ("", None),
        ("No idea.", None),
    ],
)
def test_the_parts_of_a_reply_are_read_by_their_names(reply: str, parts: tuple[str, str] | None) -> None:
    read = read_reply(Rival.REASONING, reply)
    assert (read and (read.reasoning, read.answer)) == parts


def test_llavas_rival_is_asked_once_a_picture_and_the_other_once_a_question() -> None:
    asked = [(SEEN, HOW_MANY), (SEEN, question("Is there a red circle?", "yes", AnswerKind.YES_NO))]
    counts = {}
    for rival in Rival:
        with ScriptedCompleter(lambda _prompt, _draw: "") as completer:
            counts[rival] = len(list(ask_rival(rival, asked, completer, SAMPLING, GRID)))
    assert counts == {Rival.LLAVA: 1, Rival.REASONING: 2}


def test_after_a_failure_nothing_more_is_asked() -> None:
    asked = [(SEEN, question(f"How many circles are there {number}?", "2")) for number in range(50)]
    with ScriptedCompleter(lambda _prompt, _draw: "", faults={0: ModelError("gone")}) as completer:
        with pytest.raises(ModelError, match="gone"):
            list(ask_rival(Rival.REASONING, asked, completer, SAMPLING, GRID))
        assert len(completer.requests) < 50


def call(number: int, tool: str, result: object, region: list[float] | None = None, from_: object = None) -> ToolCall:
    image = {"region": region or [0, 0, 80, 80], "label": "", "from": from_}
    return ToolCall(number=number, line=1, tool=tool, arguments={"image": image}, result=result)


def test_what_the_tools_said_in_any_program_is_gathered_once() -> None:
    circle = {"region": [0, 0, 10, 10], "label": "circle", "score": 0.9}
    red = {"region": [0, 0, 10, 9.5], "label": "red circle", "score": 0.9}
    far = {"region": [60, 60, 70, 70], "label": "circle", "score": 0.9}
    calls = (
        call(0, "find", [circle, far]),
        call(1, "find", [red]),
        call(2, "image_caption", "A board."),
        call(3, "image_caption", "A corner.", [0, 0, 10, 10], [0, 0]),
        call(4, "exists", True),
    )
    trace = Trace(
        program="p", source="", image=PICTURE, image_sha256=PICTURE.sha256, tools=(), isolation=Isolation.PROCESS, calls=calls
    )
    seen = seen_by_tools([trace])[PICTURE.sha256]
    assert [thing.label for thing in seen.things] == ["red circle", "circle"]
    assert seen.texts == (("image_caption", "A board."),)


# over a run of drawn scenes

COUNT = 'def execute_command(image):\n    return str(len(find(image, "{name}")))\n'
SCENES = DatasetSettings(train_images=8, test_images=0, questions_per_image=4, train_questions=12)


def write_program(prompt: Prompt, _draw: int) -> str:
    """A program for counting questions, else none."""
    counted = re.fullmatch(r"How many (.*) are there\?", prompt.messages[-1].content)
    return COUNT.format(name=counted[1]) if counted else "sorry"


def reason(prompt: Prompt, _draw: int) -> str:
    """Lists everything that it was told, and answers 2 to everything; where it asks for itself, how many shapes there are."""
    told_of = prompt.messages[-1].content
    listed = ", ".join(line for line in told_of.splitlines() if re.search(r" at x\d", line))
    if "Question:" in told_of:
        return f"Reasoning: {listed}.\nAnswer: 2"
    return f"Question: How many shapes are there?\nReasoning: Shapes: {listed}.\nAnswer: {len(listed.split(', '))}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenes")
    make_scenes(path, SCENES)
    return path


@pytest.fixture(scope="module")
def scenes(folder: Path) -> list[Scene]:
    return read_scenes(SceneFiles.of(folder).scenes)


@pytest.fixture(scope="module")
def run_path(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run")
    with RunDirectory(path, RunSettings(llm="scripted", draws=1, policy="paper")) as run:
        add_questions(run, read_questions(folder))
        with ScriptedCompleter(write_program) as completer:
            sample(run, completer, lambda _outcome: None)
        run_draws(run, lambda _outcome: None)
        judge(run, lambda _outcome: None)
    return path


def test_every_question_of_a_scene_has_the_same_label_when_a_rival_asks_it(folder: Path, scenes: list[Scene]) -> None:
    known, seen = known_in_scenes(scenes), seen_in_scenes(scenes)
    for one in read_questions(folder):
        found = known(one.text.upper(), seen[one.image.sha256])
        assert found is not None
        assert (found.answers, found.answer_kind) == (one.answers, one.answer_kind)


def test_a_question_that_takes_for_granted_what_is_not_so_has_no_label(scenes: list[Scene]) -> None:
    (seen, *_) = seen_in_scenes(scenes[:1]).values()
    assert known_in_scenes(scenes)("How heavy is the box?", seen) is None


def test_our_traces_and_both_rivals_stand_in_one_table(run_path: Path, folder: Path) -> None:
    with RunDirectory(run_path) as run:
        asking = what_is_seen(run, SceneFiles.of(folder).scenes, 200)
        with ScriptedCompleter(reason) as completer:
            ask_all(run, (), asking, completer, SAMPLING, lambda _outcome: None)
        told_records = told_in(run, asking, "scripted", SAMPLING)
        rows = {
            row.name: row
            for row in compare(run, told_records, [read_policy("paper")], [question for _, question in asking.asked])
        }
    assert list(rows) == ["programs, policy paper", "llava, scripted", "reasoning, scripted"]
    ours, llava, reasoning = rows.values()
    assert (ours.right.value, ours.founded.value) == (1.0, 1.0)
    assert ours.told < ours.asked
    assert (llava.right.value, llava.told) == (1.0, 8)
    assert reasoning.told == len(asking.asked)
    assert reasoning.right.value < 0.9
    assert reasoning.claims_unfounded == 0
    assert all(row.words > 0 and row.tokens > 0 and row.cost == 0 for row in rows.values())


def test_a_second_asking_asks_nothing(run_path: Path, folder: Path) -> None:
    with RunDirectory(run_path) as run:
        asking = what_is_seen(run, SceneFiles.of(folder).scenes, 5)
        for requests in (None, 0):
            with ScriptedCompleter(reason, model="other") as completer:
                ask_all(run, ("reasoning",), asking, completer, SAMPLING, lambda _outcome: None)
                assert len(completer.requests) == (requests if requests is not None else 5)


def test_without_a_listing_the_runs_tools_say_what_is_there(run_path: Path) -> None:
    with RunDirectory(run_path) as run:
        asking = what_is_seen(run, None, 200)
    assert {seen.image.sha256 for seen, _ in asking.asked} <= {question.image.sha256 for _, question in asking.asked}
    seen, question = next((seen, question) for seen, question in asking.asked if seen.things)
    assert asking.known(question.text.upper(), seen) == question


def test_a_rivals_rationales_become_a_run_that_a_student_is_taught_from(run_path: Path, folder: Path, tmp_path: Path) -> None:
    with RunDirectory(run_path) as run:
        asking = what_is_seen(run, SceneFiles.of(folder).scenes, 200)
        with ScriptedCompleter(reason) as completer:
            ask_all(run, (), asking, completer, SAMPLING, lambda _outcome: None)
        records = told_in(run, asking, "scripted", SAMPLING)
        asked = [question for _, question in asking.asked]
        counts = {
            rival: write_taught(run, [one for one in records if one.rival == rival], asked, tmp_path / rival) for rival in Rival
        }
    assert counts[Rival.LLAVA] == 8
    assert 0 < counts[Rival.REASONING] < len(asked)
    for rival in Rival:
        place = RunDirectory(tmp_path / rival)
        examples = place.read(TrainingExample)
        told_of = [one for one in examples if one.teaches is Teaches.RATIONALE]
        assert len(told_of) == counts[rival]
        assert {one.rationale for one in told_of} == {one.id for one in place.read(Rationale)}
        labels = {one.question: one.messages[-1].content for one in examples if one.teaches is Teaches.ANSWER}
        assert all(labels[question.id] == question.answers[0] for question in asked)


def test_a_wrong_answer_of_a_rival_is_not_taught(run_path: Path, tmp_path: Path) -> None:
    wrong = told(Rival.REASONING, "Reasoning: There is a red circle at x0 y0.\nAnswer: 1", HOW_MANY)
    with RunDirectory(run_path) as run:
        assert write_taught(run, [wrong], [HOW_MANY], tmp_path) == 0
    assert [one.teaches for one in RunDirectory(tmp_path).read(TrainingExample)] == [Teaches.ANSWER]


def test_two_rivals_are_not_mixed_in_one_run(run_path: Path, tmp_path: Path) -> None:
    texts = ("There is a red circle at x0 y0.", "There is a blue circle at x7 y7.")
    one, other = (told(Rival.REASONING, f"Reasoning: {text}\nAnswer: 2", HOW_MANY) for text in texts)
    other = other.model_copy(update={"model": "another"})
    with RunDirectory(run_path) as run:
        assert [write_taught(run, [one], [HOW_MANY], tmp_path) for _ in range(2)] == [1, 1]
        with pytest.raises(RunError, match="holds other rationales"):
            write_taught(run, [other], [HOW_MANY], tmp_path)


def test_a_reply_that_cannot_be_read_is_no_rationale() -> None:
    assert as_rationale(told(Rival.REASONING, "I cannot see it.", HOW_MANY)) is None
