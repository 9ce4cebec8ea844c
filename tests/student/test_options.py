"""What a training may be told: precision, memory, adapters, lengths, trackers, curricula, weights gathered from many places."""

from importlib.resources import files
from pathlib import Path

import pytest
import torch

from vpd.distill.records import Teaches, TrainingExample
from vpd.distill.student import Form, Phase, StudentError, TrainResult, TrainSettings, train_student
from vpd.distill.student.adapter import Adapter
from vpd.distill.student.collate import IGNORED, Collator
from vpd.distill.student.families import layers_of, prepare
from vpd.distill.student.groups import group_examples
from vpd.distill.student.load import load_student
from vpd.distill.student.train import make_training, with_weights

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")  # of PEFT
QUICK = TrainSettings(steps=4, pictures=4, warmup=0, optimizer="adamw", learning_rate=2e-3, log_every=1, save_every=4)


def taught(tiny: Path, lessons: list[TrainingExample], out: Path, **given: object) -> TrainResult:
    return train_student(tiny, lessons, out, QUICK.model_copy(update=given))


def test_gradient_checkpointing_changes_no_loss(tiny: Path, lessons: list[TrainingExample], tmp_path: Path) -> None:
    plain = taught(tiny, lessons, tmp_path / "plain")
    spared = taught(tiny, lessons, tmp_path / "spared", gradient_checkpointing=True)
    for (_, loss), (_, other) in zip(plain.losses, spared.losses):
        assert other == pytest.approx(loss, rel=1e-5)


def test_pictures_that_are_read_ahead_change_no_weight(tiny: Path, lessons: list[TrainingExample], tmp_path: Path) -> None:
    for readers in (0, 2):
        taught(tiny, lessons, tmp_path / str(readers), readers=readers)
    alone, ahead = ((tmp_path / name / "student" / "model.safetensors").read_bytes() for name in ("0", "2"))
    assert alone == ahead


def test_bfloat16_computes_nearly_the_same_and_keeps_float32_weights(
    tiny: Path, lessons: list[TrainingExample], tmp_path: Path
) -> None:
    plain = taught(tiny, lessons, tmp_path / "plain")
    short = taught(tiny, lessons, tmp_path / "short", bf16=True)
    assert short.losses != plain.losses
    for (_, loss), (_, other) in zip(plain.losses, short.losses):
        assert other == pytest.approx(loss, rel=0.03)
    assert load_student(tmp_path / "short" / "student").model.dtype == torch.float32


def test_a_start_in_bfloat16_is_trained_in_float32_and_saved_as_it_was(
    tiny: Path, lessons: list[TrainingExample], tmp_path: Path
) -> None:
    start = load_student(tiny)
    start.model.to(torch.bfloat16).save_pretrained(tmp_path / "start")
    start.processor.save_pretrained(tmp_path / "start")
    training = make_training(tmp_path / "start", lessons, tmp_path / "checkpoints", QUICK)
    assert {weight.dtype for weight in training.student.model.parameters()} == {torch.float32}
    taught(tmp_path / "start", lessons, tmp_path / "out")
    assert load_student(tmp_path / "out" / "student").model.dtype == torch.bfloat16


def test_adapters_go_on_attention_and_mlp_of_the_part_that_is_named(tiny: Path) -> None:
    model = load_student(tiny).model
    language, vision, both = (layers_of(model, which) for which in ("language", "vision", "all"))
    assert {name.split(".")[-1] for name in language} == {
        *("q_proj", "k_proj", "v_proj", "o_proj"),
        *("gate_proj", "up_proj", "down_proj"),
    }
    assert {name.split(".")[-1] for name in vision} == {"q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"}
    assert sorted(both) == sorted([*language, *vision])
    assert layers_of(model, "encoder") == language  # a decoder alone has no encoder half


