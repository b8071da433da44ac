import { generate } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { onnxBackend } from '@foretoken/onnx-backend';
import koffi from 'koffi';
import { serve } from './generation-request.js';

/** Linux: `PR_SET_THP_DISABLE`, for the whole process. */
const disableHugePages = 41;
/** What the ONNX backend needs, and can ask for only before the first library is loaded. */
const callStackBytes = 8 * 2 ** 20;

const [engine, model = '', threads = '', pages] = process.argv.slice(2);
koffi.config({ async_stack_size: callStackBytes });
if (pages === 'small') {
  const prctl = koffi.load('libc.so.6').func('prctl', 'int', ['int', 'ulong', 'ulong', 'ulong', 'ulong']);
  if (prctl(disableHugePages, 1, 0, 0, 0) !== 0) throw new Error('Huge pages cannot be switched off.');
}
const options = { threads: Number(threads), contextLength: 1024, maximumSequences: 1 };
const target =
  engine === 'onnx'
    ? await onnxBackend.loadModel(model, options)
    : await llamacppBackend.loadModel(model, options);

serve(async function* ({ prompt, tokenCount, temperature, seed, ignoreEndTokens }) {
  const request = { target, prompt, maximumTokens: tokenCount, seed, ignoreEndTokens };
  for await (const event of generate({ ...request, sampling: { temperature } })) {
    if (event.type === 'token-committed') yield event.token;
  }
});
