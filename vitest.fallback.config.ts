import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig } from 'vitest/config';
import whole from './vitest.config.js';

const hook = fileURLToPath(new URL('test/fallback/take-fallback-paths.mjs', import.meta.url));

/** The whole suite on the fallback paths: plain JavaScript instead of kernels, the stock ONNX API instead of the C API. */
export default mergeConfig(
  whole,
  defineConfig({
    plugins: [
      {
        name: 'without-koffi',
        enforce: 'pre',
        resolveId: (source, importer) =>
          source === 'koffi' && importer?.includes('/onnx-backend/') ? '\0without-koffi' : undefined,
        load: (id) =>
          id === '\0without-koffi' ? "throw new Error('koffi has no binary for this platform');" : undefined,
      },
    ],
    test: {
      include: ['test/fallback/*.check.ts'],
      exclude: [
        // Reach neither an engine nor a kernel.
        'packages/{stats,models,hub,grammar,planner,tiny-models}/**',
        'test/models/**',
        'test/published-speedups.test.ts',
        'test/standalone/killed-profile.test.ts',
        'packages/audit/src/endpoint/**',
        'apps/cli/src/audit-endpoint.test.ts',
        'apps/cli/src/options/{model-file,structure-options}.test.ts',
        'apps/cli/src/chat/**',
        // What is pulled is what other tests load.
        'apps/cli/src/hub.test.ts',
        // Generate as generate does.
        'apps/cli/src/{chat,full-context,structured-output}.test.ts',
        // Tokens reach no kernel.
        'test/standalone/gguf-tokenizers.test.ts',
        // Refused before a row is read, or by an engine whose calls no fallback replaces.
        'apps/cli/src/bad-input.test.ts',
        'test/standalone/requantised-models.test.ts',
        // Draws on llama.cpp, which has no fallback.
        'test/standalone/audit-grammar.test.ts',
        // Measure llama.cpp as well, and memory that the stock API divides otherwise.
        'apps/cli/src/{head-plan,plan,profile}.test.ts',
        'test/llamacpp/cancelled-memory.test.ts',
        'test/standalone/memory-prediction.test.ts',
        // What is packed is the same.
        'test/standalone/packed.test.ts',
        // Tables are their engine, and JavaScript gives their rows the kernel's bits (softmax-kernel.test.ts).
        'packages/audit/src/engine/audit-on-engine.test.ts',
        'packages/audit/src/tables/audit-on-tables.test.ts',
        'packages/audit/src/run/run-audit.test.ts',
        'packages/audit/src/mutants/**',
        // These test the fast paths themselves.
        'packages/core/src/sampling/softmax-kernel.test.ts',
        'packages/onnx-backend/src/access.test.ts',
        'packages/onnx-backend/src/providers.test.ts',
        'packages/onnx-backend/src/engine/ort-library.test.ts',
        'packages/onnx-backend/src/model/device-outputs.test.ts',
        '**/node_modules/**',
      ],
      // What asks for the C API by name.
      testNamePattern:
        /^(?!.*(native access|C API|provider by name|half precision cache|which engines load))/,
      // Child processes take it from here.
      env: { NODE_OPTIONS: `--import=${hook}` },
      setupFiles: [hook],
    },
  }),
);
