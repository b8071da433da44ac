import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// The tests of the part that is mutated, by commas (scripts/mutation.mjs).
const tests = process.env['MUTATION_TESTS'] ?? 'packages/{core,stats}/src/**/*.test.ts';

/** By file: the most milliseconds it ever took in this process. A file whose first test fails is no quick file. */
const longest = new Map<string, number>();

/** The first failure ends a mutant's run, and most fail in a quick file: those go first. */
class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { cache, config } = this.ctx;
    const duration = ({ project, moduleId }: TestSpecification): number => {
      const last = cache.getFileTestResults(`${project.name}:${path.relative(config.root, moduleId)}`);
      const most = Math.max(longest.get(moduleId) ?? 0, last?.duration ?? 0);
      longest.set(moduleId, most);
      return most;
    };
    return files.toSorted((left, right) => duration(left) - duration(right));
  }
}

export default defineConfig({
  // A test that loads a package's build never sees a mutant: those of the statistics against committed values get the
  // sources instead.
  resolve: { alias: { '@foretoken/stats': path.resolve('packages/stats/src/index.ts') } },
  test: {
    include: tests.split(','),
    exclude: ['packages/core/src/backend-support/**', 'packages/stats/src/readme.test.ts'],
    sequence: { sequencer: QuickestFirst },
    setupFiles: ['vitest.mutation.setup.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
