import math

import pytest
import torch
from torch import Tensor

from qa.training.batches import NONE
from qa.training.loss import span_loss


def loss(start_logits: Tensor, end_logits: Tensor, answers: list[list[int]], allowed: list[int]) -> float:
    """The loss of one window of which a model says so."""
    return float(
        span_loss(start_logits[None], end_logits[None], torch.tensor([answers]), torch.tensor([allowed]).bool())
    )


EVEN = torch.zeros(4)
ALL = [1, 1, 1, 1]


def test_the_loss_is_the_mean_over_first_and_last_token() -> None:
    sure = torch.tensor([0.0, 0.0, 0.0, 50.0])
    assert loss(EVEN, EVEN, [[2, 3]], ALL) == pytest.approx(math.log(4))
    assert loss(EVEN, sure, [[2, 3]], ALL) == pytest.approx(math.log(4) / 2)


def test_question_and_padding_do_not_compete() -> None:
    loud = torch.tensor([0.0, 50.0, 0.0, 50.0])  # token 1 is of the question, token 3 padding
    assert loss(loud, loud, [[2, 2]], [1, 0, 1, 0]) == pytest.approx(math.log(2))


def test_any_annotator_is_right() -> None:
    sure = torch.tensor([0.0, 50.0, 0.0, 0.0])
    assert loss(sure, sure, [[1, 1], [2, 3]], ALL) == pytest.approx(0.0, abs=1e-6)
    # Of 16 spans two are right.
    assert loss(EVEN, EVEN, [[1, 1], [2, 3]], ALL) == pytest.approx(math.log(8) / 2)


def test_missing_annotators_do_not_count() -> None:
    assert loss(EVEN, EVEN, [[2, 3], [NONE, NONE]], ALL) == pytest.approx(math.log(4))


def test_gradients_stay_finite_where_annotators_are_missing() -> None:
    logits = torch.zeros(1, 4, requires_grad=True)
    span_loss(logits, logits, torch.tensor([[[2, 3], [NONE, NONE]]]), torch.tensor([[1, 0, 1, 1]]).bool()).backward()
    assert torch.isfinite(logits.grad).all()  # type: ignore[arg-type]
