/** The nearest half-precision number to one in [0, 1], ties to even: steps of 2^-24 below 2^-14, 11 bits above. */
export function roundToHalf(value: number): number {
  const exponent = Math.max(-14, Math.floor(Math.log2(value)));
  const step = 2 ** (exponent - 10);
  const steps = value / step;
  const below = Math.floor(steps);
  const rest = steps - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 === 1);
  return (up ? below + 1 : below) * step;
}
