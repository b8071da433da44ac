"""Writes test-values/*.json: reference values of the special functions and distributions, to 50 digits or more
and then rounded to the nearest double. Arguments are exact doubles.

Every incomplete gamma and beta value is one series of positive terms, summed with enough digits that its
complement keeps 40 of them. Inverses start from the point and move it by Newton's method at that precision, so
that they belong to the rounded probability that the file holds.

Run in packages/stats, with the versions that the files name:
    python -m venv venv && venv/bin/pip install mpmath gmpy2 scipy numpy
    venv/bin/python scripts/make_test_values.py && npx biome format --write test-values
"""

import json
import math
import platform
import random
from pathlib import Path

import gmpy2
import mpmath
import scipy
import scipy.stats
from gmpy2 import mpfr
from mpmath import mp

OUT = Path(__file__).resolve().parent.parent / "test-values"
VERSIONS = {
    "python": platform.python_version(),
    "mpmath": mpmath.__version__,
    "gmpy2": gmpy2.version(),
    "scipy": scipy.__version__,
}
SMALLEST = 1e-300
CORNER_TARGETS = (1e-299, 1e-150, 1e-20, 1e-3, 0.5)
random_source = random.Random(20261124)


def write(name, columns, points):
    document = {"madeBy": "scripts/make_test_values.py", "versions": VERSIONS, "columns": columns, "points": points}
    (OUT / f"{name}.json").write_text(json.dumps(document) + "\n")
    print(name, len(points))


def log_uniform(low, high):
    return math.exp(random_source.uniform(math.log(low), math.log(high)))


def with_bits(bits):
    gmpy2.get_context().precision = bits
    gmpy2.get_context().emin = gmpy2.get_emin_min()


# --- incomplete gamma and beta to any precision


def gamma_tails(shape, x, bits=256):
    """(P, Q, density of log X); repeats with more bits until the smaller tail has 140 of its own."""
    while True:
        with_bits(bits)
        a, t = mpfr(shape), mpfr(x)
        density = gmpy2.exp(a * gmpy2.log(t) - t - gmpy2.lngamma(a))
        total, term, divisor = mpfr(1), mpfr(1), a
        while True:
            divisor += 1
            term *= t / divisor
            total += term
            if divisor > t and term < total * mpfr(2) ** -(bits + 4):
                break
        lower = density / a * total
        upper = 1 - lower
        if upper > mpfr(2) ** -(bits - 160):
            return lower, upper, density
        if bits > 3000:
            return lower, None, density
        bits = bits * 2


def beta_tails(a, b, x, bits=256):
    """(I, 1 - I, density of log(X / (1 - X))) for an exact x, a double or an mpfr."""
    if mpfr(x) > 0.5:
        while True:
            with_bits(bits)
            y = 1 - mpfr(x)
            lower, upper, density = beta_tails_series(b, a, y, bits)
            if upper > mpfr(2) ** -(bits - 160):
                return upper, lower, density
            if bits > 3000:
                return None, lower, density
            bits *= 2
    while True:
        with_bits(bits)
        lower, upper, density = beta_tails_series(a, b, mpfr(x), bits)
        if upper > mpfr(2) ** -(bits - 160):
            return lower, upper, density
        if bits > 3000:
            return lower, None, density
        bits *= 2


def beta_tails_series(a, b, x, bits):
    a, b = mpfr(a), mpfr(b)
    log_beta = gmpy2.lngamma(a) + gmpy2.lngamma(b) - gmpy2.lngamma(a + b)
    density = gmpy2.exp(a * gmpy2.log(x) + b * gmpy2.log1p(-x) - log_beta)
    total, term, n = mpfr(1), mpfr(1), 0
    small = mpfr(2) ** -(bits + 4)
    while True:
        ratio = (a + b + n) / (a + 1 + n) * x
        n += 1
        term *= ratio
        total += term
        if ratio < 0.9 and term < total * small:
            break
    lower = density / a * total
    return lower, 1 - lower, density


def kept(value):
    """As a double, or None where it is outside what the tests promise."""
    return float(value) if value is not None and value >= SMALLEST else None


# --- the files


