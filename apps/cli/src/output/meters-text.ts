import type { ProfileEnergy } from '@foretoken/planner';

/** The energy meters that were read where a profile was measured, or that there were none and why. */
export function metersText({ meters, unreadable }: Pick<ProfileEnergy, 'meters' | 'unreadable'>): string {
  const reasons = unreadable.map(({ meter, reason }) => `${meter}: ${reason}`);
  const why = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
  return `${meterNames(meters)}${why}`;
}

/** The energy meters that were read, or "none". */
export function meterNames(meters: readonly string[]): string {
  return meters.length > 0 ? meters.join(', ') : 'none';
}
