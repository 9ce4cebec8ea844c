"""How many right answers have right reasons, where the truth of every step is known: each filter's precision and recall.

Run as `python tests/benchmarks/reasons.py`, with `--pictures N`, `--llm MODEL` for other programs than the recorded ones,
`--critic MODEL` to measure a language model as critic too, and `--plot FILE.png`. Scenes without clutter are looked at through
tools that err on purpose at 0, 5, 10 and 20 %: each box is missed, each list gets an invented one, each label is mixed up, each
at that rate. The same programs on the same pictures with tools that do not err tell the truth: a program is right where it then
answers at least 99 % of its pictures right, a step where it gives what it then gave. A trace is right for the right reasons where
both hold of it and its answer is right.
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from vpd.distill.caches import cache_folder
from vpd.distill.checks import Policy, check_statically, read_policy
from vpd.distill.checks.altering import alter_and_replay
from vpd.distill.checks.candidates import suspects
from vpd.distill.checks.comparing import agrees, same_call
from vpd.distill.checks.critic import CRITIC, Critic, criticise
from vpd.distill.checks.looking_again import look_again
from vpd.distill.checks.shown import show_trace
from vpd.distill.checks.voting import vote
from vpd.distill.judging import judge_trace
from vpd.distill.records import State
from vpd.distill.run_files import Asked, JudgedDraw
from vpd.distill.scenes import DatasetSettings, SceneSettings, make_scenes, read_questions
from vpd.distill.select import draws_by_question
from vpd.distill.stages import prompts_for
from vpd.engine.completers import open_completer
from vpd.engine.dispatch import Dispatcher
from vpd.engine.records import Program, Question, Trace
from vpd.engine.run import ProgramRun, run_programs
from vpd.engine.sample import Sampling, draw_programs
from vpd.engine.sandbox import Sandbox
from vpd.tools.noise import noisy
from vpd.tools.registry import Registry
from vpd.tools.toolsets import open_toolset

RATES = (0.0, 0.05, 0.10, 0.20)
SURE = 0.99
"""Share of its pictures that a right program answers right with tools that do not err."""
ALONE = ("looks", "varies", "chance", "unbeaten", "agreement", "sensitive", "views", "steps")
"""Checks that are measured one by one, each added to the paper's filter."""
MARKERS = "os^v<>DPXphd*"
"""Of the filters in the plot, one each."""


@dataclass(frozen=True, slots=True)
class Row:
    """One filter at one rate of noise."""

    name: str
    kept: int
    good: int
    """Of those kept, the ones right for the right reasons."""
    all_good: int
    wrong_step: int
    """Of those kept, the ones with a step that is not what is in the picture."""

    @property
    def precision(self) -> float:
        return self.good / self.kept if self.kept else float("nan")

    @property
    def recall(self) -> float:
        return self.good / self.all_good if self.all_good else float("nan")


def run_all(questions: Sequence[Question], draws: dict[str, list[Program]], tools: Registry) -> list[Asked]:
    """Every program on every picture, judged."""
    images: dict[tuple[str, str], dict[str, Question]] = defaultdict(dict)
    for question in questions:
        for program in draws[question.text]:
            images[program.source_sha256, program.source][question.image.sha256] = question
    runs = [ProgramRun(*key, tuple(one.image for one in asked.values())) for key, asked in images.items()]
    with Sandbox() as sandbox, Dispatcher() as dispatcher:
        traces = {(each.program, each.image_sha256): each for each in run_programs(runs, sandbox, tools, dispatcher, share=16)}
    found = []
    for question in questions:
        ran = [(program, traces[program.source_sha256, question.image.sha256]) for program in draws[question.text]]
        found.append(Asked(question, tuple(JudgedDraw(one, trace, judge_trace(question, trace)) for one, trace in ran)))
    return found


def right_programs(truth: Iterable[Asked]) -> set[tuple[str, str]]:
    """Question text and program of those that are right on nearly all pictures when no tool errs."""
    rights: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for each in truth:
        for draw in each.draws:
            rights[each.question.text, draw.program.source_sha256].append(draw.is_right)
    return {key for key, told in rights.items() if sum(told) >= SURE * len(told)}


def steps_are_right(trace: Trace, truth: Trace) -> bool:
    """Whether every call asks and gives what it does when no tool errs, in the same order."""
    calls, true_calls = trace.calls, truth.calls
    return len(calls) == len(true_calls) and all(
        same_call(one, other) and agrees(one.result, other.result) for one, other in zip(calls, true_calls, strict=True)
    )


def measure(
    rate: float,
    questions: Sequence[Question],
    draws: dict[str, list[Program]],
    truth: list[Asked],
    tools: Registry,
    critic: Critic | None = None,
) -> list[Row]:
    """All filters at one rate of noise."""
    erring = noisy(tools, drop=rate, hallucinate=rate, confuse=rate, seed=1)
    asked = run_all(questions, draws, erring)
    policy = read_policy("reasons")
    right = right_programs(truth)
    true_traces = {(each.question.id, draw.program.source_sha256): draw.trace for each in truth for draw in each.draws}
    states: dict[tuple[str, str], dict[str, State]] = {
        (each.question, each.trace): dict(each.states) for each in check_statically(asked, policy.limits)
    }
    paper = suspects(asked, read_policy("paper"))
    with Sandbox() as sandbox, Dispatcher() as dispatcher, tempfile.TemporaryDirectory() as folder:
        seen = look_again(paper, erring, sandbox, dispatcher, Path(folder), lambda _: None)
        altered = alter_and_replay(paper, erring, sandbox, lambda _: None)
        read = criticise(paper, critic, (), lambda _: None) if critic is not None else ()
        for finding in (*seen, *altered, *read):
            states[finding.question, finding.trace].update(finding.states)
    good: dict[tuple[str, str], bool] = {}
    wrong_step: dict[tuple[str, str], bool] = {}
    for each in paper:
        key = (each.question.id, each.trace.id)
        true_trace = true_traces[each.question.id, each.program.source_sha256]
        assert true_trace is not None
        wrong_step[key] = not steps_are_right(each.trace, true_trace)
        good[key] = not wrong_step[key] and (each.question.text, each.program.source_sha256) in right
    alone = ALONE if critic is None else (*ALONE, CRITIC)
    filters = [read_policy("paper"), *(Policy(name=f"+ {name}", require=(name,)) for name in alone), replace_name(policy)]
    rows = []
    for each_filter in filters:
        kept = [key for key in good if not each_filter.refusals(states[key])]
        row = Row(
            each_filter.name, len(kept), sum(good[key] for key in kept), sum(good.values()), sum(wrong_step[key] for key in kept)
        )
        rows.append(row)
    return rows


