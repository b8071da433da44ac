// A process of its own: reads and converts damaged safetensors files. Prints a line before each, so that
// whoever started it knows which one killed it.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ForetokenError } from '@foretoken/core';
import {
  convertHuggingFaceFolder,
  readGguf,
  readSafetensors,
  readSafetensorsBytes,
  validateForLlama,
} from '@foretoken/models';
import { mutateSafetensors } from '../support/mutate-safetensors.js';
import { SeededRandom } from '../support/seeded-random.js';

const [folder = '', seed = '', count = ''] = process.argv.slice(2);
const weights = path.join(folder, 'model.safetensors');
const output = path.join(folder, 'converted.gguf');
const sound = await readFile(weights);

for (let index = 0; index < Number(count); index++) {
  console.log(`begin ${index}`);
  await writeFile(weights, mutateSafetensors(sound, index, new SeededRandom(Number(seed) + index)));
  console.log(`${await readAndConvert()} ${index}`);
}

async function readAndConvert(): Promise<string> {
  try {
    const file = await readSafetensors(weights);
    for (const name of file.tensors.keys()) await readSafetensorsBytes(file, name);
    await convertHuggingFaceFolder(folder, output, { format: 'F16' });
    validateForLlama(await readGguf(output));
    return 'loaded';
  } catch (error) {
    if (ForetokenError.isInstance(error)) return `refused ${error.name} ${error.message}`;
    return `WRONG ${String(error)}`;
  }
}
