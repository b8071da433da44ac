import type { TargetComparison } from '@foretoken/audit';

/** One sentence that a person can act on. */
export function verdictText({ verdict, margin, totalVariation }: TargetComparison): string {
  const share = `${Math.round(100 * totalVariation.confidence)} %`;
  switch (verdict) {
    case 'same':
      return `the same within total variation ${margin} at ${share}`;
    case 'different':
      return `different: beyond total variation ${margin} at ${share}`;
    case 'not enough evidence':
      return `not enough evidence for or against total variation ${margin} at ${share}: give more prompts`;
  }
}