def special():
    mp.dps = 50
    points = []
    for _ in range(300):
        x = random_source.choice(
            [log_uniform(1e-3, 1e6), 1 + random_source.uniform(-1, 1) * log_uniform(1e-12, 0.5),
             2 + random_source.uniform(-1, 1) * log_uniform(1e-12, 1), log_uniform(1e-300, 1e300)])
        points.append([x, float(mp.loggamma(mp.mpf(x)))])
    write("log-gamma", ["x", "logGamma"], points)

    points = []
    for _ in range(300):
        a, b = log_uniform(1e-3, 1e6), log_uniform(1e-3, 1e6)
        value = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(mp.mpf(a) + mp.mpf(b))
        # log B passes through 0: there the error is compared with the change that a and b bring along.
        sensitivity = abs(a * (mp.digamma(a) - mp.digamma(mp.mpf(a) + b))) + abs(
            b * (mp.digamma(b) - mp.digamma(mp.mpf(a) + b)))
        points.append([a, b, float(value), float(sensitivity / abs(value))])
    write("log-beta", ["a", "b", "logBeta", "condition"], points)

    points = []
    for _ in range(200):
        n = int(log_uniform(1, 1e9))
        k = random_source.choice([random_source.randint(0, n), min(n, int(log_uniform(1, n + 1))), 1, n])
        value = mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1)
        points.append([n, k, float(mp.loggamma(n + 1)), float(value)])
    write("log-binomial-coefficient", ["n", "k", "logFactorialN", "logBinomialCoefficient"], points)

    points = []
    for _ in range(300):
        x = random_source.choice([log_uniform(1e-300, 1), random_source.uniform(0, 6), random_source.uniform(6, 26)])
        points.append([x, float(mp.erf(x)), float(mp.erfc(x))])
    write("erf", ["x", "erf", "erfc"], points)

    points = []
    for _ in range(300):
        x = random_source.choice([log_uniform(1e-10, 1), random_source.uniform(0, 8), random_source.uniform(8, 37)])
        upper = mp.erfc(mp.mpf(x) / mp.sqrt(2)) / 2
        probability = float(upper)
        density = mp.exp(-mp.mpf(x) ** 2 / 2) / mp.sqrt(2 * mp.pi)
        inverse = mp.mpf(x) + (upper - mp.mpf(probability)) / density
        points.append([x, float(1 - upper), probability, float(inverse)])
    write("normal", ["x", "lower", "upper", "upperQuantileOfUpper"], points)


def gamma_values():
    points = []
    corners = [(shape, quantile(target, shape)) for shape in (1e-3, 1.0, 1e6) for target in CORNER_TARGETS
               for quantile in (scipy.stats.gamma.ppf, scipy.stats.gamma.isf)]
    while len(points) < 500:
        shape = random_source.choice([log_uniform(1e-3, 1e6), log_uniform(1e-3, 1), log_uniform(1, 1e3)])
        kind = random_source.randrange(4)
        if corners:
            shape, x = corners.pop()
        elif kind == 0:
            x = float(scipy.stats.gamma.ppf(random_source.random(), shape))
        elif kind == 1:
            x = float(scipy.stats.gamma.ppf(log_uniform(1e-300, 1), shape))
        elif kind == 2:
            x = float(scipy.stats.gamma.isf(log_uniform(1e-300, 1), shape))
        else:
            x = shape * (1 + random_source.uniform(-1, 1) * log_uniform(1e-9, 1))
        x = float(x)
        if not (1e-300 < x < 1e9):
            continue
        lower, upper, density = gamma_tails(shape, x)
        row = [shape, x, kept(lower), kept(upper)]
        if row[2] is None and row[3] is None:
            continue
        points.append(row + inverse_columns(x, lower, upper, density))
    write("regularised-gamma", ["shape", "x", "lower", "upper", "inverseOfLower", "inverseOfUpper",
                                "conditionOfLower", "conditionOfUpper"], points)


def inverse_columns(x, lower, upper, density):
    """The points at which the tails equal the rounded ones, and how much a relative error of the probability is
    enlarged in the result: probability / density, for a density of log x. Nothing where the probability is so
    close to 1 that rounding it moves the point by more than about 1e-8."""
    inverses, conditions = [], []
    for tail, sign in ((lower, 1), (upper, -1)):
        known = kept(tail) is not None and kept(density) is not None and tail / density < 1e8
        inverses.append(float(mpfr(x) * (1 + sign * (mpfr(float(tail)) - tail) / density)) if known else None)
        conditions.append(float(tail / density) if known else None)
    return inverses + conditions


