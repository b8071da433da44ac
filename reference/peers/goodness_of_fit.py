"""Pearson's test of counts against a known law."""

from collections.abc import Hashable, Mapping

from scipy.stats import chi2

FALSE_ALARM = 1e-6
LEAST_EXPECTED = 5.0


def fits(counts: Mapping[Hashable, int], law: Mapping[Hashable, float], draws: int) -> dict[str, object]:
    """Chi-square over the cells that expect at least 5 draws; the others are one cell.

    `fits` is false with probability 1e-6 where the counts are of the law.
    """
    cells: list[tuple[int, float]] = []
    rare_count, rare_mass = 0, 0.0
    for key, mass in law.items():
        if mass * draws >= LEAST_EXPECTED:
            cells.append((counts.get(key, 0), mass * draws))
        else:
            rare_count += counts.get(key, 0)
            rare_mass += mass
    impossible = sum(count for key, count in counts.items() if key not in law)
    # A rare cell that expects too little still makes the approximation bad: it joins the smallest cell.
    if rare_mass * draws >= LEAST_EXPECTED:
        cells.append((rare_count, rare_mass * draws))
    elif rare_mass > 0:
        smallest = min(range(len(cells)), key=lambda cell: cells[cell][1])
        cells[smallest] = (cells[smallest][0] + rare_count, cells[smallest][1] + rare_mass * draws)
    statistic = sum((count - expected) ** 2 / expected for count, expected in cells)
    freedom = len(cells) - 1
    p_value = float(chi2.sf(statistic, freedom))
    return {
        "draws": draws,
        "chiSquare": round(statistic, 2),
        "degreesOfFreedom": freedom,
        "pValue": float(f"{p_value:.3g}"),
        "impossible": impossible,
        "fits": impossible == 0 and p_value > FALSE_ALARM,
    }
