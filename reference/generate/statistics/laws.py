"""Binomial, Poisson and Student's laws, and Clopper and Pearson's interval."""

import math
from collections.abc import Callable

from gmpy2 import mpfr
from mpmath import mp
from scipy.stats import beta

from generate.source import Source
from generate.statistics.elementary import log_choices
from generate.statistics.incomplete import beta_tails, gamma_tails, kept, with_bits
from generate.statistics.inputs import log_uniform, uniform
from generate.statistics.points import Point, Points


def laws() -> dict[str, Points]:
    """Four lists."""
    mp.dps = 60
    return {
        "binomial": Points("successes trials probability point lower upper", collect("binomial", 300, binomial)),
        "poisson": Points("count mean point lower upper", collect("poisson", 200, poisson)),
        "student-t": Points(
            "t degreesOfFreedom lower upper upperQuantileOfUpper condition", collect("student-t", 200, student)
        ),
        "clopper-pearson": Points(
            "successes trials confidence lower upper", collect("clopper-pearson", 150, clopper_pearson)
        ),
    }


def collect(name: str, count: int, evaluate: Callable[[Source], Point | None]) -> list[Point]:
    """Random points until there are enough."""
    points: list[Point] = []
    attempt = 0
    while len(points) < count:
        point = evaluate(Source(f"{name}/{attempt}"))
        attempt += 1
        if point is not None:
            points.append(point)
    return points


def off_mean(source: Source, mean: float, deviation: float) -> int:
    """A count up to 2 or 37 deviations from the mean."""
    return math.floor(mean + (2 * source.uniform() - 1) * source.choice([2, 37]) * (deviation + 1))


def binomial(source: Source) -> Point | None:
    """Up to a million trials."""
    trials = int(log_uniform(source, 1, 1e6))
    small = log_uniform(source, 1e-9, 1)
    probability = source.choice([source.uniform(), small, 1 - small])
    successes = off_mean(source, trials * probability, math.sqrt(trials * probability * (1 - probability)))
    if not 0 <= successes < trials:
        return None
    upper, lower, _ = beta_tails(successes + 1, trials - successes, probability)
    exact = mp.mpf(probability)
    point = mp.exp(log_choices(trials, successes) + successes * mp.log(exact) + (trials - successes) * mp.log1p(-exact))
    return [successes, trials, probability, kept(point), kept(lower), kept(upper)]


def poisson(source: Source) -> Point | None:
    """Means from 1e-3 to 1e6."""
    mean = log_uniform(source, 1e-3, 1e6)
    count = off_mean(source, mean, math.sqrt(mean))
    if count < 0:
        return None
    upper, lower, _ = gamma_tails(count + 1, mean)
    point = mp.exp(count * mp.log(mp.mpf(mean)) - mp.mpf(mean) - mp.loggamma(count + 1))
    return [count, mean, kept(point), kept(lower), kept(upper)]


def student(source: Source) -> Point | None:
    """Half the probability that the beta variable of t squared is exceeded."""
    degrees = source.choice([log_uniform(source, 1e-1, 1e6), float(source.between(1, 30))])
    t = source.choice([log_uniform(source, 1e-6, 1e3), uniform(source, 0, 5), uniform(source, 5, 38)])
    with_bits(2000)
    x = mpfr(degrees) / (mpfr(degrees) + mpfr(t) ** 2)
    # The density of log t is that of log(x / (1 - x)), doubled and halved.
    two_sided, _, density = beta_tails(mpfr(degrees) / 2, 0.5, x, 1024)
    upper = None if two_sided is None else two_sided / 2
    probability = kept(upper)
    if upper is None or probability is None:
        return None
    inverse = mpfr(t) * (1 + (upper - mpfr(probability)) / density)
    return [t, degrees, float(1 - upper), probability, float(inverse), float(upper / density)]


def clopper_pearson(source: Source) -> Point:
    """SciPy's quantile, moved by Newton's method in many bits."""
    trials = int(log_uniform(source, 1, 1e6))
    successes = source.choice([0, trials, source.between(0, trials), min(trials, int(log_uniform(source, 1, 100)))])
    confidence = source.choice([0.5, 0.9, 0.95, 0.99, 0.999999])
    with_bits(256)
    error = (1 - mpfr(confidence)) / 2
    lower = 0.0 if successes == 0 else solve(error, successes, trials - successes + 1, upper=False)
    upper = 1.0 if successes == trials else solve(error, successes + 1, trials - successes, upper=True)
    return [successes, trials, confidence, lower, upper]


def solve(error: mpfr, a: int, b: int, upper: bool) -> float:
    """Where the beta law has that much mass above (or below)."""
    x = mpfr(float((beta.isf if upper else beta.ppf)(float(error), a, b)))
    for _ in range(4):
        below, above, density = beta_tails(a, b, x)
        tail = above if upper else below
        assert tail is not None
        x -= (-1 if upper else 1) * (tail - error) / density * x * (1 - x)
    return float(x)
