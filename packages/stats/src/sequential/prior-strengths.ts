/**
 * Pseudo-draws per cell of the priors that are mixed, each centred on the target: a prior worth s draws a cell
 * expects cells to be off by about 1 / sqrt(s) of the spread that one draw a cell has. A bias of total variation d
 * is found soonest with s near 1 / (4 d^2), so 1 to 65,536 serve distances from .5 to .002.
 */
export const priorStrengths: readonly number[] = Array.from({ length: 9 }, (_, index) => 4 ** index);

/** Pseudo-draws that every prior spreads evenly, so that no outcome is ruled out by the target. */
export const evenPseudoDraws = 1;
