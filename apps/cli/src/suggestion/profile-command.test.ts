import { expect, test } from 'vitest';
import { profileCommandFor } from './profile-command.js';
import type { Suggestion } from './suggest.js';

const suggestion = (draft: string, changes: Partial<Suggestion> = {}): Suggestion => ({
  draft,
  kind: 'model',
  bytes: 1,
  note: '',
  verdict: 'likely',
  paysFrom: 0.5,
  profiled: undefined,
  ...changes,
});
const lookup = suggestion('prompt-lookup', { kind: 'text' });
const foreign = suggestion('foreign.gguf', { foreignDraft: 'slem' });

test.each<[readonly Suggestion[], string | undefined]>([
  [
    [lookup, foreign, suggestion('a folder/small.gguf', { verdict: 'perhaps' })],
    '--draft "prompt-lookup+a folder/small.gguf"',
  ],
  [[lookup, foreign], '--draft prompt-lookup+foreign.gguf --foreign-draft slem'],
  [[suggestion('copy.gguf', { kind: 'own copy' }), lookup], '--draft prompt-lookup'],
  [
    [suggestion('small.gguf'), suggestion('prompt-lookup', { kind: 'text', verdict: 'no' })],
    '--draft small.gguf',
  ],
  [[suggestion('large.gguf', { verdict: 'unlikely' })], undefined],
])('%# names what may pay and is there', (suggestions, drafts) => {
  expect(profileCommandFor('big.gguf', 'onnx', suggestions)).toBe(
    drafts && `foretoken profile --output profile.json --model big.gguf --backend onnx ${drafts}`,
  );
});
