"""Penalties for tokens that were there before."""

import numpy as np
from numpy.typing import NDArray

from oracle.sampling_settings import SamplingSettings


def penalise(logits: NDArray[np.float64], history: list[int], settings: SamplingSettings) -> NDArray[np.float64]:
    """Repetition, then frequency, then presence, over the last `penalty_window` tokens."""
    window = history[max(0, len(history) - int(min(settings.penalty_window, len(history)))) :]
    edited = logits.copy()
    for token in sorted(set(window)):
        logit = edited[token]
        logit = logit / settings.repetition_penalty if logit > 0 else logit * settings.repetition_penalty
        edited[token] = logit - settings.frequency_penalty * window.count(token) - settings.presence_penalty
    return edited
