"""Truncation: which tokens stay. Each takes a distribution that sums to 1 and returns who is kept.

Ties go to the lower id: sorts are stable, and ids ascend.
"""

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.float64]
Kept = NDArray[np.bool_]


def top_k(probabilities: Probabilities, count: int) -> Kept:
    """The `count` most probable tokens."""
    return _chosen(np.argsort(-probabilities, kind="stable")[:count], len(probabilities))


def top_p(probabilities: Probabilities, mass: float) -> Kept:
    """The smallest set of most probable tokens with at least this mass."""
    return _until(np.argsort(-probabilities, kind="stable"), probabilities, mass)


def typical_p(probabilities: Probabilities, mass: float) -> Kept:
    """The tokens whose surprise is nearest to the entropy, until they have at least this mass."""
    present = probabilities > 0
    surprise = np.full_like(probabilities, np.inf)
    surprise[present] = -np.log(probabilities[present])
    entropy = np.sum(probabilities[present] * surprise[present])
    return _until(np.argsort(np.abs(surprise - entropy), kind="stable"), probabilities, mass)


def min_p(probabilities: Probabilities, share: float) -> Kept:
    """The tokens with at least this share of the largest probability."""
    return np.asarray(probabilities >= share * probabilities.max())


def _until(order: NDArray[np.intp], probabilities: Probabilities, mass: float) -> Kept:
    reached = np.cumsum(probabilities[order])
    enough = np.nonzero(reached >= mass)[0]
    count = enough[0] + 1 if len(enough) > 0 else len(order)
    return _chosen(order[:count], len(probabilities))


def _chosen(tokens: NDArray[np.intp], vocabulary: int) -> Kept:
    kept = np.zeros(vocabulary, dtype=np.bool_)
    kept[tokens] = True
    return kept