def beta_values():
    points = []
    corners = [(a, b, quantile(target, a, b)) for a in (1e-3, 1.0, 1e6) for b in (1e-3, 1.0, 1e6)
               for target in CORNER_TARGETS for quantile in (scipy.stats.beta.ppf, scipy.stats.beta.isf)]
    while len(points) < 500:
        a = random_source.choice([log_uniform(1e-3, 1e6), log_uniform(1e-3, 1), log_uniform(1, 1e3)])
        b = random_source.choice([log_uniform(1e-3, 1e6), log_uniform(1e-3, 1), log_uniform(1, 1e3)])
        kind = random_source.randrange(4)
        mean = a / (a + b)
        deviation = math.sqrt(mean * (1 - mean) / (a + b + 1))
        if corners:
            a, b, x = corners.pop()
        elif kind == 0:
            x = float(scipy.stats.beta.ppf(random_source.random(), a, b))
        elif kind == 1:
            x = float(scipy.stats.beta.ppf(log_uniform(1e-300, 1), a, b))
        elif kind == 2:
            x = mean + random_source.uniform(-37, 37) * deviation
        else:
            x = random_source.random()
        x = float(x)
        if not (1e-300 < x < 1):
            continue
        lower, upper, density = beta_tails(a, b, x)
        row = [a, b, x, kept(lower), kept(upper)]
        if (row[3] is None and row[4] is None) or density == 0:
            continue
        # d log(x / (1 - x)) = dx / (x (1 - x))
        scaled = density / (1 - mpfr(x))
        points.append(row + inverse_columns(x, lower, upper, scaled))
    write("regularised-beta", ["a", "b", "x", "lower", "upper", "inverseOfLower", "inverseOfUpper",
                               "conditionOfLower", "conditionOfUpper"], points)


def binomial_values():
    points = []
    while len(points) < 300:
        trials = int(log_uniform(1, 1e6))
        probability = random_source.choice([random_source.random(), log_uniform(1e-9, 1), 1 - log_uniform(1e-9, 1)])
        mean, deviation = trials * probability, math.sqrt(trials * probability * (1 - probability)) + 1
        successes = int(mean + random_source.uniform(-1, 1) * random_source.choice([2, 37]) * deviation)
        if not 0 <= successes < trials:
            continue
        upper, lower, _ = beta_tails(successes + 1, trials - successes, probability)
        mp.dps = 60
        log_probability = (mp.loggamma(trials + 1) - mp.loggamma(successes + 1) - mp.loggamma(trials - successes + 1)
                           + successes * mp.log(mp.mpf(probability))
                           + (trials - successes) * mp.log1p(-mp.mpf(probability)))
        points.append([successes, trials, probability, kept(mp.exp(log_probability)), kept(lower), kept(upper)])
    write("binomial", ["successes", "trials", "probability", "point", "lower", "upper"], points)


def poisson_values():
    points = []
    while len(points) < 200:
        mean = log_uniform(1e-3, 1e6)
        count = int(mean + random_source.uniform(-1, 1) * random_source.choice([2, 37]) * (math.sqrt(mean) + 1))
        if count < 0:
            continue
        upper, lower, _ = gamma_tails(count + 1, mean)
        mp.dps = 60
        point = mp.exp(count * mp.log(mp.mpf(mean)) - mp.mpf(mean) - mp.loggamma(count + 1))
        points.append([count, mean, kept(point), kept(lower), kept(upper)])
    write("poisson", ["count", "mean", "point", "lower", "upper"], points)


def student_values():
    points = []
    while len(points) < 200:
        degrees = random_source.choice([log_uniform(1e-1, 1e6), float(random_source.randint(1, 30))])
        t = random_source.choice([log_uniform(1e-6, 1e3), random_source.uniform(0, 5), random_source.uniform(5, 38)])
        with_bits(2000)
        x = mpfr(degrees) / (mpfr(degrees) + mpfr(t) ** 2)
        # Half the probability that t² is exceeded; the density of log t is that of log(x / y), doubled and halved.
        two_sided, _, density = beta_tails(mpfr(degrees) / 2, 0.5, x, 1024)
        upper = two_sided / 2
        probability = kept(upper)
        if probability is None:
            continue
        inverse = mpfr(t) * (1 + (upper - mpfr(probability)) / density)
        points.append([t, degrees, float(1 - upper), probability, float(inverse), float(upper / density)])
    write("student-t", ["t", "degreesOfFreedom", "lower", "upper", "upperQuantileOfUpper", "condition"], points)


