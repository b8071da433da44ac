"""Special functions, distributions and their inverses, in many digits and then rounded to the nearest double."""

import warnings

import gmpy2
import mpmath
import scipy

from generate.fixture import Files, Table, made_with, to_json
from generate.statistics.elementary import elementary
from generate.statistics.kolmogorov import kolmogorov
from generate.statistics.laws import laws
from generate.statistics.multinomial import multinomial
from generate.statistics.regularised import regularised
from generate.statistics.scipy_tests import contingency_tables, kolmogorov_smirnov, one_sample

NAME = "special-functions"


def make() -> Files:
    """special-functions.json and test-statistics.json."""
    with warnings.catch_warnings():
        # SciPy's search for a quantile may give up: wherever it stopped is an argument too.
        warnings.simplefilter("ignore", RuntimeWarning)
        lists = {**elementary(), **regularised(), **laws(), **kolmogorov()}
    versions = {**made_with(), "mpmath": mpmath.__version__, "gmpy2": gmpy2.version(), "scipy": scipy.__version__}
    return {
        f"{NAME}.json": to_json(
            NAME,
            "Values by mpmath and gmpy2 at 50 digits or more, rounded to the nearest double; arguments are exact "
            "doubles. null: below 1e-300, or an inverse that the double of its probability does not fix. An inverse "
            "is that of the rounded probability in its row; its `condition` is the relative change of the result "
            "over that of the probability. `columns` names the entries of each list's rows.",
            {
                "madeWith": versions,
                "columns": {name: points.columns.split() for name, points in lists.items()},
                **{name: Table(points.rows) for name, points in lists.items()},
            },
        ),
        "test-statistics.json": to_json(
            NAME,
            "Statistics and p-values by SciPy to 14 digits; exact multinomial p-values [of larger statistics, of at "
            "least the observed one] by enumeration of all tables in fractions.",
            {
                "madeWith": versions,
                "oneSample": Table(one_sample()),
                "tables": Table(contingency_tables()),
                "kolmogorovSmirnov": Table(kolmogorov_smirnov()),
                "multinomial": Table(multinomial()),
            },
        ),
    }
