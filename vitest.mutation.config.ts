import { defineConfig } from 'vitest/config';

// The folder of the part that is mutated (scripts/mutation.mjs). Only tests that import the sources beside
// them: a test that loads a package's build never sees a mutant.
const folder = process.env['MUTATION_TESTS'] ?? 'packages/{core,stats}/src';

export default defineConfig({
  test: {
    include: [`${folder}/**/*.test.ts`],
    exclude: ['packages/core/src/backend-support/**', 'packages/stats/src/readme.test.ts'],
    setupFiles: ['vitest.mutation.setup.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
