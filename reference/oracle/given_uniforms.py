"""Randomness from given numbers: how the golden outcomes say which way every decision goes."""

from collections.abc import Sequence

from oracle.numbers import Number, Row, total


def inverse_cdf(weights: Row, uniform: float) -> int:
    """The smallest token id whose cumulated weight is above uniform * total weight; ids ascending."""
    goal = uniform * total(weights)
    reached: Number = 0
    for token, weight in enumerate(weights):
        reached = reached + weight
        if reached > goal:
            return token
    raise ValueError("Weights without mass have no token to draw.")


class GivenUniforms:
    """Accepts node n where accepts[n] < probability, and draws after node n with draws[n + 1].

    `closest` is the smallest distance of a uniform from the value at which its decision would flip: where
    it is far above rounding, every implementation must decide alike.
    """

    def __init__(self, accepts: Sequence[float], draws: Sequence[float]) -> None:
        """Uniforms by node: accepts [nodes], draws [nodes + 1]."""
        self.accepts = accepts
        self.draws = draws
        self.closest = 1.0

    def accept(self, probability: Number, node: int) -> bool:
        """True where the node's uniform is below the probability."""
        if probability < 1:
            self.closest = min(self.closest, abs(self.accepts[node] - float(probability)))
        return self.accepts[node] < probability

    def draw(self, weights: Row, node: int) -> int:
        """The inverse of the cumulated weights at the uniform of the node's child."""
        uniform, mass = self.draws[node + 1], total(weights)
        reached: Number = 0
        for weight in weights[:-1]:
            reached = reached + weight
            if 0 < reached < mass:
                self.closest = min(self.closest, abs(float(reached / mass) - uniform))
        return inverse_cdf(weights, uniform)
