"""Laws to try the rules on, in exact fractions: random ones, and the ones that break careless rules."""

from collections.abc import Callable
from fractions import Fraction
from functools import cache

from generate.source import Source
from oracle.law import History, Law


def weighted(weights: list[int]) -> list[Fraction]:
    mass = sum(weights)
    return [Fraction(weight, mass) for weight in weights]


def _law(seed: int, vocabulary: int, pick: Callable[[Source, History], list[int]]) -> Law:
    """A law whose row after a history depends on nothing but the seed and the history."""

    @cache
    def row(history: History) -> tuple[Fraction, ...]:
        weights = pick(Source(f"{seed}/{history}"), history)
        assert len(weights) == vocabulary
        return tuple(weighted(weights))

    return row


def random_law(seed: int, vocabulary: int) -> Law:
    """Weights 0 to 9, never all 0."""
    return _law(
        seed,
        vocabulary,
        lambda source, _: [source.below(10) for _ in range(vocabulary - 1)] + [1 + source.below(9)],
    )


def one_hot_law(seed: int, vocabulary: int) -> Law:
    """A point mass after every history: what a deterministic drafter reports."""

    def pick(source: Source, _: History) -> list[int]:
        chosen = source.below(vocabulary)
        return [int(token == chosen) for token in range(vocabulary)]

    return _law(seed, vocabulary, pick)


def lower_half_law(seed: int, vocabulary: int) -> Law:
    """Mass on the lower half of the ids only."""
    return _law(
        seed,
        vocabulary,
        lambda source, _: [1 + source.below(9) if token < vocabulary // 2 else 0 for token in range(vocabulary)],
    )


def upper_half_law(seed: int, vocabulary: int) -> Law:
    """Mass on the upper half of the ids only."""
    return _law(
        seed,
        vocabulary,
        lambda source, _: [1 + source.below(9) if token >= vocabulary // 2 else 0 for token in range(vocabulary)],
    )


def uniform_law(seed: int, vocabulary: int) -> Law:
    """The same mass everywhere: ties in everything."""
    return _law(seed, vocabulary, lambda *_: [1] * vocabulary)


def law_pairs(vocabulary: int) -> dict[str, tuple[Law, Law]]:
    """(target, draft) by name."""
    pairs = {f"random {seed}": (random_law(seed, vocabulary), random_law(1000 + seed, vocabulary)) for seed in range(6)}
    same = random_law(77, vocabulary)
    return pairs | {
        "equal": (same, same),
        "disjoint": (lower_half_law(1, vocabulary), upper_half_law(2, vocabulary)),
        "point masses": (one_hot_law(3, vocabulary), one_hot_law(4, vocabulary)),
        "one-hot draft": (random_law(5, vocabulary), one_hot_law(6, vocabulary)),
        "one-hot target": (one_hot_law(7, vocabulary), random_law(8, vocabulary)),
        "ties": (uniform_law(9, vocabulary), uniform_law(10, vocabulary)),
        "uniform draft": (random_law(11, vocabulary), uniform_law(12, vocabulary)),
        "narrow draft": (random_law(13, vocabulary), lower_half_law(14, vocabulary)),
        "wide draft": (upper_half_law(15, vocabulary), random_law(16, vocabulary)),
    }
