export const alignmentKey = 'general.alignment';
export const defaultAlignment = 32;

/** llama.cpp takes powers of two, the format multiples of 8. */
export function isAlignment(value: unknown): value is number {
  return typeof value === 'number' && value >= 8 && value <= 65_536 && Number.isInteger(Math.log2(value));
}
