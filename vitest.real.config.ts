import { defineConfig } from 'vitest/config';

/** Tests on real models, which are no part of the repository: test/real/real-models.ts says where they are looked for. */
export default defineConfig({
  test: {
    include: ['test/real/*.check.ts'],
    // It says why a test is skipped.
    reporters: ['verbose'],
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
