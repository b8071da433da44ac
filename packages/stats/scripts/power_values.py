"""Noncentral chi-square values by mpmath, and power values by SciPy. Writes test-values/power.json.

Run: python scripts/power_values.py (in packages/stats; needs scipy and mpmath).
"""
import json
import pathlib

import mpmath
import scipy
from mpmath import mp, mpf
from scipy import optimize, stats

mp.dps = 50


def tails(x, degrees, noncentrality):
    """Both tails as Poisson mixtures of chi-square tails, each summed directly at 50 digits."""
    mean = mpf(noncentrality) / 2
    lower = mpf(0)
    upper = mpf(0)
    weight = mpmath.exp(-mean)
    shape = mpf(degrees) / 2
    half = mpf(x) / 2
    # x^shape e^-x / Gamma(shape + 1), the difference of neighbouring gamma tails.
    step = mpmath.exp(shape * mpmath.log(half) - half - mpmath.loggamma(shape + 1))
    below = mpmath.gammainc(shape, 0, half, regularized=True)
    above = mpmath.gammainc(shape, half, mpmath.inf, regularized=True)
    j = 0
    while True:
        lower += weight * below
        upper += weight * above
        # Lost digits of `below` would show where it becomes tiny: start afresh there.
        below -= step
        above += step
        j += 1
        weight *= mean / j
        step *= half / (shape + j)
        if below < mpf(10) ** -20:
            below = mpmath.gammainc(shape + j, 0, half, regularized=True)
        if j > mean and weight < mpf(10) ** -60 * min(upper, 1) and weight * below < mpf(10) ** -60 * lower:
            return lower, upper


law = []
for degrees, noncentrality, points in [
    (1, 0.01, [1e-6, 0.3, 5, 60]),
    (3, 7.5, [0.001, 1, 10.9, 40, 300]),
    (0.5, 2, [0.01, 2, 30]),
    (20, 1e-8, [2, 20, 90]),
    (99, 30, [20, 80, 129, 200, 600]),
    (499, 120, [300, 550, 619, 800]),
    (4, 1000, [300, 800, 1004, 1300, 3000]),
    (2, 10000, [7000, 9800, 10002, 11000]),
]:
    for x in points:
        lower, upper = tails(x, degrees, noncentrality)
        law.append(
            {
                "x": x,
                "degreesOfFreedom": degrees,
                "noncentrality": noncentrality,
                "cdf": float(lower),
                "survival": float(upper),
            }
        )

required = []
for degrees, alpha, power in [(1, 0.05, 0.8), (3, 0.05, 0.8), (19, 0.01, 0.9), (99, 0.001, 0.95), (499, 1e-6, 0.99)]:
    critical = stats.chi2.isf(alpha, degrees)
    value = optimize.brentq(lambda n: stats.ncx2.sf(critical, degrees, n) - power, 1e-3, 5000, xtol=1e-11, rtol=1e-13)
    required.append({"degreesOfFreedom": degrees, "alpha": alpha, "power": power, "noncentrality": value})

path = pathlib.Path(__file__).parent.parent / "test-values" / "power.json"
path.write_text(
    json.dumps(
        {
            "source": f"scripts/power_values.py, mpmath {mpmath.__version__}, SciPy {scipy.__version__}",
            "noncentralChiSquare": law,
            "requiredNoncentrality": required,
        },
        indent=1,
    )
    + "\n"
)
