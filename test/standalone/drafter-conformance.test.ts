import { createModelDrafter } from '@foretoken/core';
import { drafterConformance } from '@foretoken/core/testing';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { expect, test } from 'vitest';

// The laws that compare texts or drafts token by token are proven on the table model: here a pass over one token and
// one over many may round apart.
const byToken = /stays in step|text is the plain one/;

test('on a real engine too, the draft model drafts what it reports, and can be stopped and closed', async () => {
  const target = await llamacppBackend.loadModel(tinyModels.target, { threads: 1 });
  const draft = await llamacppBackend.loadModel(tinyModels.draft, { threads: 1 });
  try {
    const prompts = ['export function add(', 'const names = users.map(', 'import { readFile } from '];
    const laws = drafterConformance({
      target,
      createDrafter: () => createModelDrafter({ model: draft, target }),
      prompts: prompts.map((prompt) => target.tokenizer.encode(prompt)),
      proposals: 1200,
    }).filter(({ name }) => !byToken.test(name));
    expect(laws).toHaveLength(4);
    for (const law of laws) await law.run();
  } finally {
    await draft.close();
    await target.close();
  }
});
