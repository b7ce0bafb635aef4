"""Fine-tuning a reader on one's own labelled questions."""

from qa.training.run import train
from qa.training.settings import Progress, TrainingProgress, TrainingResult, TrainingSettings

__all__ = ["Progress", "TrainingProgress", "TrainingResult", "TrainingSettings", "train"]
