"""Kolmogorov's law: of n draws by Durbin's matrix, and its limit by Kolmogorov's series."""

import math

from gmpy2 import factorial, floor, mpfr
from mpmath import mp

from generate.source import Source
from generate.statistics.incomplete import kept, with_bits
from generate.statistics.inputs import rounded, uniform
from generate.statistics.laws import collect
from generate.statistics.points import Point, Points

SIZES = [1, 2, 3, 5, 8, 10, 20, 31, 50, 75, 100, 150, 200, 300]


def kolmogorov() -> dict[str, Points]:
    """Both lists."""
    wide = [finite(rounded(z / math.sqrt(1000)), 1000, 200) for z in (0.5, 1.0, 1.6, 2.2)]
    mp.dps = 400
    return {
        "kolmogorov-smirnov": Points(
            "statistic sampleSize lower upper", [*collect("kolmogorov-smirnov", 120, random_finite), *wide]
        ),
        "kolmogorov-limit": Points("x lower upper", collect("kolmogorov-limit", 100, limit)),
    }


def random_finite(source: Source) -> Point | None:
    """Statistics that n draws can have, unless the matrix is too large."""
    size = source.choice(SIZES)
    low, high = source.choice([(0.3, 3), (0.3, 1.2), (1.5, 12)])
    statistic = rounded(uniform(source, low, high) / math.sqrt(size))
    if not 1 / (2 * size) < statistic < 1 or 2 * size * statistic > 120:
        return None
    return finite(statistic, size, 1200)


def finite(statistic: float, size: int, bits: int) -> Point:
    """One row."""
    lower = durbin(size, statistic, bits)
    return [statistic, size, kept(lower), kept(1 - lower)]


def durbin(size: int, statistic: float, bits: int) -> mpfr:
    """P(D_n < d) by Durbin's matrix (Marsaglia, Tsang & Wang 2003), its power applied to one row."""
    with_bits(bits)
    band = mpfr(size) * mpfr(statistic)
    k = int(floor(band)) + 1
    order = 2 * k - 1
    h = k - band
    inverse = [1 / factorial(i) for i in range(order + 2)]
    first = [(1 - h ** (i + 1)) * inverse[i + 1] for i in range(order)]
    first[-1] = (1 - 2 * h**order + (2 * h - 1 if h > 0.5 else 0) ** order) * inverse[order]

    def entry(i: int, j: int) -> mpfr:
        if j == 0:
            return first[i]
        return first[order - 1 - j] if i == order - 1 else inverse[i - j + 1]

    columns = [[(i, entry(i, j)) for i in range(max(0, j - 1), order)] for j in range(order)]
    row = [mpfr(0)] * order
    row[k - 1] = mpfr(1)
    for step in range(1, size + 1):
        scale = mpfr(step) / size
        row = [scale * sum((row[i] * value for i, value in column), mpfr(0)) for column in columns]
    return row[k - 1]


def limit(source: Source) -> Point:
    """The alternating series, or for small x the one that Jacobi's transformation makes of it."""
    low, high = source.choice([(0.05, 1), (0.5, 3), (3, 18)])
    x = uniform(source, low, high)
    exact = mp.mpf(x)
    if x > 0.3:
        upper = 2 * sum((-1) ** (k - 1) * mp.exp(-2 * k * k * exact**2) for k in range(1, 100))
    else:
        waves = sum(mp.exp(-((2 * k - 1) ** 2) * mp.pi**2 / (8 * exact**2)) for k in range(1, 40))
        upper = 1 - mp.sqrt(2 * mp.pi) / exact * waves
    return [x, kept(1 - upper), kept(upper)]
