"""The official metric of each benchmark, by the name of the variant it is, on questions and predictions."""

from vpd.distill.metrics.scores import Scores, Share
from vpd.distill.metrics.table import BENCHMARKS, METRICS, Metric, evaluate_predictions

__all__ = ["BENCHMARKS", "METRICS", "Metric", "Scores", "Share", "evaluate_predictions"]
