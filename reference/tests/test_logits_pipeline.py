"""The pipeline by hand, and laws that hold for every option."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from generate.probabilities import random_logits, random_options
from generate.source import Source
from oracle.logits_pipeline import distribution
from oracle.sampling_settings import SamplingSettings


def logs(*probabilities: float) -> NDArray[np.float32]:
    return np.asarray(np.log(np.array(probabilities)), dtype=np.float32)


def after(settings: SamplingSettings, *probabilities: float) -> NDArray[np.float64]:
    return distribution(logs(*probabilities), [], settings)


def test_nothing_on_is_the_softmax() -> None:
    assert np.allclose(after(SamplingSettings(), 0.5, 0.3, 0.2), [0.5, 0.3, 0.2])


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        (SamplingSettings(top_k=2), [0.625, 0.375, 0]),
        (SamplingSettings(top_p=0.79), [0.625, 0.375, 0]),
        (SamplingSettings(top_p=0.01), [1, 0, 0]),
        (SamplingSettings(min_p=0.5), [0.625, 0.375, 0]),
        (SamplingSettings(min_p=1), [1, 0, 0]),
        (SamplingSettings(temperature=0), [1, 0, 0]),
        (SamplingSettings(temperature=0.5), [25 / 38, 9 / 38, 4 / 38]),
        # Top-k leaves 5/8 and 3/8, so a mass of 0.6 is reached by the first: each cut sees the one before.
        (SamplingSettings(top_k=2, top_p=0.6), [1, 0, 0]),
        # The entropy is 1.03 nats; the surprises are .69, 1.20, 1.61: the middle token is the typical one.
        (SamplingSettings(typical_p=0.2), [0, 1, 0]),
        (SamplingSettings(typical_p=0.4), [0.625, 0.375, 0]),
    ],
)
def test_cuts_by_hand(settings: SamplingSettings, kept: list[float]) -> None:
    assert np.allclose(after(settings, 0.5, 0.3, 0.2), kept, atol=1e-6)


def test_ties_go_to_the_lowest_id() -> None:
    assert after(SamplingSettings(temperature=0), 0.25, 0.25, 0.25, 0.25).tolist() == [1, 0, 0, 0]
    assert after(SamplingSettings(top_k=2), 0.25, 0.25, 0.25, 0.25).tolist() == [0.5, 0.5, 0, 0]


def test_edits_come_in_their_order() -> None:
    # Bias, then repetition, then frequency and presence: (1 + 3) / 2 - 2 * 0.25 - 0.5 = 1.
    logits = np.array([1, 0, -2], dtype=np.float32)
    settings = SamplingSettings(logit_bias={0: 3.0}, repetition_penalty=2, frequency_penalty=0.25, presence_penalty=0.5)
    edited = np.array([1, 0, -2 * 2 - 0.25 - 0.5])
    expected = np.exp(edited) / np.exp(edited).sum()
    assert np.allclose(distribution(logits, [0, 2, 0], settings), expected)


def test_the_window_is_the_last_tokens() -> None:
    logits = np.zeros(3, dtype=np.float32)

    def likely(window: float) -> list[bool]:
        settings = SamplingSettings(presence_penalty=1, penalty_window=window)
        masses = distribution(logits, [0, 1, 1], settings)
        return [mass == masses.max() for mass in masses]

    assert likely(0) == [True, True, True]
    assert likely(2) == [True, False, True]
    assert likely(3) == [False, False, True]
    assert likely(math.inf) == [False, False, True]


def test_what_is_forbidden_has_no_mass() -> None:
    allowed = np.array([True, False, True])
    settings = SamplingSettings(allowed=allowed, logit_bias={2: -math.inf}, temperature=3)
    assert after(settings, 0.2, 0.7, 0.1).tolist() == [1, 0, 0]


def test_every_set_of_options_gives_a_distribution_that_no_constant_moves() -> None:
    for number in range(200):
        source = Source(f"laws/{number}")
        steps = random_logits(source, 20, coarse=False)
        _, settings = random_options(source, 20)
        # Penalties scale logits, so only without them is a constant without effect.
        history: list[int] = []
        logits = (np.array(steps) / 4096).astype(np.float32)
        masses = distribution(logits, history, settings)
        moved = distribution(logits + np.float32(2), history, settings)
        assert (masses >= 0).all()
        assert abs(masses.sum() - 1) < 1e-12
        assert np.abs(masses - moved).max() < 1e-5
