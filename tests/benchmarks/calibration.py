"""How far the programs' vote can be trusted without labels: coverage, reliability, and what calibration gains on other pictures.

Run as `python tests/benchmarks/calibration.py`, with `--pictures N`, `--seeds K` for several draws of pictures, `--noise R` for
tools that miss, invent and mix up at that rate, `--llm MODEL` for other programs than the recorded ones. The vote never sees a
label; the curve is fitted on one half of the pictures and measured on the other.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from vpd.distill.caches import cache_folder
from vpd.distill.checks.calibration import fit
from vpd.distill.checks.coverage import Voted, calibration_error, curve, reliability, unanimous, votes_of
from vpd.distill.commands.tables import show_coverage
from vpd.distill.judging import judge_trace
from vpd.distill.run_files import Asked, JudgedDraw
from vpd.distill.scenes import DatasetSettings, SceneSettings, make_scenes, read_questions
from vpd.distill.select import draws_by_question
from vpd.distill.stages import prompts_for
from vpd.engine.completers import open_completer
from vpd.engine.dispatch import Dispatcher
from vpd.engine.records import Program
from vpd.engine.run import ProgramRun, run_programs
from vpd.engine.sample import Sampling, draw_programs
from vpd.engine.sandbox import Sandbox
from vpd.tools.noise import noisy
from vpd.tools.toolsets import open_toolset

RECORDED = Path(__file__).parents[2] / "distill" / "recorded" / "demo.jsonl"


def votes(seed: int, given: argparse.Namespace) -> list[Voted]:
    """The votes on one draw of pictures."""
    tools = open_toolset("scenes")
    with tempfile.TemporaryDirectory() as folder:
        look = SceneSettings(clutter=0, noise=0.0)
        settings = DatasetSettings(train_images=given.pictures, train_questions=given.texts, test_images=0, seed=seed, scene=look)
        make_scenes(Path(folder), settings)
        questions = [question for question in read_questions(Path(folder)) if question.split == "train"]
        with open_completer(given.llm, cache=cache_folder("draws")) as completer:
            sampling = Sampling(temperature=0.5, max_tokens=320, seed=0)
            prompts = prompts_for((question.text for question in questions), tools)
            draws = draws_by_question(draw_programs(prompts, completer, sampling, given.draws))
        rate = given.noise
        seen = noisy(tools, drop=rate, hallucinate=rate, confuse=rate, seed=seed) if rate else tools
        pictures: dict[tuple[str, str], dict[str, object]] = {}
        for question in questions:
            for program in draws[question.text]:
                pictures.setdefault((program.source_sha256, program.source), {})[question.image.sha256] = question.image
        runs = [ProgramRun(*key, tuple(images.values())) for key, images in pictures.items()]  # type: ignore[arg-type]  # they are ImageRefs
        with Sandbox() as sandbox, Dispatcher() as dispatcher:
            traces = {(one.program, one.image_sha256): one for one in run_programs(runs, sandbox, seen, dispatcher, share=16)}

    def judged(program: Program, place: int) -> JudgedDraw:
        trace = traces[program.source_sha256, questions[place].image.sha256]
        return JudgedDraw(program, trace, judge_trace(questions[place], trace))

    return votes_of(
        Asked(question, tuple(judged(program, place) for program in draws[question.text]))
        for place, question in enumerate(questions)
    )


def precision_at(voted: list[Voted], coverage: float) -> float:
    """Share of right answers at the least coverage that reaches this one; NaN where none does."""
    return next((point.precision.value for point in curve(voted) if point.coverage >= coverage), float("nan"))


def main() -> None:
    """All seeds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--llm", default=f"replay:{RECORDED}")
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--texts", type=int, default=64)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--noise", type=float, default=0.0)
    given = parser.parse_args()
    errors = []
    for seed in range(given.seeds):
        voted = votes(seed, given)
        if seed == 0:
            show_coverage(voted)
        full = [f"{100 * share.value:.1f} % of {name}" for name, share in unanimous(voted).items()]
        places = {picture: place for place, picture in enumerate(sorted({each.picture for each in voted}))}
        told = [each for each in voted if each.confidence >= 0]
        here = [each for each in told if places[each.picture] % 2 == 0]
        there = [each for each in told if places[each.picture] % 2]
        fitted = fit((each.confidence, each.right) for each in here)
        after = [replace(each, confidence=fitted.chance(each.confidence)) for each in there]
        errors.append((calibration_error(reliability(there)), calibration_error(reliability(after))))
        shown = ", ".join(f"{100 * precision_at(voted, part):.1f} % at {100 * part:.0f} %" for part in (0.25, 0.5, 0.75, 0.9))
        print(f"seed {seed}: {len(voted)} questions, right: {shown}; of votes that no program is against: {', '.join(full)}")
    before, after_all = (fmean(each[side] for each in errors) for side in (0, 1))
    print(
        f"calibration error on pictures that the curve was not fitted on: {before:.3f} of the share, {after_all:.3f} calibrated"
    )


if __name__ == "__main__":
    main()