def test_an_encoder_half_is_told_from_its_decoder() -> None:
    from transformers import Florence2Config, Florence2ForConditionalGeneration

    small = {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2}
    text = small | {"encoder_ffn_dim": 16, "decoder_ffn_dim": 16, "vocab_size": 32, "max_position_embeddings": 32}
    sight = {"embed_dim": [8, 16], "num_heads": [1, 1], "num_groups": [1, 1], "depths": [1, 1], "projection_dim": 16}
    sight |= {"patch_size": [7, 3], "patch_stride": [4, 2], "patch_padding": [3, 1], "patch_prenorm": [False, True]}
    model = Florence2ForConditionalGeneration(Florence2Config(text_config={"model_type": "bart"} | text, vision_config=sight))
    names = layers_of(model, "encoder")
    assert names
    assert all(".encoder." in name and "vision" not in name for name in names)
    assert any(".decoder." in name for name in layers_of(model, "language"))


def test_a_long_rationale_loses_its_end_and_never_its_picture(tiny: Path, lessons: list[TrainingExample]) -> None:
    student = load_student(tiny)
    adapter, example = Adapter(student.processor), next(one for one in lessons if one.teaches is Teaches.RATIONALE)
    asked, said = (message.content for message in example.messages)
    prompt, target = adapter.prompt(asked, example.image).tokens.ids, adapter.target(asked, said)
    settings = TrainSettings(longest=len(prompt) + 5, too_long="cut")
    batch = Collator(adapter, settings, shared=False)(group_examples([example], 4))
    learned = [label for label in batch["labels"].flatten().tolist() if label != IGNORED]
    assert learned == list(target[:5])
    assert batch["input_ids"][0, : len(prompt)].tolist() == list(prompt)
    assert int(batch["cut"]) == 1
    with pytest.raises(StudentError, match="the limit is"):
        Collator(adapter, settings.model_copy(update={"longest": len(prompt)}), shared=False)(group_examples([example], 4))


def test_what_was_cut_is_counted(tiny: Path, lessons: list[TrainingExample], tmp_path: Path) -> None:
    long = [one for one in lessons if one.teaches is Teaches.RATIONALE]
    adapter = Adapter(load_student(tiny).processor)
    prompt = max(len(adapter.prompt(one.messages[0].content, one.image).tokens.ids) for one in long)
    result = taught(tiny, long, tmp_path, longest=prompt + 2, too_long="cut", questions_per_picture=1)
    assert result.examples_cut == 4 * 4


def test_a_curriculum_teaches_each_thing_in_its_time(
    tiny: Path, lessons: list[TrainingExample], descriptions: list[TrainingExample], tmp_path: Path
) -> None:
    phases = (Phase(share=0.5, form=Form.DESCRIPTION_ONLY), Phase(share=0.5, rationale_weight=0.0, form=Form.RATIONALE_ONLY))
    result = taught(tiny, [*descriptions, *lessons], tmp_path, phases=phases)
    assert [step for step, _ in result.task_losses["description"]] == [1, 2]
    assert "answer" not in result.task_losses
    assert [loss for _, loss in result.losses[2:]] == [0.0, 0.0]


@pytest.mark.parametrize("tracker", ["tensorboard", "nowhere"])
def test_a_tracker_that_is_not_here_is_named(tracker: str, tiny: Path, lessons: list[TrainingExample], tmp_path: Path) -> None:
    from transformers.integrations.integration_utils import get_available_reporting_integrations

    if tracker in get_available_reporting_integrations():  # type: ignore[no-untyped-call]
        pytest.skip("it is here")
    with pytest.raises(StudentError, match=f"the tracker {tracker} is not installed"):
        taught(tiny, lessons, tmp_path, report_to=(tracker,))


