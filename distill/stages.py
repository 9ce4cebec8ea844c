"""The stages of a run in their order, each from the records of those before it to its own file."""

from collections.abc import Callable, Iterable
from pathlib import Path

from vpd.distill.build import build_examples
from vpd.distill.checks.altering import ALTERING_BATTERY, alter_and_replay
from vpd.distill.checks.candidates import suspects
from vpd.distill.checks.looking_again import look_again, views_battery
from vpd.distill.checks.policy import Policy, read_policy
from vpd.distill.grid import Grid
from vpd.distill.judging import FreeJudge, JudgeSettings, judge_trace
from vpd.distill.rationales.rewriting import Rewriter
from vpd.distill.rationales.template import TEMPLATE
from vpd.distill.rationales.writing import Telling, write_rationales
from vpd.distill.records import Finding, Rationale, TrainingExample, Verdict
from vpd.distill.run_directory import RunDirectory, write_text
from vpd.distill.run_files import read_run
from vpd.distill.select import chosen, draws_by_question, traces_of
from vpd.distill.settings import RunSettings
from vpd.engine.completer import Completer
from vpd.engine.dispatch import Dispatcher
from vpd.engine.prompt import make_prompt
from vpd.engine.records import Isolation, Program, Prompt, Question, Trace
from vpd.engine.run import ProgramRun, run_programs
from vpd.engine.sample import Sampling, draw_programs
from vpd.engine.sandbox import Sandbox
from vpd.engine.text_cache import TextCache
from vpd.prompts.render import write_program_prompt
from vpd.tools.noise import noisy
from vpd.tools.registry import Registry
from vpd.tools.toolsets import open_toolset
from vpd.tools.views import View

__all__ = ["add_questions", "alter", "build", "explain", "judge", "look", "prompts_for", "run_draws", "sample"]

Advance = Callable[[str], None]
"""Told the outcome of each item as it is done."""


def add_questions(run: RunDirectory, questions: Iterable[Question]) -> int:
    """Put questions at the start of the run; how many it holds."""
    with run.journal(Question) as journal:
        for question in questions:
            journal.append(question)
        return len(journal.records)


def tools_of(settings: RunSettings) -> Registry:
    """The tools that a run's programs call, erring on purpose where its settings say so."""
    tools = open_toolset(settings.toolset)
    rate = settings.noise
    return noisy(tools, drop=rate, hallucinate=rate, confuse=rate, seed=settings.seed) if rate else tools


def prompts_for(texts: Iterable[str], tools: Registry) -> list[tuple[str, Prompt]]:
    """One prompt for each distinct question text, in the order in which they first come."""
    return [(text, make_prompt("program", write_program_prompt(text, tools))) for text in dict.fromkeys(texts)]


def sample(run: RunDirectory, completer: Completer, advance: Advance, *, workers: int | None = None) -> None:
    """Draw programs for every distinct question text, from the model that the run's settings name."""
    settings = run.settings
    tools = tools_of(settings)
    prompts = prompts_for((question.text for question in run.read(Question)), tools)
    sampling = Sampling(temperature=settings.temperature, max_tokens=settings.max_tokens, seed=settings.draw_seed)
    with run.journal(Program) as journal:
        draws = draw_programs(prompts, completer, sampling, settings.draws, done=journal, workers=workers)
        for program in draws:
            journal.append(program)
            advance("recorded" if program.replayed else "cached" if program.cached else "drawn")


def run_draws(run: RunDirectory, advance: Advance, *, cache: Path | None = None, workers: int = 2, share: int = 1) -> None:
    """Run every distinct program on every picture that its question is asked of."""
    tools = tools_of(run.settings)
    draws = draws_by_question(run.read(Program))
    images: dict[tuple[str, str], dict[str, None]] = {}
    refs = {}
    for question in run.read(Question):
        refs[question.image.sha256] = question.image
        for program in draws.get(question.text, []):
            images.setdefault((program.source_sha256, program.source), {})[question.image.sha256] = None
    runs = [
        ProgramRun(program, source, tuple(refs[digest] for digest in digests)) for (program, source), digests in images.items()
    ]
    with (
        Sandbox(require=Isolation(run.settings.isolation)) as sandbox,
        Dispatcher(TextCache(cache) if cache else None) as dispatcher,
        run.journal(Trace) as journal,
    ):
        for trace in run_programs(runs, sandbox, tools, dispatcher, done=journal, workers=workers, share=share):
            journal.append(trace)
            advance(trace.failure.stage.value if trace.failure else "answered")


