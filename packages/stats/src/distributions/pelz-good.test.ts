import { test, expect } from 'vitest';
import { kolmogorovSmirnovBridge } from './kolmogorov-smirnov-bridge.js';
import { pelzGood } from './pelz-good.js';

test('the expansion equals the walk within 1e-8 at the size where it takes over', () => {
  for (const z of [0.5, 0.9, 1.3]) {
    const d = z / Math.sqrt(10_000);
    expect(Math.abs(pelzGood(d, 10_000) - kolmogorovSmirnovBridge(d, 10_000).inside)).toBeLessThan(1e-8);
  }
});
