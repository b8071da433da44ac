import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { expect, test } from 'vitest';
import { maskMutants } from '../../packages/audit/src/mutants/index.js';
import { auditUnderGrammar, smallestPValue } from '../support/audit-under-grammar.js';

test('under a grammar the embedded pair follows the constrained target, and faults of masks are found, seed 3', async () => {
  const options = { threads: 1, contextLength: 64, maximumSequences: 12 };
  const target = await llamacppBackend.loadModel(tinyModels.target, options);
  const draft = await llamacppBackend.loadModel(tinyModels.draft, options);
  // Allows about half of what the target would write: where a mask that is left out somewhere costs most.
  const gbnf = 'root ::= [^e]*';
  const draws = 200;
  await auditUnderGrammar({ target, draft, gbnf, temperature: 0.5, draws, seed: 3 }, async (audit) => {
    const sound = await audit();
    expect(sound).toMatchObject({ error: undefined, draws });
    // Ten laws at 1e-6 each: wrong with probability 1e-5 at most.
    expect(smallestPValue(sound)).toBeGreaterThan(1e-6);
    for (const { name, inject } of maskMutants) {
      const faulty = await audit(inject);
      expect(faulty.error).toBeUndefined();
      expect(smallestPValue(faulty), name).toBeLessThan(1e-9);
      expect(faulty.worstTokens[0]).toMatchObject({ position: 1 });
    }
  });
  await draft.close();
  await target.close();
});
