import type { AuditProgress } from '../run/time-slices.js';

/** Seconds since the start, and reports of how much is left. */
export interface RunClock {
  seconds(): number;
  /** @param fraction of the work that is done, 0 to 1. */
  report(step: string, fraction: number): void;
}

export function createRunClock(onProgress: ((progress: AuditProgress) => void) | undefined): RunClock {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  return {
    seconds,
    report(step, fraction) {
      const elapsed = seconds();
      const secondsLeft = fraction > 0 ? (elapsed * (1 - fraction)) / fraction : Number.POSITIVE_INFINITY;
      onProgress?.({ step, fraction, secondsLeft });
    },
  };
}
