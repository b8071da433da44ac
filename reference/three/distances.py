"""How far two implementations are apart."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]


def log_law(rows: Rows) -> Rows:
    """Natural logs of the softmax of every row."""
    shifted = rows - rows.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def logits_distance(first: Rows, second: Rows) -> dict[str, float]:
    """Over rows of logits [positions, vocabulary]; divergences KL(first || second) in nats."""
    difference = np.abs(first - second)
    ours, theirs = log_law(first), log_law(second)
    divergences = (np.exp(ours) * (ours - theirs)).sum(axis=-1)
    return {
        "largest": float(difference.max()),
        "mean": float(difference.mean()),
        "meanDivergence": float(divergences.mean()),
        "largestDivergence": float(divergences.max()),
        "sameArgmax": float(np.mean(first.argmax(axis=-1) == second.argmax(axis=-1))),
    }


def common_length(first: Sequence[int], second: Sequence[int]) -> int | None:
    """Tokens before the first difference; None where there is none."""
    for length, (ours, theirs) in enumerate(zip(first, second, strict=False)):
        if ours != theirs:
            return length
    return None if len(first) == len(second) else min(len(first), len(second))


def joint_law(row: Rows, firsts: Sequence[int], following: Rows) -> Rows:
    """The law of two tokens: a cell for every second token after each of `firsts`, and one for all other firsts."""
    law = np.exp(log_law(row[None])[0])
    listed = law[list(firsts)]
    cells = listed[:, None] * np.exp(log_law(following))
    return np.append(cells.reshape(-1), 1 - listed.sum())


def total_variation(first: Rows, second: Rows) -> float:
    """Half the sum of the absolute differences."""
    return float(np.abs(first - second).sum() / 2)
