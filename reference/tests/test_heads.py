"""Laws of the drafting heads."""

import numpy as np
import pytest

from generate.embedded_logits import MODELS
from oracle.gguf import read_gguf
from oracle.heads import Eagle, MlpSpeculator

TOKENS = [31, 415, 926, 535]
HIDDEN = np.linspace(-2, 2, 4 * 512).reshape(4, 512)


@pytest.fixture(scope="module")
def eagle() -> Eagle:
    embedding = read_gguf(MODELS / "target.gguf").tensors["token_embd.weight"].astype(np.float64)
    return Eagle(MODELS / "eagle.gguf", embedding)


@pytest.fixture(scope="module")
def mlp() -> MlpSpeculator:
    return MlpSpeculator(MODELS / "mlp-speculator.gguf")


def test_a_step_sees_the_tokens_up_to_its_own(eagle: Eagle, mlp: MlpSpeculator) -> None:
    for before, after in (
        (eagle.steps(HIDDEN, TOKENS, [7, 8, 9]), eagle.steps(HIDDEN, TOKENS, [7, 6, 9])),
        (mlp.steps(HIDDEN[0], [5, 7, 8, 9]), mlp.steps(HIDDEN[0], [5, 7, 6, 9])),
    ):
        distances = [np.abs(left.logits - right.logits).max() for left, right in zip(before, after, strict=True)]
        assert max(distances[:2]) == 0
        assert min(distances[2:]) > 1e-3


def test_eagle_sees_every_earlier_entry(eagle: Eagle) -> None:
    whole = eagle.steps(HIDDEN, TOKENS, [])[0]
    for position in range(len(TOKENS)):
        changed = HIDDEN.copy()
        changed[position] *= -1
        assert np.abs(eagle.steps(changed, TOKENS, [])[0].logits - whole.logits).max() > 1e-6


def test_one_entry_attends_to_itself(eagle: Eagle) -> None:
    # With a single entry every weight is 1, so scores and rotation say nothing.
    fused = eagle._fused(TOKENS[0], HIDDEN[0])
    key, value = (np.full((eagle.groups, eagle.width), fill) for fill in (3.0, 0.5))
    assert np.allclose(eagle._finish(fused, 5, [key], [value]).state, eagle._finish(fused, 0, [-key], [value]).state)
