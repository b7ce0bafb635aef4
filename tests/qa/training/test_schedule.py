import pytest
import torch

from qa.training import schedule
from qa.training.schedule import ClockSchedule


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(schedule.time, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def optimizer() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=2.0)


def rates(clock: Clock, decay: ClockSchedule, seconds: list[float]) -> list[float]:
    found = []
    for passed in seconds:
        clock.now += passed
        decay.optimizer.step()
        decay.step()
        found.append(decay.get_last_lr()[0])
    return found


def test_the_rate_rises_and_falls_with_the_time_whatever_the_steps(clock: Clock) -> None:
    decay = ClockSchedule(optimizer(), seconds=100.0)
    assert decay.get_last_lr() == [0.0]
    assert rates(clock, decay, [2.0, 2.0, 48.0, 24.0, 24.0]) == pytest.approx([1.0, 2.0, 1.0, 0.5, 0.0])
    assert decay.done == 1
    assert rates(clock, decay, [50.0]) == [0.0]


def test_a_resumed_run_has_the_rest_of_the_time(clock: Clock) -> None:
    first = ClockSchedule(optimizer(), seconds=100.0)
    rates(clock, first, [52.0])
    state = first.state_dict()
    clock.now += 9999.0  # the time between the two runs does not count
    second = ClockSchedule(optimizer(), seconds=100.0)
    second.load_state_dict(state)
    assert rates(clock, second, [5.0, 24.0]) == pytest.approx([1.0, 0.5])
