"""Writes test-values/goodness-of-fit.json: test statistics and p-values from SciPy, and exact multinomial p-values by
enumeration in rational arithmetic.

Run in packages/stats, with the versions that the file names:
    python -m venv venv && venv/bin/pip install scipy numpy
    venv/bin/python scripts/make_goodness_of_fit_values.py && npx biome format --write test-values
"""

import json
import platform
from fractions import Fraction
from math import comb, factorial
from pathlib import Path

import numpy
import scipy
from scipy import stats

OUT = Path(__file__).resolve().parent.parent / "test-values" / "goodness-of-fit.json"
random_source = numpy.random.default_rng(20261124)


def law(size):
    weights = random_source.integers(1, 30, size)
    return weights / weights.sum()


def one_sample():
    cases = []
    for size in (2, 3, 7, 20, 100):
        for shift in (0.0, 0.3):
            probabilities = law(size)
            drawn = (1 - shift) * probabilities + shift * law(size)
            counts = random_source.multinomial(40 * size, drawn / drawn.sum())
            expected = probabilities * counts.sum()
            chi_square = stats.power_divergence(counts, expected, lambda_="pearson")
            g = stats.power_divergence(counts, expected, lambda_="log-likelihood")
            cases.append({"counts": counts.tolist(), "probabilities": probabilities.tolist(),
                          "chiSquare": list(map(float, chi_square)), "g": list(map(float, g))})
    return cases


def tables():
    cases = []
    for rows, columns in ((2, 2), (2, 5), (3, 4), (6, 6)):
        for dependent in (False, True):
            table = random_source.multinomial(30 * rows * columns, numpy.full(rows * columns, 1 / rows / columns))
            table = table.reshape(rows, columns)
            if dependent:
                table[0, 0] += 25
            result = {"table": table.tolist()}
            for name, power in (("chiSquare", "pearson"), ("g", "log-likelihood")):
                statistic, p_value, degrees, _ = stats.chi2_contingency(table, correction=False, lambda_=power)
                result[name] = [float(statistic), float(p_value), int(degrees)]
            cases.append(result)
    return cases


def kolmogorov_smirnov():
    cases = []
    for first, second in ((1, 1), (5, 9), (40, 40), (60, 37)):
        for shift in (0.0, 0.6):
            x = random_source.normal(size=first)
            y = random_source.normal(size=second) + shift
            one = stats.ks_1samp(x, stats.norm.cdf, method="exact")
            two = stats.ks_2samp(x, y, method="exact")
            cases.append({"first": x.tolist(), "second": y.tolist(),
                          "oneSample": [float(one.statistic), float(one.pvalue)],
                          "twoSample": [float(two.statistic), float(two.pvalue)]})
    return cases


def compositions(count, cells):
    if cells == 1:
        yield (count,)
        return
    for first in range(count + 1):
        for rest in compositions(count - first, cells - 1):
            yield (first, *rest)


def probability(table, cells):
    chance = Fraction(factorial(sum(table)))
    for observed, own in zip(table, cells):
        chance *= own**observed / Fraction(factorial(observed))
    return chance


def multinomial():
    """Larger and at-least-as-large chances; statistics that are not rational are compared as products."""
    cases = []
    for weights, observed in (((1, 1), (9, 3)), ((1, 2, 3), (4, 1, 7)), ((1, 1, 1), (5, 5, 2)), ((1, 2, 3, 4, 10), (3, 0, 1, 5, 3))):
        cells = [Fraction(weight, sum(weights)) for weight in weights]
        count = sum(observed)

        def chi_square(table):
            return sum((o - count * own) ** 2 / (count * own) for o, own in zip(table, cells))

        def g(table):
            product = Fraction(1)
            for o, own in zip(table, cells):
                product *= (Fraction(o) / (count * own)) ** o
            return product

        result = {"counts": list(observed), "probabilities": [float(own) for own in cells]}
        for name, key in (("probability", lambda table: -probability(table, cells)), ("chi-square", chi_square), ("g", g)):
            threshold = key(observed)
            larger = sum(probability(t, cells) for t in compositions(count, len(cells)) if key(t) > threshold)
            equal = sum(probability(t, cells) for t in compositions(count, len(cells)) if key(t) == threshold)
            result[name] = [float(larger), float(larger + equal)]
        result["tables"] = comb(count + len(cells) - 1, len(cells) - 1)
        cases.append(result)
    return cases


if __name__ == "__main__":
    document = {
        "madeBy": "scripts/make_goodness_of_fit_values.py",
        "versions": {"python": platform.python_version(), "scipy": scipy.__version__, "numpy": numpy.__version__},
        "oneSample": one_sample(),
        "tables": tables(),
        "kolmogorovSmirnov": kolmogorov_smirnov(),
        "multinomial": multinomial(),
    }
    OUT.write_text(json.dumps(document) + "\n")
