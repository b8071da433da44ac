"""What SciPy's tests make of random counts and samples."""

import numpy as np
from scipy import stats

from generate.random_rows import Weights, drawn_from
from generate.source import Source

DIGITS = 14
STATISTICS = {"chiSquare": "pearson", "g": "log-likelihood"}


def written(*values: float) -> list[float]:
    """To so many digits that another machine writes the same."""
    return [float(f"{value:.{DIGITS}g}") for value in values]


def counts_of(weights: Weights, draws: int, source: Source) -> list[int]:
    """How often each cell is drawn."""
    drawn = [drawn_from(weights, source) for _ in range(draws)]
    return [drawn.count(cell) for cell in range(len(weights))]


def one_sample() -> list[object]:
    """Counts against a law: drawn from it, and from a mixture with another."""
    cases: list[object] = []
    for size in (2, 3, 7, 20, 100):
        for others in (0, 3):
            source = Source(f"one-sample/{size}/{others}")
            law = [source.between(1, 29) for _ in range(size)]
            mixed = [7 * weight + others * source.between(1, 29) for weight in law]
            counts = counts_of(mixed, 40 * size, source)
            probabilities = [weight / sum(law) for weight in law]
            expected = np.array(probabilities) * sum(counts)
            case: dict[str, object] = {"counts": counts, "probabilities": probabilities}
            for name, power in STATISTICS.items():
                case[name] = written(*stats.power_divergence(counts, expected, lambda_=power))
            cases.append(case)
    return cases


def contingency_tables() -> list[object]:
    """Independent tables, and such with one cell too full."""
    cases: list[object] = []
    for rows, columns in ((2, 2), (2, 5), (3, 4), (6, 6)):
        for surplus in (0, 25):
            source = Source(f"tables/{rows}/{columns}/{surplus}")
            table = np.array(counts_of([1] * (rows * columns), 30 * rows * columns, source)).reshape(rows, columns)
            table[0, 0] += surplus
            case: dict[str, object] = {"table": table.tolist()}
            for name, power in STATISTICS.items():
                result = stats.chi2_contingency(table, correction=False, lambda_=power)
                case[name] = [*written(result.statistic, result.pvalue), int(result.dof)]
            cases.append(case)
    return cases


def kolmogorov_smirnov() -> list[object]:
    """A sample against the normal law, and against another sample; exact p-values."""
    cases: list[object] = []
    for first, second in ((1, 1), (5, 9), (40, 40), (60, 37)):
        for shift in (0.0, 0.6):
            source = Source(f"kolmogorov-smirnov/{first}/{second}/{shift}")
            x, y = ([round(float(stats.norm.ppf(source.uniform())), 9) for _ in range(n)] for n in (first, second))
            y = [round(value + shift, 9) for value in y]
            one = stats.ks_1samp(x, stats.norm.cdf, method="exact")
            two = stats.ks_2samp(x, y, method="exact")
            cases.append(
                {
                    "first": x,
                    "second": y,
                    "oneSample": written(one.statistic, one.pvalue),
                    "twoSample": written(two.statistic, two.pvalue),
                }
            )
    return cases
