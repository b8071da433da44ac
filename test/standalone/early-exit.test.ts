import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Backend,
  compareGreedy,
  createFixedDraftLength,
  createModelDrafter,
  type Drafter,
  generateText,
  type LanguageModel,
  type LoadModelOptions,
} from '@foretoken/core';
import { drafterConformance } from '@foretoken/core/testing';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import type { LayerSelection } from '@foretoken/models';
import { onnxBackend } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

type Options = LoadModelOptions & LayerSelection & { readonly cacheFolder?: string };
const backends: readonly (readonly [string, Backend<Options>])[] = [
  ['llamacpp', llamacppBackend],
  ['onnx', onnxBackend],
];
const selections: readonly LayerSelection[] = [{ layers: [0, 1, 2, 3] }, { skipLayers: [3, 5] }];
const texts = ['export function add(', 'const names = users.map(', 'import { readFile } from '];
// The laws that compare texts or drafts token by token are proven on the table model: here a pass over one token and
// one over many may round apart.
const byToken = /stays in step|text is the plain one/;

let cacheFolder: string;
beforeAll(async () => {
  cacheFolder = await mkdtemp(path.join(tmpdir(), 'foretoken-early-exit-'));
});
afterAll(() => rm(cacheFolder, { recursive: true }));

describe.each(backends)("the target's own layers as its draft model on %s", (_, backend) => {
  let target: LanguageModel;
  beforeAll(async () => {
    target = await backend.loadModel(tinyModels.target, { threads: 1, cacheFolder });
  });
  afterAll(() => target.close());

  async function withDraft(
    selection: LayerSelection,
    use: (draft: LanguageModel) => Promise<void>,
  ): Promise<void> {
    const draft = await backend.loadModel(tinyModels.target, { threads: 1, cacheFolder, ...selection });
    try {
      await use(draft);
    } finally {
      await draft.close();
    }
  }

  it.each(selections)(
    '%j: greedy text is the plain one, up to numerics, and drafts are accepted',
    async (selection) => {
      await withDraft(selection, async (draft) => {
        let accepted = 0;
        for (const text of texts.slice(1)) {
          const prompt = target.tokenizer.encode(text);
          const greedy = (drafter?: Drafter): ReturnType<typeof generateText> =>
            generateText({
              target,
              drafter,
              prompt,
              sampling: { temperature: 0 },
              maximumTokens: 24,
              draftLength: createFixedDraftLength(3),
            });
          const plain = await greedy();
          const drafter = createModelDrafter({ model: draft, target });
          const drafted = await greedy(drafter);
          await drafter.close();
          const difference = await compareGreedy(target, prompt, plain.tokens, drafted.tokens);
          expect(difference?.cause).not.toBe('state');
          accepted += drafted.counters.acceptedCount;
        }
        expect(accepted).toBeGreaterThan(0);
      });
    },
  );
});

it('the drafter over a pruned model drafts what it reports, and can be stopped and closed', async () => {
  const target = await llamacppBackend.loadModel(tinyModels.target, { threads: 1 });
  const draft = await llamacppBackend.loadModel(tinyModels.target, {
    threads: 1,
    cacheFolder,
    layers: [0, 1],
  });
  try {
    const laws = drafterConformance({
      target,
      createDrafter: () => createModelDrafter({ model: draft, target }),
      prompts: texts.map((text) => target.tokenizer.encode(text)),
      proposals: 400,
    }).filter(({ name }) => !byToken.test(name));
    expect(laws).toHaveLength(4);
    for (const law of laws) await law.run();
  } finally {
    await draft.close();
    await target.close();
  }
});
