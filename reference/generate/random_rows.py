"""Random distributions as whole-number weights: weight / sum is the same float64 in every language."""

from generate.source import Source

Weights = list[int]
KINDS = ("even", "peaked", "narrow", "one-hot", "lower half", "upper half", "uniform")


def random_weights(source: Source, vocabulary: int, kind: str) -> Weights:
    """Weights below 1,000 with a positive sum."""
    match kind:
        case "even":
            return [source.between(1, 99) for _ in range(vocabulary)]
        case "peaked":
            # Powers of uniforms: a few large ones, many small ones, some 0.
            return _some([int(1000 * source.uniform() ** 6) for _ in range(vocabulary)], source)
        case "narrow":
            return _some([source.choice([0, 0, source.between(1, 50)]) for _ in range(vocabulary)], source)
        case "one-hot":
            return _some([0] * vocabulary, source)
        case "lower half":
            return [source.between(1, 100) if 2 * token < vocabulary else 0 for token in range(vocabulary)]
        case "upper half":
            return [source.between(1, 100) if 2 * token >= vocabulary else 0 for token in range(vocabulary)]
        case "uniform":
            return [1] * vocabulary
    raise ValueError(f"There is no kind {kind}.")


def _some(weights: Weights, source: Source) -> Weights:
    if sum(weights) == 0:
        weights[source.below(len(weights))] = 1
    return weights


def probabilities(weights: Weights) -> list[float]:
    """Every weight over their sum."""
    mass = sum(weights)
    return [weight / mass for weight in weights]


def drawn_from(weights: Weights, source: Source) -> int:
    """A token in proportion to the weights."""
    place = source.below(sum(weights))
    for token, weight in enumerate(weights):
        place -= weight
        if place < 0:
            return token
    raise AssertionError("The place is below the sum.")
