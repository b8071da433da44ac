"""Prints the numerical constants of src/special: the coefficients of log gamma around 2 (log-gamma-one-plus.ts)
and the Chebyshev coefficients of the complementary error function (erfc.ts).

Run: python scripts/series_coefficients.py   (needs mpmath 1.4.1)
"""

from mpmath import cos, erfc, exp, fsum, mp, mpf, pi, sqrt, zeta

mp.dps = 50


def log_gamma_coefficients(count):
    return [float((zeta(k) - 1) / k) for k in range(2, 2 + count)]


def scaled_erfc(t, centre):
    """(1 + 2x) exp(x^2) erfc(x) at x = centre (1 + t) / (1 - t), for -1 <= t < 1."""
    x = centre * (1 + t) / (1 - t)
    if x < 200:
        return (1 + 2 * x) * exp(x * x) * erfc(x)
    series = fsum((-1) ** k * mp.fac2(2 * k - 1) / (2 * x * x) ** k for k in range(8))
    return (1 + 2 * x) / (x * sqrt(pi)) * series


def erfc_coefficients(count, centre=mpf(15) / 4, nodes=120):
    angles = [pi * (j + mpf(1) / 2) / nodes for j in range(nodes)]
    values = [scaled_erfc(cos(angle), centre) for angle in angles]
    coefficients = [
        float(2 * fsum(v * cos(n * angle) for v, angle in zip(values, angles)) / nodes) for n in range(count)
    ]
    coefficients[0] /= 2
    return coefficients


print("log gamma:")
print("\n".join(f"  {c!r}," for c in log_gamma_coefficients(28)))
print("erfc:")
print("\n".join(f"  {c!r}," for c in erfc_coefficients(28)))
