import type { Plan } from '@foretoken/planner';

/** "1.31x [1.20, 1.43]". */
export function estimateText({ estimate, lower, upper }: Plan['predicted']['speedup']): string {
  return `${estimate.toFixed(2)}x [${lower.toFixed(2)}, ${upper.toFixed(2)}]`;
}
