"""The loss of a span reader."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import log_softmax

from qa.training.batches import NONE


def span_loss(start_logits: Tensor, end_logits: Tensor, answers: Tensor, allowed: Tensor) -> Tensor:
    """Mean negative log likelihood of the answers, in nats a border, over [CLS] and the passage alone.

    The logits are (windows, tokens), `answers` and `allowed` as `Collator` makes them. Where annotators marked
    different spans, the likelihood is that of any of them: the model may settle on one, and is not pulled to and fro
    (after Clark and Gardner 2018, who sum over all places of an answer).
    """
    starts = log_softmax(start_logits.float().masked_fill(~allowed, -torch.inf), dim=1)
    ends = log_softmax(end_logits.float().masked_fill(~allowed, -torch.inf), dim=1)
    first, last = answers.clamp(min=0).unbind(dim=2)
    likelihoods = starts.gather(1, first) + ends.gather(1, last)
    likelihoods = likelihoods.masked_fill(answers[:, :, 0] == NONE, -torch.inf)
    return -likelihoods.logsumexp(dim=1).mean() / 2
