"""Random arguments. Rounded, so that they are the same doubles whatever library raised the powers."""

import math

from generate.source import Source


def rounded(value: float) -> float:
    """To 12 significant digits."""
    return float(f"{value:.12g}")


def log_uniform(source: Source, low: float, high: float) -> float:
    """Between low and high, every factor alike."""
    return rounded(math.exp(math.log(low) + source.uniform() * (math.log(high) - math.log(low))))


def uniform(source: Source, low: float, high: float) -> float:
    """Between low and high."""
    return rounded(low + source.uniform() * (high - low))


def near(source: Source, centre: float, low: float, high: float) -> float:
    """A distance from low to high away from the centre, on either side."""
    return centre + source.choice([-1, 1]) * log_uniform(source, low, high)
