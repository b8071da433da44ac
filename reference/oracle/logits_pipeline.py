"""Logits to the distribution that a token is drawn from."""

import numpy as np
from numpy.typing import NDArray

from oracle import filters
from oracle.filters import Kept, Probabilities
from oracle.penalties import penalise
from oracle.sampling_settings import SamplingSettings


def edited_logits(logits: NDArray[np.float32], history: list[int], settings: SamplingSettings) -> NDArray[np.float64]:
    """Mask, bias and penalties, in float64."""
    edited = logits.astype(np.float64)
    if settings.allowed is not None:
        edited[~settings.allowed] = -np.inf
    for token, bias in settings.logit_bias.items():
        edited[token] += bias
    return penalise(edited, history, settings)


def softmax(logits: NDArray[np.float64]) -> Probabilities:
    """Exponentials over their sum; the largest logit is taken off first, so that none overflows."""
    weights = np.exp(logits - logits.max())
    return np.asarray(weights / weights.sum())


def keep(probabilities: Probabilities, kept: Kept) -> Probabilities:
    """The kept tokens, renormalised."""
    left = np.where(kept, probabilities, 0.0)
    return np.asarray(left / left.sum())


def greedy(logits: NDArray[np.float64]) -> Probabilities:
    """All mass on the largest logit, the lowest id where several are equal."""
    chosen = np.zeros(len(logits))
    chosen[int(np.argmax(logits))] = 1.0
    return chosen


def distribution(logits: NDArray[np.float32], history: list[int], settings: SamplingSettings) -> Probabilities:
    """The whole pipeline. Each truncation sees the distribution that the one before it left."""
    edited = edited_logits(logits, history, settings)
    if settings.temperature == 0:
        return greedy(edited)
    probabilities = softmax(edited / settings.temperature)
    if settings.top_k > 0:
        probabilities = keep(probabilities, filters.top_k(probabilities, settings.top_k))
    if settings.typical_p < 1:
        probabilities = keep(probabilities, filters.typical_p(probabilities, settings.typical_p))
    if settings.top_p < 1:
        probabilities = keep(probabilities, filters.top_p(probabilities, settings.top_p))
    if settings.min_p > 0:
        probabilities = keep(probabilities, filters.min_p(probabilities, settings.min_p))
    return probabilities