def test_a_tracker_is_told_every_loss_and_its_log_outlives_the_checkpoints(
    tiny: Path, lessons: list[TrainingExample], tmp_path: Path
) -> None:
    reading = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator", reason="tensorboard is not installed")
    result = taught(tiny, lessons, tmp_path, report_to=("tensorboard",))
    (events,) = (tmp_path / "tracking").rglob("events.out.*")
    told = reading.EventAccumulator(str(events.parent)).Reload()
    for name, curve in {"loss": result.losses, "loss_rationale": result.task_losses["rationale"]}.items():
        rows = told.Scalars(f"train/{name}")
        assert [row.step for row in rows] == [step for step, _ in curve]
        assert [row.value for row in rows] == pytest.approx([loss for _, loss in curve])


@pytest.mark.parametrize("rank", [0, 4])
def test_weights_gathered_from_many_places_make_the_same_student(
    rank: int, tiny: Path, lessons: list[TrainingExample], tmp_path: Path
) -> None:
    settings = QUICK.model_copy(update={"lora_rank": rank})
    training = make_training(tiny, lessons, tmp_path / "checkpoints", settings)
    training.trainer.train()
    whole = with_weights(tiny, settings, training.student.model.state_dict()).model.state_dict()
    held = training.student.model.state_dict()
    assert whole.keys() == held.keys()
    assert all(torch.equal(whole[name], held[name]) for name in held)
    assert any(
        not torch.equal(held[name], start) for name, start in prepare(load_student(tiny).model, settings).state_dict().items()
    )


def test_the_configurations_for_several_gpus_are_read_by_accelerate() -> None:
    from accelerate.commands.config.config_args import load_config_from_file

    folder = files("vpd.distill.student") / "configs"
    names = sorted(file.name for file in folder.iterdir())
    assert names == ["ddp.yaml", "deepspeed.yaml", "fsdp.yaml"]
    kinds = [str(load_config_from_file(str(folder / name)).distributed_type).split(".")[-1] for name in names]
    assert kinds == ["MULTI_GPU", "DEEPSPEED", "FSDP"]


def launched(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put into the environment what `accelerate launch` does for a configuration, by its own parser."""
    from accelerate.commands import launch
    from accelerate.utils import launch as preparing

    file = str(files("vpd.distill.student") / "configs" / name)
    given = launch.launch_command_parser().parse_args(["--config_file", file, "--main_process_port", "0", "train.py"])
    arguments, config, _ = launch._validate_launch_command(given)
    if arguments.use_deepspeed:
        arguments.deepspeed_fields_from_accelerate_config = ",".join(config.deepspeed_config)
        found = preparing.prepare_deepspeed_cmd_env(arguments)[1]
    else:
        found = preparing.prepare_multi_gpu_env(arguments)
    for variable, value in found.items():
        if variable.startswith(("ACCELERATE_", "FSDP_")):
            monkeypatch.setenv(variable, value)


def test_a_launch_by_the_fsdp_file_splits_weights_by_version_2(monkeypatch: pytest.MonkeyPatch) -> None:
    from accelerate.utils import FullyShardedDataParallelPlugin

    launched("fsdp.yaml", monkeypatch)
    plugin = FullyShardedDataParallelPlugin()
    assert (plugin.fsdp_version, plugin.reshard_after_forward, plugin.activation_checkpointing) == (2, True, False)
    assert str(plugin.state_dict_type).endswith("SHARDED_STATE_DICT")
    assert plugin.auto_wrap_policy is not None
    assert not plugin.cpu_ram_efficient_loading


def test_a_launch_by_the_deepspeed_file_splits_weights_by_stage_3(monkeypatch: pytest.MonkeyPatch) -> None:
    from accelerate.utils import DeepSpeedPlugin

    launched("deepspeed.yaml", monkeypatch)
    config = DeepSpeedPlugin().deepspeed_config
    assert config["zero_optimization"]["stage"] == 3
    assert config["zero_optimization"]["stage3_gather_16bit_weights_on_model_save"] is True
    # What stays open is filled in by the trainer, from the training's own settings.
    left = ("gradient_accumulation_steps", "gradient_clipping", "train_batch_size", "train_micro_batch_size_per_gpu")
    assert {config[name] for name in left} == {"auto"}
