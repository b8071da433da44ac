"""log-gamma and what is made of it, the error function, the normal law: mpmath at 50 digits."""

from mpmath import mp, mpf

from generate.source import Source
from generate.statistics.inputs import log_uniform, near, uniform
from generate.statistics.points import Point, Points


def elementary() -> dict[str, Points]:
    """Five lists."""
    mp.dps = 50
    return {
        "log-gamma": Points("x logGamma", [log_gamma(Source(f"log-gamma/{number}")) for number in range(300)]),
        "log-beta": Points("a b logBeta condition", [log_beta(Source(f"log-beta/{number}")) for number in range(300)]),
        "log-binomial-coefficient": Points(
            "n k logFactorialN logBinomialCoefficient",
            [log_binomial(Source(f"log-binomial-coefficient/{number}")) for number in range(200)],
        ),
        "erf": Points("x erf erfc", [error_function(Source(f"erf/{number}")) for number in range(300)]),
        "normal": Points(
            "x lower upper upperQuantileOfUpper", [normal(Source(f"normal/{number}")) for number in range(300)]
        ),
    }


def log_gamma(source: Source) -> Point:
    """Near its zeros 1 and 2 too."""
    x = source.choice(
        [
            log_uniform(source, 1e-3, 1e6),
            near(source, 1, 1e-12, 0.5),
            near(source, 2, 1e-12, 0.9),
            log_uniform(source, 1e-300, 1e300),
        ]
    )
    return [x, float(mp.loggamma(mp.mpf(x)))]


def log_beta(source: Source) -> Point:
    """It passes through 0: there an error is compared with the change that a and b bring along."""
    a, b = mp.mpf(log_uniform(source, 1e-3, 1e6)), mp.mpf(log_uniform(source, 1e-3, 1e6))
    value = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)
    joint = mp.digamma(a + b)
    sensitivity = abs(a * (mp.digamma(a) - joint)) + abs(b * (mp.digamma(b) - joint))
    return [float(a), float(b), float(value), float(sensitivity / abs(value))]


def log_binomial(source: Source) -> Point:
    """The ends among them."""
    n = int(log_uniform(source, 1, 1e9))
    k = source.choice([source.between(0, n), min(n, int(log_uniform(source, 1, n + 1))), 1, n])
    return [n, k, float(mp.loggamma(n + 1)), float(log_choices(n, k))]


def log_choices(n: int, k: int) -> mpf:
    """Log of the binomial coefficient at mpmath's precision."""
    return mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1)


def error_function(source: Source) -> Point:
    """To where the upper tail leaves the doubles."""
    x = source.choice([log_uniform(source, 1e-300, 1), uniform(source, 0, 6), uniform(source, 6, 26)])
    return [x, float(mp.erf(x)), float(mp.erfc(x))]


def normal(source: Source) -> Point:
    """Tails down to 1e-300; the quantile belongs to the rounded tail."""
    x = source.choice([log_uniform(source, 1e-10, 1), uniform(source, 0, 8), uniform(source, 8, 37)])
    upper = mp.erfc(mp.mpf(x) / mp.sqrt(2)) / 2
    density = mp.exp(-(mp.mpf(x) ** 2) / 2) / mp.sqrt(2 * mp.pi)
    inverse = mp.mpf(x) + (upper - mp.mpf(float(upper))) / density
    return [x, float(1 - upper), float(upper), float(inverse)]
