import {
  createLogitsTransform,
  drafterFactories,
  type DrafterFactory,
  type LanguageModel,
  tokenwise,
} from '@foretoken/core';
import { createGrammarCompiler } from '@foretoken/grammar';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codePrompts } from '../../apps/cli/src/prompts/code-prompts.js';
import { auditOnEngine, type EngineAudit } from '../../packages/audit/src/engine/audit-on-engine.js';
import {
  choosePrefixes,
  cutTexts,
  longest,
  type Prefix,
} from '../../packages/audit/src/engine/choose-prefixes.js';
import { LawReader } from '../../packages/audit/src/engine/law-reader.js';
import { createReusedRows } from '../../packages/audit/src/engine/reused-rows.js';
import { maskMutants } from '../../packages/audit/src/mutants/index.js';
import { reusedParts } from '../../packages/audit/src/run/plan-audit.js';
import type { AuditSubject, SubjectModels } from '../../packages/audit/src/subject/audit-subject.js';
import { createSubject } from '../../packages/audit/src/subject/create-subject.js';

// What `foretoken audit --grammar` does with rows reused, on the embedded pair, with so many draws whatever time they take.
const draws = 200;
/** Allows about half of what the target would write: where a mask forgotten at a place costs most. */
const gbnf = 'root ::= [^e]*';
const drafter = drafterFactories.get('draft-model') as DrafterFactory;

let models: SubjectModels & { readonly draft: LanguageModel };
let rows: SubjectModels;
let transform: ReturnType<typeof createLogitsTransform>;
let sampling: AuditSubject['sampling'];
let prefixes: readonly Prefix[];
beforeAll(async () => {
  const load = (file: string): Promise<LanguageModel> =>
    llamacppBackend.loadModel(file, { threads: 1, contextLength: 64, maximumSequences: 12 });
  models = { target: await load(tinyModels.target), draft: await load(tinyModels.draft) };
  const { target, draft } = models;
  const grammar = await createGrammarCompiler(target.tokenizer).compileGrammar(gbnf);
  // Few histories that are drawn often: their rows are read once.
  sampling = { temperature: 0.5, allowedTokens: grammar.allowedTokens(longest) };
  transform = createLogitsTransform(sampling, target.vocabularySize);
  rows = { target: createReusedRows(target, { readers: 8 }), draft: createReusedRows(draft, { readers: 8 }) };
  const texts = codePrompts.slice(0, 3).map((text) => target.tokenizer.encode(text));
  const cuts = await cutTexts({ target, transform, texts, hiddenStates: false, length: longest });
  const chooser = drafter.create(rows);
  prefixes = await choosePrefixes({ cuts, drafter: chooser, transform, count: 2 });
  await chooser.close();
});
afterAll(async () => {
  for (const model of [rows.draft, rows.target, models.draft, models.target]) await model?.close();
});

async function audit(inject = (subject: AuditSubject): AuditSubject => subject): Promise<EngineAudit> {
  const create = (): AuditSubject =>
    inject(createSubject({ rule: tokenwise, drafter, sampling, engine: 'llamacpp', models: rows }));
  const law = new LawReader(rows.target, await create().createDrafter(rows), transform.clone(), prefixes);
  const result = await auditOnEngine(create, {
    mode: 'rows reused',
    loops: 4,
    freePrefixes: true,
    prefixes,
    laws: [law],
    draws,
    transform,
    seed: 3,
    confidence: 0.999,
    parts: reusedParts,
  });
  await law.close();
  expect(result.error).toBeUndefined();
  return result;
}

const smallest = ({ places, firstToken }: EngineAudit): number =>
  Math.min(...places.map(({ pValue }) => pValue), firstToken?.pValue ?? 1);

test('under a grammar the embedded pair follows the constrained target, seed 3', async () => {
  const result = await audit();
  // Ten laws at 1e-6 each: wrong with probability 1e-5 at most.
  expect(smallest(result)).toBeGreaterThan(1e-6);
  expect(result.draws).toBe(draws);
});

test.each([...maskMutants])('the control: $name is found there', async ({ inject }) => {
  const result = await audit(inject);
  expect(smallest(result)).toBeLessThan(1e-6);
  expect(result.worstTokens[0]).toMatchObject({ position: 1 });
});
