// Read by scripts/mutation.mjs, which names the files to mutate.
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  // Named, so that a sandbox holds no other plugin's rules.
  plugins: ['@stryker-mutator/vitest-runner'],
  coverageAnalysis: 'perTest',
  // A mutant that runs while a module loads needs every test anew.
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 4_000,
  timeoutFactor: 1.5,
  // The TypeScript 7 package has no JavaScript API for Stryker to read a tsconfig with; vitest needs none.
  tsconfigFile: 'none.json',
  inPlace: false,
  tempDirName: '.cache/stryker',
  incremental: true,
  reporters: ['json', 'clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  ignorePatterns: [
    '/*',
    '!/packages',
    '!/package.json',
    '!/tsconfig.base.json',
    '!/vitest.mutation.config.ts',
    '!/vitest.mutation.setup.ts',
    '/packages/*',
    '!/packages/core',
    '!/packages/stats',
    '**/dist/**',
  ],
};
