"""How logits become probabilities; every option is off unless given, and they apply in this order."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SamplingSettings:
    """One request's settings."""

    allowed: NDArray[np.bool_] | None = None
    """Tokens that may appear, [vocabulary]."""
    logit_bias: Mapping[int, float] = field(default_factory=dict)
    """Added to the logits by token; -inf forbids."""
    repetition_penalty: float = 1.0
    """CTRL (Keskar et al. 1909.05858): divides positive logits of seen tokens, multiplies negative ones."""
    frequency_penalty: float = 0.0
    """Subtracted once per occurrence."""
    presence_penalty: float = 0.0
    """Subtracted from every token seen."""
    penalty_window: float = 64
    """How many of the last tokens the penalties look at; inf is all."""
    temperature: float = 1.0
    """0 is greedy, a mode of its own."""
    top_k: int = 0
    """The k most probable tokens (0: off)."""
    typical_p: float = 1.0
    """Locally typical sampling (Meister et al. 2202.00666): mass to keep (1: off)."""
    top_p: float = 1.0
    """Nucleus sampling (Holtzman et al. 1904.09751): mass to keep (1: off)."""
    min_p: float = 0.0
    """Least share of the largest probability (Nguyen et al. 2407.01082) (0: off)."""
