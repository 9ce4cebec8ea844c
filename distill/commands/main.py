"""The command line's table of contents."""

import logging

import typer

from vpd.distill.commands import (
    ask,
    data,
    demo,
    doctor,
    evaluation,
    export,
    mixing,
    models,
    rate,
    replay,
    report,
    rivals,
    scenes,
    score,
    stages,
    student,
    tools,
)
from vpd.distill.commands.console import ended_by

__all__ = ["app", "main"]

app = typer.Typer(
    name="vpd",
    help="Visual Program Distillation: programs from a language model, run confined, judged, told, and taught to one model.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for first in (ask.ask, demo.demo, demo.experiment, doctor.doctor):
    app.command()(first)
app.add_typer(scenes.scenes_app, name="scenes")
app.add_typer(data.data_app, name="data")
app.add_typer(tools.tools_app, name="tools")
app.add_typer(models.models_app, name="models")
for stage in (
    stages.sample,
    stages.run,
    stages.judge,
    stages.check,
    stages.explain,
    stages.build,
    student.train,
    student.pairs,
    student.prefer,
    evaluation.evaluate,
    evaluation.faithful,
    evaluation.lmms_tasks,
    score.score,
    report.report,
    report.view,
    replay.replay,
    rivals.rivals,
    rate.rate,
):
    app.command(rich_help_panel="Stages of a run")(stage)
for name, command in (("mix", mixing.mix), ("export", export.export), ("trace-back", mixing.trace_back)):
    app.command(name, rich_help_panel="Training data")(command)


def main() -> int:
    """Run the command line; the exit code is 0 done, 1 an error told in one line, 2 wrong usage, 130 interrupted."""
    logging.basicConfig(level=logging.WARNING, format="vpd: %(message)s")
    return ended_by(app)
