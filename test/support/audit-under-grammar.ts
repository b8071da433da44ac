import { createLogitsTransform, drafterFactories, type LanguageModel, tokenwise } from '@foretoken/core';
import type { DrafterFactory } from '@foretoken/core';
import { createGrammarCompiler } from '@foretoken/grammar';
import { codePrompts } from '../../apps/cli/src/prompts/code-prompts.js';
import { auditOnEngine, type EngineAudit } from '../../packages/audit/src/engine/audit-on-engine.js';
import { choosePrefixes, cutTexts, longest } from '../../packages/audit/src/engine/choose-prefixes.js';
import { LawReader } from '../../packages/audit/src/engine/law-reader.js';
import { createReusedRows } from '../../packages/audit/src/engine/reused-rows.js';
import { reusedParts } from '../../packages/audit/src/run/plan-audit.js';
import type { AuditSubject } from '../../packages/audit/src/subject/audit-subject.js';
import { createSubject } from '../../packages/audit/src/subject/create-subject.js';

export interface GrammarAuditOptions {
  /** With 12 sequences each. */
  readonly target: LanguageModel;
  readonly draft: LanguageModel;
  readonly gbnf: string;
  readonly temperature: number;
  readonly draws: number;
  readonly seed: number;
}

/** Audits a subject that was made from the sound one; by default the sound one. */
export type GrammarAudit = (inject?: (sound: AuditSubject) => AuditSubject) => Promise<EngineAudit>;

const prefixCount = 2;
const texts = 3;

/**
 * What `foretoken audit --grammar` does with rows reused, for a draft model under tokenwise verification: so many draws,
 * whatever time they take.
 */
export async function auditUnderGrammar(
  options: GrammarAuditOptions,
  run: (audit: GrammarAudit) => Promise<void>,
): Promise<void> {
  const { target, draft, gbnf, temperature, draws, seed } = options;
  const drafter = drafterFactories.get('draft-model') as DrafterFactory;
  const grammar = await createGrammarCompiler(target.tokenizer).compileGrammar(gbnf);
  const sampling = { temperature, allowedTokens: grammar.allowedTokens(longest) };
  const transform = createLogitsTransform(sampling, target.vocabularySize);
  const [rows, draftRows] = [target, draft].map((model) => createReusedRows(model, { readers: 8 })) as [
    LanguageModel,
    LanguageModel,
  ];
  const models = { target: rows, draft: draftRows };
  try {
    const tokens = codePrompts.slice(0, texts).map((text) => target.tokenizer.encode(text));
    const cuts = await cutTexts({ target, transform, texts: tokens, hiddenStates: false, length: longest });
    const chooser = drafter.create(models);
    const prefixes = await choosePrefixes({ cuts, drafter: chooser, transform, count: prefixCount });
    await chooser.close();
    await run(async (inject = (sound) => sound) => {
      const parts = { rule: tokenwise, drafter, sampling, engine: 'llamacpp', models };
      const create = (): AuditSubject => inject(createSubject(parts));
      const law = new LawReader(rows, drafter.create(models), transform.clone(), prefixes);
      try {
        return await auditOnEngine(create, {
          mode: 'rows reused',
          loops: 4,
          freePrefixes: true,
          prefixes,
          laws: [law],
          draws,
          transform,
          seed,
          confidence: 0.999,
          parts: reusedParts,
        });
      } finally {
        await law.close();
      }
    });
  } finally {
    await draftRows.close();
    await rows.close();
  }
}

/** The smallest p-value of all of an audit's laws. */
export function smallestPValue({ places, firstToken }: EngineAudit): number {
  return Math.min(...places.map(({ pValue }) => pValue), firstToken?.pValue ?? 1);
}