def clopper_pearson_values():
    points = []
    while len(points) < 150:
        trials = int(log_uniform(1, 1e6))
        successes = random_source.choice([0, trials, random_source.randint(0, trials), min(trials, int(log_uniform(1, 100)))])
        confidence = random_source.choice([0.5, 0.9, 0.95, 0.99, 0.999999])
        error = (1 - mpfr(confidence)) / 2
        row = [successes, trials, confidence]
        for side in ("lower", "upper"):
            if (side == "lower" and successes == 0) or (side == "upper" and successes == trials):
                row.append(0.0 if side == "lower" else 1.0)
                continue
            a, b = (successes, trials - successes + 1) if side == "lower" else (successes + 1, trials - successes)
            x = mpfr(float(scipy.stats.beta.ppf(float(error), a, b) if side == "lower"
                           else scipy.stats.beta.isf(float(error), a, b)))
            for _ in range(4):
                lower, upper, density = beta_tails(a, b, x)
                excess = (lower if side == "lower" else upper) - error
                x -= (1 if side == "lower" else -1) * excess / density * x * (1 - x)
            row.append(float(x))
        points.append(row)
    write("clopper-pearson", ["successes", "trials", "confidence", "lower", "upper"], points)


def durbin(sample_size, statistic, bits):
    """P(D_n < d) by Durbin's matrix (Marsaglia, Tsang & Wang 2003), its power applied to one row."""
    with_bits(bits)
    band = mpfr(sample_size) * mpfr(statistic)
    k = int(gmpy2.floor(band)) + 1
    m = 2 * k - 1
    h = k - band
    inverse_factorial = [1 / gmpy2.factorial(i) for i in range(m + 2)]
    first = [(1 - h ** (i + 1)) * inverse_factorial[i + 1] for i in range(m)]
    first[m - 1] = (1 - 2 * h**m + (2 * h - 1 if h > 0.5 else 0) ** m) * inverse_factorial[m]
    last = [first[m - 1 - j] for j in range(m)]

    def entry(i, j):
        if j == 0:
            return first[i]
        if i == m - 1:
            return last[j]
        return inverse_factorial[i - j + 1] if i - j + 1 >= 0 else None

    columns = [[(i, entry(i, j)) for i in range(max(0, j - 1), m)] for j in range(m)]
    row = [mpfr(0)] * m
    row[k - 1] = mpfr(1)
    for step in range(1, sample_size + 1):
        scale = mpfr(step) / sample_size
        row = [scale * sum((row[i] * value for i, value in column), mpfr(0)) for column in columns]
    return row[k - 1]


def kolmogorov_values():
    points = []
    sizes = [1, 2, 3, 5, 8, 10, 20, 31, 50, 75, 100, 150, 200, 300]
    while len(points) < 120:
        n = random_source.choice(sizes)
        z = random_source.choice([random_source.uniform(0.3, 3), random_source.uniform(0.3, 1.2), random_source.uniform(1.5, 12)])
        d = z / math.sqrt(n)
        if not 1 / (2 * n) < d < 1 or 2 * n * d > 120:
            continue
        lower = durbin(n, d, 1200)
        points.append([d, n, kept(lower), kept(1 - lower)])
    for z in (0.5, 1.0, 1.6, 2.2):
        d = z / math.sqrt(1000)
        lower = durbin(1000, d, 200)
        points.append([d, 1000, kept(lower), kept(1 - lower)])
    write("kolmogorov-smirnov", ["statistic", "sampleSize", "lower", "upper"], points)

    points = []
    mp.dps = 400
    for _ in range(100):
        x = random_source.choice([random_source.uniform(0.05, 1), random_source.uniform(0.5, 3), random_source.uniform(3, 18)])
        upper = 2 * mp.nsum(lambda k: (-1) ** (int(k) - 1) * mp.exp(-2 * k * k * mp.mpf(x) ** 2), [1, 400]) if x > 0.3 else None
        if upper is None:
            lower = mp.sqrt(2 * mp.pi) / x * sum(mp.exp(-(2 * k - 1) ** 2 * mp.pi**2 / (8 * mp.mpf(x) ** 2)) for k in range(1, 40))
            upper = 1 - lower
        points.append([x, kept(1 - upper), kept(upper)])
    write("kolmogorov-limit", ["x", "lower", "upper"], points)


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    special()
    gamma_values()
    beta_values()
    binomial_values()
    poisson_values()
    student_values()
    clopper_pearson_values()
    kolmogorov_values()
