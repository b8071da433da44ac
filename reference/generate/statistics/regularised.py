"""The regularised incomplete gamma and beta functions with their inverses, 500 points each.

SciPy only says where the interesting points are; the values are those of `incomplete`.
"""

import math
from collections.abc import Callable, Sequence

from gmpy2 import mpfr
from scipy.stats import beta, gamma

from generate.source import Source
from generate.statistics.incomplete import beta_tails, gamma_tails, inverse_columns, kept
from generate.statistics.inputs import log_uniform, rounded
from generate.statistics.points import Point, Points

COUNT = 500
SHAPES = (1e-3, 1.0, 1e6)
CORNERS = (1e-299, 1e-150, 1e-20, 1e-3, 0.5)
COLUMNS = "lower upper inverseOfLower inverseOfUpper conditionOfLower conditionOfUpper"


def regularised() -> dict[str, Points]:
    """Both lists."""
    gammas = [
        (shape, quantile(tail, shape)) for shape in SHAPES for tail in CORNERS for quantile in (gamma.ppf, gamma.isf)
    ]
    betas = [
        (a, b, quantile(tail, a, b))
        for a in SHAPES
        for b in SHAPES
        for tail in CORNERS
        for quantile in (beta.ppf, beta.isf)
    ]
    return {
        "regularised-gamma": Points(
            f"shape x {COLUMNS}", collect("regularised-gamma", gammas, random_gamma, gamma_point)
        ),
        "regularised-beta": Points(f"a b x {COLUMNS}", collect("regularised-beta", betas, random_beta, beta_point)),
    }


def collect(
    name: str,
    corners: Sequence[tuple[float, ...]],
    draw: Callable[[Source], tuple[float, ...]],
    evaluate: Callable[..., Point | None],
) -> list[Point]:
    """The corners, then random points until there are enough."""
    points: list[Point] = []
    for arguments in corners:
        point = evaluate(*map(rounded, arguments))
        if point is not None:
            points.append(point)
    attempt = 0
    while len(points) < COUNT:
        point = evaluate(*draw(Source(f"{name}/{attempt}")))
        attempt += 1
        if point is not None:
            points.append(point)
    return points


def random_shape(source: Source) -> float:
    """From 1e-3 to 1e6."""
    low, high = source.choice([(1e-3, 1e6), (1e-3, 1.0), (1.0, 1e3)])
    return log_uniform(source, low, high)


def random_gamma(source: Source) -> tuple[float, float]:
    """In the middle, far out on either side, and about the mean."""
    shape = random_shape(source)
    kind = source.below(4)
    tail = log_uniform(source, 1e-300, 1)
    match kind:
        case 0:
            x = gamma.ppf(source.uniform(), shape)
        case 1:
            x = gamma.ppf(tail, shape)
        case 2:
            x = gamma.isf(tail, shape)
        case _:
            x = shape * (1 + source.choice([-1, 1]) * log_uniform(source, 1e-9, 1))
    return shape, rounded(float(x))


def gamma_point(shape: float, x: float) -> Point | None:
    """A row, or nothing where no tail can be told."""
    if not 1e-300 < x < 1e9:
        return None
    lower, upper, density = gamma_tails(shape, x)
    if kept(lower) is None and kept(upper) is None:
        return None
    return [shape, x, kept(lower), kept(upper), *inverse_columns(x, lower, upper, density)]


def random_beta(source: Source) -> tuple[float, float, float]:
    """In the middle, in the lower tail, up to 37 deviations about the mean, and anywhere."""
    a, b = random_shape(source), random_shape(source)
    mean = a / (a + b)
    deviation = math.sqrt(mean * (1 - mean) / (a + b + 1))
    match source.below(4):
        case 0:
            x = beta.ppf(source.uniform(), a, b)
        case 1:
            x = beta.ppf(log_uniform(source, 1e-300, 1), a, b)
        case 2:
            x = mean + (2 * source.uniform() - 1) * 37 * deviation
        case _:
            x = source.uniform()
    return a, b, rounded(float(x))


def beta_point(a: float, b: float, x: float) -> Point | None:
    """A row, or nothing where no tail can be told."""
    if not 1e-300 < x < 1:
        return None
    lower, upper, density = beta_tails(a, b, x)
    if (kept(lower) is None and kept(upper) is None) or density == 0:
        return None
    # d log(x / (1 - x)) = dx / (x (1 - x))
    return [a, b, x, kept(lower), kept(upper), *inverse_columns(x, lower, upper, density / (1 - mpfr(x)))]
