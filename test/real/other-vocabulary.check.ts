import { createModelDrafter } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { expect, test } from 'vitest';
import { missing, realModels } from './real-models.js';

test('a draft of another family is explained by tokens, sizes and what both have', async ({ skip }) => {
  const absent = missing(realModels.draft) ?? missing(realModels.foreign);
  skip(absent !== undefined, absent);
  const options = { contextLength: 64, threads: 1 };
  const target = await llamacppBackend.loadModel(realModels.draft, options);
  const draft = await llamacppBackend.loadModel(realModels.foreign, options);
  expect(() => createModelDrafter({ model: draft, target })).toThrow(
    /151936 tokens against 49152; token 17 is "2" in the one and "!" in the other; .*; the draft has 26 % of the target's tokens, 17 with the same id\..*--foreign-draft slem\), which fits better here/,
  );
  await draft.close();
  await target.close();
});
