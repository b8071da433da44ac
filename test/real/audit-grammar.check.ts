import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { expect, test } from 'vitest';
import { auditUnderGrammar, smallestPValue } from '../support/audit-under-grammar.js';
import { missing, realModels } from './real-models.js';

test('under a grammar a real pair follows the constrained target, seed 1', async ({ skip }) => {
  const absent = missing(realModels.target) ?? missing(realModels.draft);
  skip(absent !== undefined, absent);
  const options = { contextLength: 64, maximumSequences: 12 };
  const target = await llamacppBackend.loadModel(realModels.target, options);
  const draft = await llamacppBackend.loadModel(realModels.draft, options);
  // Few histories, so that rows are read once and drawn from often, and a choice at every token.
  const gbnf = 'root ::= [0-5]{3} "."';
  const draws = 1000;
  await auditUnderGrammar({ target, draft, gbnf, temperature: 1, draws, seed: 1 }, async (audit) => {
    const sound = await audit();
    console.log(`${sound.draws} draws, smallest p ${smallestPValue(sound)}`);
    expect(sound).toMatchObject({ error: undefined, draws });
    // Ten laws at 1e-6 each: wrong with probability 1e-5 at most.
    expect(smallestPValue(sound)).toBeGreaterThan(1e-6);
  });
  await draft.close();
  await target.close();
});
