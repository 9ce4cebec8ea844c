"""One training set from the examples of several runs."""

from vpd.distill.mixing.mix import mix
from vpd.distill.mixing.settings import Balance, MixSettings, SourceChoice
from vpd.distill.mixing.training_set import TrainingSet, open_examples

__all__ = ["Balance", "MixSettings", "SourceChoice", "TrainingSet", "mix", "open_examples"]
