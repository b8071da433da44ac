/** How far an audit is. */
export interface AuditProgress {
  /** What runs now. */
  readonly step: string;
  /** Share of the work that is done, 0 to 1. */
  readonly fraction: number;
  /** Until everything is done, or the time is up. */
  readonly secondsLeft: number;
}

/** One step of an audit. */
export interface TimedStep {
  readonly name: string;
  /** What it is expected to take, in any unit; shares of the time go by it. */
  readonly weight: number;
  /**
   * @param signal aborted when the step's share of the time is over, or the whole audit is cancelled.
   * @param report takes the done share of the step, 0 to 1.
   */
  run(signal: AbortSignal, report: (fraction: number) => void): Promise<void>;
}

/** How the steps ended. */
export interface SlicedRun {
  readonly seconds: number;
  /** True where the audit was cancelled. */
  readonly cancelled: boolean;
  /** Steps that ran out of their share of the time. */
  readonly cutShort: readonly string[];
}

/**
 * Runs steps one after the other within a budget of seconds: each may take the share of the time left that its weight
 * has among the steps left, so that a slow machine cuts every step short instead of leaving the last ones out.
 */
export async function runSteps(
  steps: readonly TimedStep[],
  budget: number,
  signal: AbortSignal | undefined,
  onProgress: (progress: AuditProgress) => void,
): Promise<SlicedRun> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const cutShort: string[] = [];
  let left = steps.reduce((sum, { weight }) => sum + weight, 0);
  const total = left;
  for (const step of steps) {
    const { name, weight } = step;
    if (signal?.aborted === true) break;
    const controller = new AbortController();
    const cancel = (): void => controller.abort(signal?.reason);
    signal?.addEventListener('abort', cancel, { once: true });
    let late = false;
    const share = (Math.max(0, budget - seconds()) * weight) / left;
    const timer = setTimeout(() => {
      late = true;
      controller.abort(new Error('The time is up.'));
    }, share * 1000);
    const report = (fraction: number): void => {
      const done = (total - left + weight * Math.min(1, fraction)) / total;
      const elapsed = seconds();
      const expected = done > 0 ? (elapsed * (1 - done)) / done : budget;
      onProgress({
        step: name,
        fraction: done,
        secondsLeft: Math.max(0, Math.min(expected, budget - elapsed)),
      });
    };
    try {
      report(0);
      await step.run(controller.signal, report);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    }
    if (late) cutShort.push(name);
    left -= weight;
  }
  return { seconds: seconds(), cancelled: signal?.aborted === true, cutShort };
}
