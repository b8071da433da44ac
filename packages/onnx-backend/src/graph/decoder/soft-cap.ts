import type { DecoderContext } from './decoder-context.js';

/** cap * tanh(value / cap): as good as the value where it is small, never beyond the cap (Bello et al. 2016). */
export function softCap(
  { builder }: DecoderContext,
  value: string,
  cap: number,
  output = `${value}.capped`,
): string {
  const size = builder.real(`cap.${cap}`, cap);
  const share = builder.node('Div', `${value}.share`, [value, size]);
  const bent = builder.node('Tanh', `${value}.bent`, [share]);
  return builder.node('Mul', output, [bent, size]);
}
