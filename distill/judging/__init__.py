"""Whether an answer is right: one rule for each kind of answer, and the rule that fired stands in the verdict."""

from vpd.distill.judging.free import FreeJudge
from vpd.distill.judging.judge import judge_answer, judge_text, judge_trace
from vpd.distill.judging.reading import normalise, read_answer
from vpd.distill.judging.settings import JudgeSettings

__all__ = ["FreeJudge", "JudgeSettings", "judge_answer", "judge_text", "judge_trace", "normalise", "read_answer"]