def judge(run: RunDirectory, advance: Advance, settings: JudgeSettings | None = None, free: FreeJudge | None = None) -> None:
    """A verdict for every trace on every question it was run for, from stored traces alone.

    Verdicts that were judged otherwise are replaced: one trace has one verdict on one question. `free` reads answers that are
    sentences; without it those that are no label word for word stay unknown.
    """
    tools = tools_of(run.settings)
    draws = draws_by_question(run.read(Program))
    traces = {trace.id: trace for trace in run.read(Trace)}
    found: set[str] = set()
    with run.journal(Verdict) as journal:
        for question in run.read(Question):
            for trace in dict.fromkeys(traces_of(question, draws.get(question.text, []), tools)):
                if trace in traces:
                    verdict = judge_trace(question, traces[trace], settings or JudgeSettings(), free)
                    found.add(verdict.id)
                    if verdict.id not in journal:
                        journal.append(verdict)
                        advance(verdict.outcome.value)
        kept = [verdict for verdict in journal.records.values() if verdict.id in found]
        is_mixed = len(kept) < len(journal.records)
    if is_mixed:
        write_text(run.file(Verdict), "".join(verdict.to_line() + "\n" for verdict in kept))


def look(
    run: RunDirectory, policy: Policy, advance: Advance, *, cache: Path | None = None, workers: int = 2, share: int = 16
) -> None:
    """Run again, on changed pictures, what the policy would teach, and keep what the checks `views` and `steps` find.

    The changed pictures are in the run's folder `views`.
    """
    battery = views_battery(tuple(View))
    with (
        run.journal(Finding) as journal,
        Sandbox(require=Isolation(run.settings.isolation)) as sandbox,
        Dispatcher(TextCache(cache) if cache else None) as dispatcher,
    ):
        left = [
            each
            for each in suspects(read_run(run.path).asked, policy)
            if Finding.id_for(question=each.question.id, trace=each.trace.id, battery=battery) not in journal
        ]
        tools = tools_of(run.settings)
        folder = run.path / "views"
        for finding in look_again(left, tools, sandbox, dispatcher, folder, advance, workers=workers, share=share):
            journal.append(finding)


def alter(run: RunDirectory, policy: Policy, advance: Advance) -> None:
    """Replay what the policy would teach with results altered, and keep what the check `sensitive` finds. No tool runs."""
    with run.journal(Finding) as journal, Sandbox(require=Isolation(run.settings.isolation)) as sandbox:
        left = [
            each
            for each in suspects(read_run(run.path).asked, policy)
            if Finding.id_for(question=each.question.id, trace=each.trace.id, battery=ALTERING_BATTERY) not in journal
        ]
        for finding in alter_and_replay(left, tools_of(run.settings), sandbox, advance):
            journal.append(finding)


def explain(
    run: RunDirectory,
    advance: Advance,
    policies: Iterable[Policy] = (),
    *,
    draws: int | None = None,
    grid: Grid | None = None,
    rewriter: Rewriter | None = None,
    wanted: Callable[[Question], bool] = lambda _question: True,
) -> None:
    """Tell, of each training question that is wanted, the traces that each policy chooses; none named means the run's own.

    `draws` looks at the first so many programs of each text only. `grid` None is the run's. A `rewriter` words what the template
    tells. Each rationale is held against its trace. A policy may choose several differing traces of a question: each is told.
    """
    grid = grid or Grid(run.settings.grid_style, run.settings.grid_steps)
    questions = {question.id: question for question in run.read(Question) if question.split == "train" and wanted(question)}
    tellings = (
        Telling(questions[question], candidate.trace, candidate.verdict)
        for policy in policies or (read_policy(run.settings.policy),)
        for question, candidates in chosen(run, policy, draws).items()
        for candidate in (candidates if question in questions else ())
    )
    with run.journal(Rationale) as journal:
        for rationale in write_rationales(tellings, grid, rewriter, journal, advance):
            journal.append(rationale)


def build(run: RunDirectory, advance: Advance, *, writer: str | None = None) -> None:
    """Answer and rationale examples of the training questions, under the run's policy; `writer` as in `examples_under`."""
    with run.journal(TrainingExample) as journal:
        for example in examples_under(run, read_policy(run.settings.policy), writer=writer):
            if example.id not in journal:
                journal.append(example)
                advance(example.teaches.value)


def examples_under(
    run: RunDirectory, policy: Policy, draws: int | None = None, *, labelled: bool = True, writer: str | None = None
) -> Iterable[TrainingExample]:
    """The training examples that a policy gives, of all draws or the first so many; what it chooses must have been told.

    Of a trace that was told more than once the last telling is taught; one that says something unfounded never is. A `writer` has
    its own tellings taught, and the template's where there is none. Not `labelled` passes over the labels that the run knows, as
    if nobody had given one.
    """
    founded = [rationale for rationale in run.read(Rationale) if not rationale.unfounded]
    if writer is not None:
        founded = [each for told_by in (TEMPLATE, writer) for each in founded if each.told_by == told_by]
    told = {(rationale.question, rationale.trace): rationale for rationale in founded}
    rationales = {
        question: [told[question, each.verdict.trace] for each in candidates if (question, each.verdict.trace) in told]
        for question, candidates in chosen(run, policy, draws).items()
    }
    questions = (question for question in run.read(Question) if question.split == "train")
    return build_examples(questions if labelled else (each.model_copy(update={"answers": ()}) for each in questions), rationales)
