// Run on the build: dependency-cruiser does not read TypeScript 7's sources.
// The arrows of the layout: cli and server use everything, backends use core and models, core uses nothing.
/** What each package may import of ours. */
const allowed = {
  core: [],
  stats: [],
  'tiny-models': [],
  models: ['core'],
  hub: ['core'],
  grammar: ['core'],
  'llamacpp-backend': ['core', 'models'],
  'onnx-backend': ['core', 'models'],
  audit: ['core', 'stats'],
  planner: ['core', 'stats'],
  server: ['core', 'grammar', 'models'],
};

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    ...Object.entries(allowed).map(([name, targets]) => ({
      name: `${name}-imports-only-${targets.join('-and-') || 'itself'}`,
      severity: 'error',
      from: { path: `^packages/${name}/dist` },
      to: {
        path: '^(packages|apps)/',
        pathNot: [name, ...targets].map((target) => `^packages/${target}/`),
      },
    })),
    {
      name: 'core-is-pure',
      severity: 'error',
      from: { path: '^packages/core/dist' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['default'] },
  },
};
