// Compiles the softmax kernel: `node scripts/compile-kernel.mjs` after a change of the source; with --check
// it only says whether the committed code is what the source compiles to.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import createWabt from 'wabt';

const sampling = new URL('../packages/core/src/sampling/', import.meta.url);
const source = new URL('softmax-kernel.wat', sampling);
const target = new URL('softmax-kernel-code.ts', sampling);
const bytesPerLine = 50;

const wabt = await createWabt();
const features = { simd: true };
const module = wabt.parseWat('softmax-kernel.wat', readFileSync(source, 'utf8'), features);
module.validate(features);
const code = Buffer.from(module.toBinary({}).buffer).toString('hex');
module.destroy();

const lines = code.match(new RegExp(`.{1,${2 * bytesPerLine}}`, 'g'));
const text = `// Compiled from softmax-kernel.wat by scripts/compile-kernel.mjs: change the source, not this.

/** The bytes of the WebAssembly module in hexadecimal, so that no engine needs a decoder. */
export const softmaxKernelCode: string = [
${lines.map((line) => `  '${line}',\n`).join('')}].join('');
`;

if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error(
    `${fileURLToPath(target)} is not what the source compiles to: run node scripts/compile-kernel.mjs.`,
  );
  process.exit(1);
}
