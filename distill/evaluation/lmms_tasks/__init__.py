"""Task files for lmms-eval of benchmarks that it lacks, over a run's questions, scored by the official metrics."""

from vpd.distill.evaluation.lmms_tasks.write import TASKS, Written, write_tasks

__all__ = ["TASKS", "Written", "write_tasks"]
