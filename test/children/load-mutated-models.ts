// A process of its own: loads damaged models through the real loader and uses those that load. Prints a line
// before each, so that whoever started it knows which one killed it.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ForetokenError } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { mapGgufHeader, mutateGguf } from '../support/mutate-gguf.js';
import { SeededRandom } from '../support/seeded-random.js';

const [source = '', folder = '', seed = '', first = '', last = ''] = process.argv.slice(2);
const sound = await readFile(source);
const map = mapGgufHeader(sound);
const file = path.join(folder, 'mutated.gguf');

for (let index = Number(first); index < Number(last); index++) {
  console.log(`begin ${index}`);
  await writeFile(file, mutateGguf(sound, map, index, new SeededRandom(Number(seed) + index)));
  console.log(`${await loadAndUse()} ${index}`);
}

async function loadAndUse(): Promise<string> {
  try {
    const model = await llamacppBackend.loadModel(file, { threads: 1, maximumSequences: 1 });
    try {
      const { tokenizer, vocabularySize } = model;
      const tokens = tokenizer.encode('The thin ä\n', { special: true });
      tokenizer.decode([...Array(vocabularySize).keys()]);
      const sequence = model.createSequence();
      const prompt = [...tokens, 0, vocabularySize - 1].slice(0, model.contextLength);
      await model.forward([{ sequence, tokens: prompt, rows: 'all', hiddenStates: true }]);
      sequence.doRollback(1);
    } finally {
      await model.close();
    }
    return 'loaded';
  } catch (error) {
    if (ForetokenError.isInstance(error)) return `refused ${error.name} ${error.message}`;
    return `WRONG ${String(error)}`;
  }
}
