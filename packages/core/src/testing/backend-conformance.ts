import { backendCase, type BackendConformanceOptions } from './backend-conformance/conformance-model.js';
import { interleavings } from './backend-conformance/interleavings.js';
import { lifeCycleLaws } from './backend-conformance/life-cycle.js';
import { passLaws } from './backend-conformance/passes.js';
import { refusals } from './backend-conformance/refusals.js';
import { sequenceLaws } from './backend-conformance/sequences.js';
import { treeLaws } from './backend-conformance/trees.js';
import type { ConformanceCase } from './conformance-case.js';

export type { BackendConformanceOptions } from './backend-conformance/conformance-model.js';

/**
 * What every backend must pass whose models can be rolled back, one case a law, for any test runner:
 * `for (const { name, run } of backendConformance(options)) test(name, run)`.
 */
export function backendConformance(options: BackendConformanceOptions): readonly ConformanceCase[] {
  return [passLaws, sequenceLaws, treeLaws, refusals, lifeCycleLaws, interleavings].flatMap((laws) =>
    Object.entries(laws).map(([name, body]) => backendCase(name, options, body)),
  );
}
