"""Learning from pairs: the right rationale gains on the wrong one, any family's rows do, and a killed run goes on."""

from pathlib import Path

import pytest
import torch

from vpd.distill.records import Preference, Teaches, TrainingExample
from vpd.distill.student import PreferSettings, StudentError, TrainSettings, prefer_student, train_student
from vpd.distill.student.adapter import Adapter
from vpd.distill.student.folder import CHECKPOINTS, last_whole
from vpd.distill.student.load import load_student
from vpd.distill.student.prefer import PairCollator, make_trainer

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")  # of PEFT
OTHER = {"red": "green", "green": "blue", "blue": "red", "left": "right", "right": "left"}
QUICK = PreferSettings(steps=12, pairs=8, accumulate=1, learning_rate=1e-3, log_every=2, save_every=4)


@pytest.fixture(scope="module")
def taught(tiny: Path, lessons: list[TrainingExample], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("taught")
    train_student(
        tiny, lessons, folder, TrainSettings(steps=60, pictures=8, warmup=5, learning_rate=4e-3, muon_learning_rate=0.03)
    )
    return folder / "student"


@pytest.fixture(scope="module")
def pairs(lessons: list[TrainingExample]) -> list[Preference]:
    """Each rationale against the same one with colour and side changed."""
    return [pair_of(example) for example in lessons if example.teaches is Teaches.RATIONALE]


def pair_of(example: TrainingExample) -> Preference:
    asked, said = (message.content for message in example.messages)
    wrong = "".join(OTHER.get(word, word) for word in split_words(said))
    return Preference(
        question=example.question,
        image=example.image,
        asked=asked,
        chosen=said,
        rejected=wrong,
        kind=example.kind,
        split=example.split,
        chosen_trace=f"right {example.question}",
        rejected_trace=f"wrong {example.question}",
        writer="test",
    )


def split_words(text: str) -> list[str]:
    parts, word = list[str](), ""
    for sign in text:
        if sign.isalpha():
            word += sign
            continue
        parts += [word, sign]
        word = ""
    return [*parts, word]


@pytest.mark.parametrize("rank", [0, 4])
def test_the_right_rationale_gains_on_the_wrong_one(taught: Path, pairs: list[Preference], tmp_path: Path, rank: int) -> None:
    settings = QUICK.model_copy(update={"steps": 20, "lora_rank": rank, "learning_rate": 5e-3 if rank else 1e-3})
    result = prefer_student(taught, pairs, tmp_path, settings)
    assert result.margins[-1][1] > result.margins[0][1] + 0.04
    assert result.accuracies[-1][1] > 0.9
    assert result.losses[-1][1] < result.losses[0][1]
    assert prefer_student(taught, pairs, tmp_path, settings) == result
    before, after = load_student(taught).model.state_dict(), load_student(tmp_path / "student").model.state_dict()
    assert before.keys() == after.keys()
    assert any(not torch.equal(before[name], after[name]) for name in before)


def test_what_is_cut_short_goes_on_to_the_same_weights(taught: Path, pairs: list[Preference], tmp_path: Path) -> None:
    whole = prefer_student(taught, pairs, tmp_path / "whole", QUICK)

    def stop(done: int, _all: int, _loss: float | None) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prefer_student(taught, pairs, tmp_path / "cut", QUICK, stop)
    assert str(last_whole(tmp_path / "cut" / CHECKPOINTS).path).endswith("checkpoint-4")
    assert prefer_student(taught, pairs, tmp_path / "cut", QUICK).margins == whole.margins
    weights = [(tmp_path / name / "student" / "model.safetensors").read_bytes() for name in ("whole", "cut")]
    assert weights[0] == weights[1]


def test_only_the_rationales_are_compared(taught: Path, pairs: list[Preference]) -> None:
    adapter = Adapter(load_student(taught).processor)
    batch = PairCollator(adapter, pairs, QUICK)([{"place": 0}, {"place": 3}])
    said = [adapter.decode(ids[mask.bool()].tolist()) for ids, mask in zip(batch["input_ids"], batch["completion_mask"])]
    wanted = [pairs[0].chosen, pairs[3].chosen, pairs[0].rejected, pairs[3].rejected]
    assert said == [adapter.decode(list(adapter.target("", text))) for text in wanted]


def test_the_first_loss_is_that_of_a_student_that_prefers_nothing(taught: Path, pairs: list[Preference], tmp_path: Path) -> None:
    trainer = make_trainer(load_student(taught), pairs, tmp_path, QUICK)
    batch = next(iter(trainer.get_train_dataloader()))
    assert trainer.compute_loss(trainer.model, batch).item() == pytest.approx(0.6931, abs=1e-3)


def test_without_pairs_nothing_is_taught(taught: Path, tmp_path: Path) -> None:
    with pytest.raises(StudentError, match="not one example"):
        prefer_student(taught, [], tmp_path, QUICK)
