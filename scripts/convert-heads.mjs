// Converts the drafting heads of the embedded family from float16 safetensors to the GGUF files of
// packages/tiny-models: `node scripts/convert-heads.mjs FOLDER`, after a build. FOLDER holds target.config.json and
// mlp_speculator.safetensors, eagle.safetensors, hass.safetensors.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { convertHead } from '../packages/models/dist/index.js';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Usage: node scripts/convert-heads.mjs FOLDER');
  process.exit(2);
}
const models = fileURLToPath(new URL('../packages/tiny-models/models/', import.meta.url));
for (const [source, name] of [
  ['mlp_speculator', 'mlp-speculator'],
  ['eagle', 'eagle'],
  ['hass', 'hass'],
]) {
  const output = path.join(models, `${name}.gguf`);
  await convertHead(path.join(folder, `${source}.safetensors`), output, {
    name,
    format: 'Q8_0',
    targetConfig: path.join(folder, 'target.config.json'),
  });
  console.log(`wrote ${path.relative(process.cwd(), output)}`);
}