def replace_name(policy: Policy) -> Policy:
    """The default under a plain name."""
    return policy.model_copy(update={"name": "all (default)"})


def show(rate: float, rows: Sequence[Row]) -> None:
    """One table."""
    print(f"\nnoise {100 * rate:.0f} %: {rows[0].all_good} traces are right for the right reasons")
    print(f"{'filter':16} {'kept':>7} {'right reasons':>14} {'wrong step':>11} {'recall':>8}")
    for row in rows:
        share = 100 * row.wrong_step / row.kept if row.kept else float("nan")
        print(f"{row.name:16} {row.kept:7d} {100 * row.precision:12.1f} % {share:9.1f} % {100 * row.recall:6.1f} %")


def show_votes(asked: Sequence[Asked]) -> None:
    """Precision against coverage of the programs' vote, labels hidden until it is judged."""
    told = sorted(((won.share, is_right(each, won.answer)) for each in asked if (won := vote(each)) is not None), reverse=True)
    print(f"\nwithout labels, of {len(asked)} questions (tools that do not err): the most agreed answers, by coverage")
    for coverage in (0.1, 0.25, 0.5, 0.75, 0.9, 1.0):
        count = round(coverage * len(asked))
        some = told[:count]
        if len(some) == count and some:
            right = 100 * sum(right for _, right in some) / count
            print(f"  {100 * coverage:3.0f} %: {right:5.1f} % right, least share {some[-1][0]:.2f}")


def is_right(each: Asked, answer: str) -> bool:
    """Whether a draw that gave the answer was judged right."""
    return any(
        draw.is_right and draw.verdict is not None and (draw.verdict.answer or "").casefold() == answer for draw in each.draws
    )


def show_cases(asked: Sequence[Asked]) -> None:
    """What a critic would be asked about."""
    paper = suspects(asked, read_policy("paper"))
    cases = {show_trace(each.question, each.trace) for each in paper} - {None}
    size = sum(len(case or "") for case in cases) / max(1, len(cases))
    print(f"\n{len(paper)} traces with the right answer are {len(cases)} cases to a critic, of {size:.0f} characters in the mean")


def plot(tables: dict[float, list[Row]], path: Path) -> None:
    """Share with right reasons against recall, a point for each filter."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(
        1, len(tables), figsize=(3.2 * len(tables), 3.6), sharex=True, sharey=True, layout="constrained"
    )
    for axis, (rate, rows) in zip(axes, tables.items(), strict=True):
        for row, marker in zip(rows, MARKERS, strict=False):
            axis.scatter(100 * row.recall, 100 * row.precision, marker=marker, s=60, alpha=0.8, label=row.name)
        axis.set_title(f"noise {100 * rate:.0f} %")
        axis.set_xlabel("kept of the truly right, %")
    axes[0].set_ylabel("of the kept, right for the right reasons, %")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right center")
    figure.savefig(path, dpi=100)


def main() -> None:
    """All rates."""
    parser = argparse.ArgumentParser()
    recorded = Path(__file__).parents[2] / "distill" / "recorded" / "demo.jsonl"
    parser.add_argument("--llm", default=f"replay:{recorded}")
    parser.add_argument("--pictures", type=int, default=600)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--texts", type=int, default=64)
    parser.add_argument("--critic", help="a language model that reads traces with the right answer, as litellm takes it")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--votes-only", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = DatasetSettings(
            train_images=given.pictures, train_questions=given.texts, test_images=0, scene=SceneSettings(clutter=0, noise=0.0)
        )
        make_scenes(Path(folder), settings)
        questions = [question for question in read_questions(Path(folder)) if question.split == "train"]
        tools = open_toolset("scenes")
        with open_completer(given.llm, cache=cache_folder("draws")) as completer:
            prompts = prompts_for((question.text for question in questions), tools)
            sampling = Sampling(temperature=0.5, max_tokens=320, seed=0)
            draws = draws_by_question(draw_programs(prompts, completer, sampling, given.draws))
        truth = run_all(questions, draws, tools)
        pairs = sum(len(each.draws) for each in truth)
        print(f"{given.llm.rpartition('/')[2]}: {len(questions)} questions, {len(draws)} texts, {pairs} draws on pictures")
        show_votes(truth)
        show_cases(truth)
        if given.votes_only:
            return
        tables = {}
        with open_completer(given.critic, cache=cache_folder("draws")) if given.critic else nullcontext() as reader:
            for rate in RATES:
                tables[rate] = measure(rate, questions, draws, truth, tools, Critic(reader) if reader is not None else None)
                show(rate, tables[rate])
        if given.plot:
            plot(tables, given.plot)


if __name__ == "__main__":
    main()
