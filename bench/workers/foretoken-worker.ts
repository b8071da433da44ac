import { generate } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { serve } from './generation-request.js';

const [model = '', threads = '', contextLength = ''] = process.argv.slice(2);
const target = await llamacppBackend.loadModel(model, {
  threads: Number(threads),
  contextLength: Number(contextLength),
  maximumSequences: 1,
});

serve(async function* ({ prompt, tokenCount, temperature, seed, ignoreEndTokens }) {
  const options = { target, prompt, maximumTokens: tokenCount, seed, ignoreEndTokens };
  for await (const event of generate({ ...options, sampling: { temperature } })) {
    if (event.type === 'token-committed') yield event.token;
  }
});
