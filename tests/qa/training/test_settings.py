import pytest

from index.errors import InputRejected
from qa.training import TrainingSettings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("batch_size", 0),
        ("learning_rate", 0.0),
        ("learning_rate", 4),
        ("stride", 193),
        ("stride", -1),
        ("max_tokens", 31),
        ("seed", -1),
        ("seed", 2**32),
        ("minutes", 0.0),
        ("longest_context", 0),
        ("negatives", 1.1),
        ("titles", -0.1),
        ("typed", 2.0),
        ("base_share", 1.5),
        ("checkpoint_minutes", -1.0),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(InputRejected, match=str(value)):
        TrainingSettings(**{name: value})  # type: ignore[arg-type]
