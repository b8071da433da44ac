import { runAudit } from '@foretoken/audit';
import {
  drafterFactories,
  type DrafterFactory,
  type VerificationRule,
  verificationRules,
} from '@foretoken/core';
import { createGrammarCompiler } from '@foretoken/grammar';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { expect, test } from 'vitest';
import { codePrompts } from '../../apps/cli/src/prompts/code-prompts.js';
import { missing, realModels } from './real-models.js';

// Few histories, so that rows are read once and drawn from thousands of times, and still a choice at every token.
const gbnf = 'root ::= [0-9]{3} "."';

test('the audit of a real pair under a grammar finds no fault', async ({ skip }) => {
  const absent = missing(realModels.target) ?? missing(realModels.draft);
  skip(absent !== undefined, absent);
  const options = { contextLength: 96, maximumSequences: 24 };
  const target = await llamacppBackend.loadModel(realModels.target, options);
  const draft = await llamacppBackend.loadModel(realModels.draft, options);
  const grammar = await createGrammarCompiler(target.tokenizer).compileGrammar(gbnf);
  const { verdict, engines } = await runAudit({
    rules: [verificationRules.get('block') as VerificationRule],
    drafters: [drafterFactories.get('draft-model') as DrafterFactory],
    engines: [{ name: 'llamacpp', models: { target, draft }, grammar }],
    texts: codePrompts,
    margin: 0.3,
    budget: 120,
    seed: 1,
  });
  console.log(verdict.summary);
  for (const { mode, draws } of engines[0]?.audits ?? []) console.log(`${mode}: ${draws} draws`);
  // Wrong with probability 1e-6 at most.
  expect(verdict.failures).toEqual([]);
  expect(engines[0]?.errors).toEqual([]);
  expect(engines[0]?.audits[0]?.draws).toBeGreaterThan(500);
  await draft.close();
  await target.close();
});
