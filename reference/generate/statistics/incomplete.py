"""Incomplete gamma and beta functions to any precision.

Each value is one series of positive terms (DLMF 8.7.1 and 8.17.8), summed with so many bits that the smaller tail
keeps 140 of its own.
"""

from typing import TypeAlias

from gmpy2 import exp, get_context, get_emin_min, lngamma, log, log1p, mpfr

SMALLEST = 1e-300
SPARE_BITS = 160
MOST_BITS = 3000

Number: TypeAlias = "float | mpfr"
Tails: TypeAlias = "tuple[mpfr | None, mpfr | None, mpfr]"
"""Lower tail, upper tail, density; no tail where even 3,000 bits do not tell it from 0."""


def with_bits(bits: int) -> None:
    """Sets the precision of what follows."""
    get_context().precision = bits
    get_context().emin = get_emin_min()


def gamma_tails(shape: Number, x: Number, bits: int = 256) -> Tails:
    """(P, Q, density of log X)."""
    while True:
        with_bits(bits)
        a, t = mpfr(shape), mpfr(x)
        density = exp(a * log(t) - t - lngamma(a))
        total, term, divisor = mpfr(1), mpfr(1), a
        while True:
            divisor += 1
            term *= t / divisor
            total += term
            if divisor > t and term < total * mpfr(2) ** -(bits + 4):
                break
        lower = density / a * total
        if 1 - lower > mpfr(2) ** (SPARE_BITS - bits):
            return lower, 1 - lower, density
        if bits > MOST_BITS:
            return lower, None, density
        bits *= 2


def beta_tails(a: Number, b: Number, x: Number, bits: int = 256) -> Tails:
    """(I, 1 - I, density of log(X / (1 - X))); the series is that of the side on which x lies."""
    swapped = mpfr(x) > 0.5
    while True:
        with_bits(bits)
        if swapped:
            near, density = beta_series(mpfr(b), mpfr(a), 1 - mpfr(x), bits)
        else:
            near, density = beta_series(mpfr(a), mpfr(b), mpfr(x), bits)
        far = 1 - near if 1 - near > mpfr(2) ** (SPARE_BITS - bits) else None
        if far is not None or bits > MOST_BITS:
            return (far, near, density) if swapped else (near, far, density)
        bits *= 2


def beta_series(a: mpfr, b: mpfr, x: mpfr, bits: int) -> tuple[mpfr, mpfr]:
    """I and the density."""
    density = exp(a * log(x) + b * log1p(-x) - lngamma(a) - lngamma(b) + lngamma(a + b))
    total, term, n = mpfr(1), mpfr(1), 0
    while True:
        ratio = (a + b + n) / (a + 1 + n) * x
        n += 1
        term *= ratio
        total += term
        if ratio < 0.9 and term < total * mpfr(2) ** -(bits + 4):
            return density / a * total, density


def kept(value: mpfr | None) -> float | None:
    """As a double, or None where it is smaller than what the tests promise."""
    return float(value) if value is not None and value >= SMALLEST else None


def inverse_columns(x: float, lower: mpfr | None, upper: mpfr | None, density: mpfr) -> list[float | None]:
    """The points at which the tails are the rounded ones, by Newton's step, and the condition numbers.

    The condition is probability / density, for a density of log x: how much a relative error of the probability is
    enlarged in the result. Nothing where the probability is so close to 1 that rounding it moves the point by more
    than about 1e-8.
    """
    inverses: list[float | None] = []
    conditions: list[float | None] = []
    for tail, sign in ((lower, 1), (upper, -1)):
        if tail is None or kept(tail) is None or kept(density) is None or tail / density >= 1e8:
            inverses.append(None)
            conditions.append(None)
        else:
            inverses.append(float(mpfr(x) * (1 + sign * (mpfr(float(tail)) - tail) / density)))
            conditions.append(float(tail / density))
    return inverses + conditions
