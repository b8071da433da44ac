"""Block verification (Sun et al. 2403.10444): the whole draft is judged at once."""

from collections.abc import Sequence

from oracle.draft import Draft, Outcome, Randomness
from oracle.numbers import Number, Row, total
from oracle.residual import positive_part


def kept_mass(draft: Draft, target_rows: Sequence[Row]) -> list[Number]:
    """p_0 .. p_gamma: p_0 = 1, p_i = min(1, p_(i-1) * target(x_i) / draft(x_i))."""
    mass: list[Number] = [1]
    for node, token in enumerate(draft.tokens):
        mass.append(min(1, mass[-1] * target_rows[node][token] / draft.distributions[node][token]))
    return mass


def stop_probability(length: int, mass: Sequence[Number], draft: Draft, target_rows: Sequence[Row]) -> Number:
    """h_i: the probability to keep the first i tokens where no longer prefix was kept."""
    if length == len(draft.tokens):
        return mass[length]
    rest = total(positive_part(target_rows[length], draft.distributions[length], mass[length]))
    refused = 1 - mass[length]
    # 0 / 0: nothing is left over here and nothing was refused before, so the next token is certain.
    return rest / (rest + refused) if rest + refused > 0 else 1


def block(draft: Draft, target_rows: Sequence[Row], random: Randomness) -> Outcome:
    """Keep the longest prefix whose own uniform is below h; failures on the way do not end it."""
    mass = kept_mass(draft, target_rows)
    longest = 0
    for length in range(1, len(draft.tokens) + 1):
        if random.accept(stop_probability(length, mass, draft, target_rows), length - 1):
            longest = length
    accepted = tuple(range(longest))
    target = target_rows[longest]
    if longest == len(draft.tokens):
        return Outcome(accepted, random.draw(target, longest - 1), "bonus")
    weights = positive_part(target, draft.distributions[longest], mass[longest])
    return Outcome(accepted, random.draw(weights, longest - 1), "correction")
