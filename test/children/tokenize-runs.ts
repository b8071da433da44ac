// A process of its own, which the engine would end: tokenises the longest runs of characters that are taken, of several kinds,
// and prints how many tokens each has.
import { llamacppBackend } from '@foretoken/llamacpp-backend';

const [file = '', length = '0'] = process.argv.slice(2);
const kinds = {
  letters: 'x',
  signs: '=',
  spaces: ' ',
  lines: '\n',
  digits: '1',
  ideographs: '一',
  accents: 'é',
  marks: '\u0301',
  mixed: 'aB',
  words: "a'S1",
};
const model = await llamacppBackend.loadModel(file, { threads: 1, maximumSequences: 1, contextLength: 32 });
for (const [kind, text] of Object.entries(kinds)) {
  const run = text.repeat(Math.floor(Number(length) / text.length));
  console.log(kind, model.tokenizer.encode(run).length);
}
await model.close();
