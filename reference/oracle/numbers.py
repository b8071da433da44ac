"""The arithmetic of the rules: they run on floats, and on fractions, where a proof is an equality."""

from collections.abc import Sequence
from fractions import Fraction

Number = float | Fraction
"""One probability."""
Row = Sequence[Number]
"""One distribution over the vocabulary: probability by token id."""


def total(weights: Row) -> Number:
    """The sum, from the lowest id up; an exact 0 for no mass."""
    mass: Number = 0
    for weight in weights:
        mass = mass + weight
    return mass


def scale(weights: Row, divisor: Number) -> list[Number]:
    """Every weight over the divisor."""
    return [weight / divisor for weight in weights]
