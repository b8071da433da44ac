"""Laws of the forward pass, and the embedded models in float32."""

import json
from pathlib import Path

import numpy as np
import pytest

from generate.embedded_logits import MODELS
from generate.store import FOLDER
from oracle.load_model import load_gguf, load_hugging_face
from oracle.transformer import Transformer, rms_norm, silu, softmax
from tests.tiny_llama import hugging_face_tensors, write_hugging_face

TOKENS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]


@pytest.fixture
def model(tmp_path: Path) -> Transformer:
    tensors = hugging_face_tensors(5, biases=True)
    return load_hugging_face(*write_hugging_face(tmp_path, "qwen2", tensors, "F32"), np.float64)


def test_a_token_changes_nothing_before_it(model: Transformer) -> None:
    changed = [*TOKENS[:6], 39, *TOKENS[7:]]
    before, after = model.logits(TOKENS), model.logits(changed)
    assert np.abs(before[:6] - after[:6]).max() < 1e-12
    assert (np.abs(before[6:] - after[6:]).max(axis=-1) > 1e-6).all()


def test_positions_matter(model: Transformer) -> None:
    # The last row sees the same tokens in another order.
    swapped = [TOKENS[1], TOKENS[0], *TOKENS[2:]]
    assert np.abs(model.logits(TOKENS)[-1] - model.logits(swapped)[-1]).max() > 1e-4


def test_rotary_scores_depend_on_the_distance_alone(model: Transformer) -> None:
    # RoFormer, equation 16: the product of two turned vectors is a function of their distance.
    vectors = np.linspace(-1, 1, 8)[None, None, :] * np.ones((1, 20, 1))
    turned = model._rotate(vectors)[0]
    scores = turned @ turned.T
    for distance in range(20):
        diagonal = np.diagonal(scores, distance)
        assert np.abs(diagonal - diagonal[0]).max() < 1e-12


def test_the_parts_by_hand() -> None:
    rows = np.array([[3.0, 4.0]])
    assert np.allclose(rms_norm(rows, np.array([1.0, 2.0]), 0.0), rows / np.sqrt(12.5) * [1, 2])
    assert np.allclose(silu(np.array([0.0, 1.0])), [0, 1 / (1 + np.exp(-1))])
    assert np.allclose(softmax(np.array([0.0, np.log(3), -np.inf])), [0.25, 0.75, 0])


@pytest.mark.parametrize("name", ["draft", "target"])
def test_float32_is_the_float64_of_the_fixtures_up_to_rounding(name: str) -> None:
    model = load_gguf(MODELS / f"{name}.gguf", np.float32)
    prompts = json.loads((FOLDER / f"logits-{name}.json").read_text())["prompts"]
    largest = 0.0
    for prompt in prompts[::7]:
        logits = model.logits(prompt["tokens"])
        assert logits.dtype == np.float32
        for row in prompt["rows"]:
            for token, logit in row["top"] + row["sampled"]:
                largest = max(largest, abs(float(logits[row["position"], token]) - logit))
    assert largest < 2e-4
