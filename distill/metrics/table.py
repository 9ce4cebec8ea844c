"""Every metric by the name of its variant, every benchmark's default, and the one way in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vpd.distill.errors import MetricError
from vpd.distill.metrics.aokvqa import score_aokvqa_choice, score_aokvqa_choice_strict, score_aokvqa_direct
from vpd.distill.metrics.exact import score_exact, score_trimmed
from vpd.distill.metrics.gqa import score_gqa_llava, score_gqa_official
from vpd.distill.metrics.memes import score_memes
from vpd.distill.metrics.mmbench import score_mmbench_circular, score_mmbench_vanilla
from vpd.distill.metrics.pope import score_pope_official, score_pope_strict
from vpd.distill.metrics.scores import Found, Pair, Scores
from vpd.distill.metrics.tallyqa import score_tallyqa_flag, score_tallyqa_kit, score_tallyqa_official
from vpd.distill.metrics.vqa import score_vqa_always, score_vqa_evalai, score_vqa_official
from vpd.engine.records import Question
from vpd.tools.errors import UnknownName

__all__ = ["BENCHMARKS", "METRICS", "Metric", "evaluate_predictions"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One scorer in use."""

    score: Callable[[Sequence[Pair]], Found]
    unit: str
    """`percent` or `share`."""
    after: str
    """The implementation whose numbers it gives."""


METRICS: dict[str, Metric] = {
    "vqa_official": Metric(score_vqa_official, "percent", "GT-Vision-Lab/VQA, vqaEval.py"),
    "vqa_always": Metric(score_vqa_always, "percent", "lmms-eval's VQA v2: vqa_official without the exception for equal answers"),
    "vqa_evalai": Metric(score_vqa_evalai, "share", "facebookresearch/mmf, m4c_evaluators.py"),
    "aokvqa_choice": Metric(score_aokvqa_choice, "percent", "allenai/aokvqa, eval_predictions.py, strict=False"),
    "aokvqa_choice_strict": Metric(score_aokvqa_choice_strict, "percent", "allenai/aokvqa, eval_predictions.py, strict=True"),
    "aokvqa_direct": Metric(score_aokvqa_direct, "percent", "allenai/aokvqa, eval_predictions.py"),
    "tallyqa_official": Metric(score_tallyqa_official, "percent", "manoja328/tallyqacode, eval_extra.py"),
    "tallyqa_flag": Metric(score_tallyqa_flag, "share", "google-research/big_vision, PaliGemma transfers, tallyqa.py"),
    "tallyqa_vlmevalkit": Metric(score_tallyqa_kit, "share", "open-compass/VLMEvalKit, TallyQA"),
    "pope_official": Metric(score_pope_official, "share", "AoiDragon/POPE, evaluate.py"),
    "pope_strict": Metric(score_pope_strict, "share", "lmms-eval, tasks/pope"),
    "mmbench_circular": Metric(score_mmbench_circular, "share", "open-compass/VLMEvalKit, mcq_circular_eval, exact matching"),
    "mmbench_vanilla": Metric(score_mmbench_vanilla, "share", "open-compass/VLMEvalKit, mcq_vanilla_eval, exact matching"),
    "gqa_official": Metric(score_gqa_official, "percent", "GQA's eval.py"),
    "gqa_llava": Metric(score_gqa_llava, "percent", "GQA's eval.py after LLaVA's convert_gqa_for_eval.py"),
    "memes_official": Metric(score_memes, "share", "scikit-learn's roc_auc_score, as facebookresearch/mmf calls it"),
    "ocrvqa_exact": Metric(score_exact, "share", "the paper's exact match; no official code is known"),
    "ocrvqa_trimmed": Metric(score_trimmed, "share", "open-compass/VLMEvalKit, OCRVQA"),
}
"""By the variant's name."""

BENCHMARKS: dict[str, tuple[str, ...]] = {
    "vqav2": ("vqa_official", "vqa_always"),
    "okvqa": ("vqa_official", "vqa_evalai"),
    "textvqa": ("vqa_evalai", "vqa_official"),
    "aokvqa-choice": ("aokvqa_choice", "aokvqa_choice_strict"),
    "aokvqa-direct": ("aokvqa_direct",),
    "tallyqa": ("tallyqa_official", "tallyqa_flag", "tallyqa_vlmevalkit"),
    "pope": ("pope_official", "pope_strict"),
    "mmbench": ("mmbench_vanilla",),
    "mmbench-circular": ("mmbench_circular",),
    "gqa": ("gqa_official", "gqa_llava"),
    "hateful-memes": ("memes_official",),
    "ocrvqa": ("ocrvqa_exact", "ocrvqa_trimmed"),
}
"""By the data set's name, its variants, the default first."""


def evaluate_predictions(
    benchmark: str,
    questions: Iterable[Question],
    predictions: Mapping[str, Any],
    *,
    variant: str | None = None,
    lenient: bool = False,
) -> Scores:
    """The score of predictions, keyed by `Question.id`, on a benchmark's questions, by its official metric unless told otherwise.

    A prediction is a text, a number, or for Hateful Memes the probability of yes. Questions that nobody answered are left out.
    Each of the others must have a prediction, as the official codes ask, unless `lenient` counts what is missing as wrong. Raises
    `UnknownName` and `MetricError`.
    """
    if benchmark not in BENCHMARKS:
        raise UnknownName("benchmark", benchmark, tuple(BENCHMARKS))
    name = variant or BENCHMARKS[benchmark][0]
    if name not in BENCHMARKS[benchmark]:
        raise UnknownName(f"variant of {benchmark}", name, BENCHMARKS[benchmark])
    every = list(questions)
    answered = [question for question in every if question.answers]
    if not answered:
        message = f"none of {len(every)} questions has an answer; predictions on this split are scored by the benchmark's server"
        raise MetricError(message)
    missing = [question for question in answered if predictions.get(question.id) is None]
    if missing and not lenient:
        lacking = f"{len(missing)} of {len(answered)} questions have no prediction, the first is {missing[0].key}"
        message = f"{lacking}; lenient scoring counts them as wrong"
        raise MetricError(message)
    found = METRICS[name].score([Pair(question, predictions.get(question.id)) for question in answered])
    return Scores(
        benchmark=benchmark,
        variant=name,
        unit=METRICS[name].unit,
        headline=found.headline,
        values=found.values,
        groups=found.groups,
        asked=len(answered),
        missing=len(missing),
        unanswered=len(every) - len(answered),
    )
