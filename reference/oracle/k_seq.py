"""K-SEQ (Sun et al., SpecTr, 2310.15141): several independent guesses at one position."""

from collections.abc import Sequence

from oracle.draft import ROOT, Draft, Outcome, Randomness
from oracle.numbers import Number, Row, total


def overlap(target: Row, drafted: Row, division: Number) -> list[Number]:
    """min(draft, target / rho): the mass of each token that one guess brings and the rule keeps."""
    return [min(there, wanted / division) for wanted, there in zip(target, drafted, strict=True)]


def smallest_division(target: Row, drafted: Row, guesses: int) -> float:
    """The root rho in [1, k] of 1 - (1 - beta)^k = rho * beta, where beta = sum min(draft, target / rho).

    Below it the rule would keep some token more often than the target has it; above it the rule is exact
    too, and keeps less.
    """

    wanted, there = [float(mass) for mass in target], [float(mass) for mass in drafted]

    def too_small(division: float) -> bool:
        beta = total(overlap(wanted, there, division))
        return 1 - (1 - beta) ** guesses > division * beta

    low, high = 1.0, float(guesses)
    if not too_small(low):
        return low
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if too_small(middle) else (low, middle)
    return high


def left_over(target: Row, drafted: Row, division: Number, guesses: int) -> list[Number]:
    """What all refusals leave: target - min(draft, target / rho) * (1 - (1 - beta)^k) / beta."""
    kept = overlap(target, drafted, division)
    beta = total(kept)
    if beta == 0:
        return list(target)
    tries = (1 - (1 - beta) ** guesses) / beta
    return [max(wanted - mass * tries, 0) for wanted, mass in zip(target, kept, strict=True)]


def k_seq(draft: Draft, target_rows: Sequence[Row], random: Randomness) -> Outcome:
    """Keep the first guess that passes min(1, target / (rho * draft)), then go on below it.

    The children of a node are independent draws of one law, duplicates allowed.
    """
    accepted: list[int] = []
    node = ROOT
    while children := draft.children(node):
        target, drafted = target_rows[node + 1], draft.distributions[children[0]]
        division = smallest_division(target, drafted, len(children))
        for child in children:
            token = draft.tokens[child]
            if random.accept(min(1, target[token] / (division * drafted[token])), child):
                accepted.append(child)
                node = child
                break
        else:
            weights = left_over(target, drafted, division, len(children))
            return Outcome(tuple(accepted), random.draw(weights, node), "correction")
    return Outcome(tuple(accepted), random.draw(target_rows[node + 1], node), "bonus")
