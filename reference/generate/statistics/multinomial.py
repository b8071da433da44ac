"""Exact multinomial p-values: all tables, in fractions."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import factorial, prod

CASES = [
    ((1, 1), (9, 3)),
    ((1, 2, 3), (4, 1, 7)),
    ((1, 1, 1), (5, 5, 2)),
    ((1, 2, 3, 4, 10), (3, 0, 1, 5, 3)),
]

Table = tuple[int, ...]


def multinomial() -> list[object]:
    """Every case under every statistic."""
    return [case(weights, observed) for weights, observed in CASES]


def case(weights: Table, observed: Table) -> dict[str, object]:
    """The chance of tables with larger statistics, and of those with no smaller ones."""
    cells = [Fraction(weight, sum(weights)) for weight in weights]
    count = sum(observed)

    def probability(table: Table) -> Fraction:
        return prod(
            (own**o / Fraction(factorial(o)) for o, own in zip(table, cells, strict=True)),
            start=Fraction(factorial(count)),
        )

    def chi_square(table: Table) -> Fraction:
        return sum(((o - count * own) ** 2 / (count * own) for o, own in zip(table, cells, strict=True)), Fraction(0))

    def g(table: Table) -> Fraction:
        # G is no fraction; its exponential, which is in the same order, is one.
        return prod(((o / (count * own)) ** o for o, own in zip(table, cells, strict=True)), start=Fraction(1))

    statistics: dict[str, Callable[[Table], Fraction]] = {
        "probability": lambda table: -probability(table),
        "chi-square": chi_square,
        "g": g,
    }
    tables = list(compositions(count, len(cells)))
    result: dict[str, object] = {"counts": observed, "probabilities": [float(own) for own in cells]}
    for name, statistic in statistics.items():
        threshold = statistic(observed)
        larger = sum((probability(table) for table in tables if statistic(table) > threshold), Fraction(0))
        equal = sum((probability(table) for table in tables if statistic(table) == threshold), Fraction(0))
        result[name] = [float(larger), float(larger + equal)]
    result["tables"] = len(tables)
    return result


def compositions(count: int, cells: int) -> Iterator[Table]:
    """All tables with that many cells and that sum."""
    if cells == 1:
        yield (count,)
        return
    for first in range(count + 1):
        for rest in compositions(count - first, cells - 1):
            yield (first, *rest)
