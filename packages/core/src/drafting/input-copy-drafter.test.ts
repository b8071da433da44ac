import { describe, expect, test } from 'vitest';
import type { Drafter } from '../contract/drafter.js';
import { TokenOutOfRangeError } from '../errors/token-out-of-range-error.js';
import { createRequestRandom } from '../random/request-random.js';
import { committedPerPass } from '../testing/committed-per-pass.js';
import { propose } from '../testing/drafter-conformance/proposals.js';
import { editTokens } from '../testing/edit-tokens.js';
import { randomTable } from '../testing/random-table.js';
import { roundLawError } from '../testing/round-law-error.js';
import { resampleFromTarget } from '../testing/wrong-rules.js';
import { verificationRules } from '../verification/rules.js';
import { createInputCopyDrafter } from './input-copy-drafter.js';
import { createPromptLookupDrafter } from './prompt-lookup-drafter.js';

const vocabularySize = 8192;
const draftLength = 16;
const rate = 0.05;
/** Tokens a pass where each of 17 tokens is unchanged with probability .95 independently. */
const independent = (1 - (1 - rate) ** (draftLength + 1)) / rate;
const seeds = [1, 2, 3, 4];
/** The prompt of a target that edits a source of its own. */
const prompt = [1];

/** Text of punctuation, and of identifiers of one to three tokens, some far more frequent than others. */
function sourceText(seed: number, length: number): number[] {
  const random = createRequestRandom({ seed }).round(0);
  const tokens: number[] = [];
  for (let word = 0; tokens.length < length; word++) {
    const [kind, first, second] = [0, 1, 2].map((index) => random.uniform('sample', 0, word, index)) as [
      number,
      number,
      number,
    ];
    if (kind < 0.5) tokens.push(Math.floor(30 * first * second));
    else tokens.push(...identifier(Math.floor(400 * first * second)));
  }
  return tokens.slice(0, length);
}

function identifier(number: number): number[] {
  return Array.from({ length: 1 + (number % 3) }, (_, part) => 30 + 3 * number + part);
}

async function perPass(
  source: readonly number[],
  text: readonly number[],
  options: { maximumLeaves?: number; drafter?: Drafter } = {},
): Promise<number> {
  const { maximumLeaves, drafter = createInputCopyDrafter({ source }) } = options;
  try {
    return await committedPerPass(drafter, {
      prompt: options.drafter === undefined ? prompt : source,
      text,
      vocabularySize,
      draftLength,
      maximumLeaves,
    });
  } finally {
    await drafter.close();
  }
}

async function mean(of: (seed: number) => Promise<number>): Promise<number> {
  let sum = 0;
  for (const seed of seeds) sum += await of(seed);
  return sum / seeds.length;
}

describe('independent changes of 5 % of the tokens', () => {
  // 40,000 tokens are about 3,500 passes, with a standard error of 1 % of the mean; the seeds are fixed.
  const kinds = {
    substitutions: { substitutions: 1, insertions: 0, deletions: 0 },
    insertions: { substitutions: 0, insertions: 1, deletions: 0 },
    deletions: { substitutions: 0, insertions: 0, deletions: 1 },
    all: { substitutions: 1, insertions: 1, deletions: 1 },
  };
  const texts = (kind: keyof typeof kinds, seed: number) => {
    const source = sourceText(seed, 10_000);
    return { source, text: editTokens(source, { ...kinds[kind], seed: 100 + seed, rate, vocabularySize }) };
  };

  test.each(['substitutions', 'insertions', 'deletions'] as const)(
    '%s: at least 95 %% of what independent changes allow',
    async (kind) => {
      const tokens = await mean(async (seed) => {
        const { source, text } = texts(kind, seed);
        return perPass(source, text);
      });
      expect(tokens).toBeGreaterThan(0.95 * independent);
    },
  );

  test('a third of each: 95 % of what a drafter can have that cannot see which of two it was', async () => {
    // A new token was put in place of the next one or before it: its own pass does not say which, and one guess of
    // two costs a pass that commits one token. A deletion shows at once, by the token that comes instead.
    const changesPerPass = rate * independent;
    const wrongGuesses = changesPerPass / 3;
    const bound = (independent + wrongGuesses) / (1 + wrongGuesses);
    const chains = await mean(async (seed) => {
      const { source, text } = texts('all', seed);
      return perPass(source, text);
    });
    expect(chains).toBeGreaterThan(0.95 * bound);
    // With a branch for either guess, of as many nodes in all, the draft is shorter but never wrong about it.
    const trees = await mean(async (seed) => {
      const { source, text } = texts('all', seed);
      return perPass(source, text, { maximumLeaves: 2 });
    });
    expect(trees).toBeGreaterThan(chains);
  });

  test('after a token that is new, both readings are branches where the budget has room for them', async () => {
    const source = sourceText(7, 60);
    const request = {
      tokens: [...prompt, ...source.slice(0, 20), 8000],
      promptLength: 1,
      seed: 0,
      maximumTokens: 20,
    };
    const drafter = createInputCopyDrafter({ source });
    const chain = await propose({ vocabularySize }, drafter, request);
    expect(chain.tokens).toEqual(source.slice(21, 41));
    const tree = await propose({ vocabularySize }, drafter, { ...request, maximumLeaves: 2 });
    const second = tree.parents.lastIndexOf(-1);
    expect(tree.tokens).toEqual([...source.slice(21, 21 + second), ...source.slice(20, 40 - second)]);
    // A substitution is the likelier reading before any change was seen, but not by much.
    expect(second).toBeGreaterThan(10);
    expect(second).toBeLessThan(20);
  });

  test('the bound is not reached by looking for the last tokens in the prompt', async () => {
    const { source, text } = texts('substitutions', 1);
    expect(await perPass(source, text, { drafter: createPromptLookupDrafter() })).toBeLessThan(
      0.95 * independent,
    );
  });
});

describe('changes that are repeated', () => {
  /** Every occurrence of `from` becomes `to`. */
  function replaceAll(
    source: readonly number[],
    changes: readonly (readonly [number[], number[]])[],
  ): number[] {
    const text: number[] = [];
    for (let place = 0; place < source.length; ) {
      const change = changes.find(([from]) =>
        from.every((token, offset) => source[place + offset] === token),
      );
      text.push(...(change?.[1] ?? [source[place] as number]));
      place += change?.[0].length ?? 1;
    }
    return text;
  }
  const source = sourceText(5, 6000);
  const renames = Array.from(
    { length: 50 },
    (_, index) =>
      [
        identifier(7 * index),
        // One to four tokens, in place of one to three.
        Array.from({ length: 1 + ((5 * index) % 4) }, (__, part) => 4000 + 4 * index + part),
      ] as const,
  );
  const renamed = replaceAll(source, renames);

  test('renamed identifiers of other lengths: at least 12 tokens a pass', async () => {
    const changes = source.filter((token) => renames.some(([[first]]) => first === token)).length;
    expect(changes).toBeGreaterThan(rate * source.length);
    expect(await perPass(source, renamed)).toBeGreaterThan(12);
    expect(await perPass(source, renamed, { drafter: createPromptLookupDrafter() })).toBeLessThan(9);
  });

  test.each<[string, (readonly [number[], number[]])[]]>([
    [
      'an insertion',
      [
        [
          [0, 1],
          [0, 5000, 1],
        ],
      ],
    ],
    [
      'a deletion',
      [
        [
          [0, 1, 2],
          [0, 2],
        ],
      ],
    ],
    [
      'several of both',
      [
        [
          [0, 1],
          [0, 5000, 5001, 1],
        ],
        [[3, 4], [3]],
        [[6], [6, 5002]],
      ],
    ],
  ])('%s at every place of a kind: at least 14 tokens a pass', async (_, changes) => {
    expect(await perPass(source, replaceAll(source, changes))).toBeGreaterThan(14);
  });

  test('a change is not drafted where it was not repeated', async () => {
    // The second of three equal identifiers keeps its name.
    const name = [7000, 7001];
    const parts = [10, 20, 30, 40].map((seed) => sourceText(seed, 40));
    const text = (names: readonly (readonly number[])[]) =>
      parts.flatMap((part, index) => [...part, ...(names[index] ?? [])]);
    const edited = text([[7002], name]);
    const drafter = createInputCopyDrafter({ source: text([name, name, name]) });
    const draft = await propose({ vocabularySize }, drafter, {
      tokens: [...prompt, ...edited.slice(0, 40 + 1 + 40 + 2 + 38)],
      promptLength: 1,
      seed: 0,
    });
    expect(draft.tokens).toEqual([...(parts[2] as number[]).slice(38), ...name]);
  });
});

describe('passages', () => {
  const source = sourceText(6, 4000);
  const foreign = Array.from({ length: 50 }, (_, index) => 6000 + index);
  const [first, second, third] = [source.slice(0, 1500), source.slice(1500, 2200), source.slice(2200)] as [
    number[],
    number[],
    number[],
  ];

  test.each<[string, number[], passes: number]>([
    ['the same text', source, 0],
    ['one that was left out', [...first, ...third], 4],
    ['two that changed places', [...first, ...third, ...second], 8],
    ['only one of them', second, 4],
    // Each foreign token takes a pass; what comes after them is found at its first token or the next.
    ['one that was put in', [...first, ...foreign, ...second, ...third], 50 + 4],
    ['one in place of another', [...first, ...foreign, ...third], 50 + 6],
  ])('%s: at most a few passes more', async (_, text, more) => {
    const passes = text.length / (await perPass(source, text));
    expect(passes).toBeLessThanOrEqual(Math.ceil(text.length / (draftLength + 1)) + more);
  });

  test('drafts get shorter while the output is not from the source, and long again', async () => {
    const drafter = createInputCopyDrafter({ source });
    const lengths: number[] = [];
    for (const length of [0, 1, 2, 3, 4, 6, 50]) {
      const tokens = [...prompt, ...source.slice(0, 200), ...foreign.slice(0, length)];
      const draft = await propose({ vocabularySize }, drafter, {
        tokens,
        promptLength: 1,
        seed: 0,
        maximumTokens: draftLength,
      });
      lengths.push(draft.tokens.length);
    }
    expect(lengths).toEqual([16, 16, 16, 8, 4, 1, 1]);
    const back = await propose({ vocabularySize }, drafter, {
      tokens: [...prompt, ...source.slice(0, 200), ...foreign, ...source.slice(200, 202)],
      promptLength: 1,
      seed: 0,
      maximumTokens: draftLength,
    });
    expect(back.tokens).toEqual(source.slice(202, 218));
  });

  test('past the end of the source nothing is drafted', async () => {
    const draft = await propose({ vocabularySize }, createInputCopyDrafter({ source }), {
      tokens: [...prompt, ...source],
      promptLength: 1,
      seed: 0,
    });
    expect(draft.tokens).toEqual([]);
  });
});

describe('where the source is', () => {
  const text = sourceText(8, 60);
  const propose16 = (drafter: Drafter, tokens: readonly number[], promptLength: number) =>
    propose({ vocabularySize }, drafter, { tokens, promptLength, seed: 0, maximumTokens: draftLength });

  test('the prompt, a part of it, or tokens of their own', async () => {
    const instruction = [5000, 5001, 5002];
    const whole = [...instruction, ...text];
    const begins = async (drafter: Drafter) => (await propose16(drafter, whole, whole.length)).tokens;
    expect(await begins(createInputCopyDrafter())).toEqual(whole.slice(0, 16));
    expect(await begins(createInputCopyDrafter({ span: { start: 3 } }))).toEqual(text.slice(0, 16));
    expect(await begins(createInputCopyDrafter({ span: { start: 3, end: 8 } }))).toEqual(text.slice(0, 5));
    expect(await begins(createInputCopyDrafter({ source: text }))).toEqual(text.slice(0, 16));
  });

  test.each([8192, 5])('a proposal depends on source and tokens alone: %i token ids', async (size) => {
    const random = createRequestRandom({ seed: 9 });
    const drafter = createInputCopyDrafter();
    const edits = { rate: 0.1, substitutions: 1, insertions: 1, deletions: 1, vocabularySize: size };
    for (let step = 0; step < 60; step++) {
      const below = (count: number, index: number): number =>
        Math.floor(random.round(step).uniform('sample', 0, 0, index) * count);
      const source = sourceText(below(2, 0), 60).map((token) => token % size);
      const output = editTokens(source, { ...edits, seed: below(2, 1) }).slice(0, below(60, 2));
      const request = {
        tokens: [...source, ...output],
        promptLength: 60,
        seed: 0,
        maximumLeaves: 1 + below(3, 3),
      };
      const fresh = createInputCopyDrafter();
      expect(await propose({ vocabularySize: size }, drafter, request)).toEqual(
        await propose({ vocabularySize: size }, fresh, request),
      );
    }
  });

  test('what cannot be a source is refused by name', async () => {
    expect(() => createInputCopyDrafter({ source: [] })).toThrow(/no tokens/);
    for (const token of [-1, 0.5, Number.NaN]) {
      expect(() => createInputCopyDrafter({ source: [3, token] })).toThrow(TokenOutOfRangeError);
    }
    for (const span of [{ start: -1 }, { start: 2, end: 2 }, { start: 0.5 }, { start: 0, end: Number.NaN }]) {
      expect(() => createInputCopyDrafter({ span })).toThrow(/is no part of the prompt/);
    }
    expect(() => createInputCopyDrafter({ source: [3], span: { start: 0 } })).toThrow(/not both/);
    const beyond = createInputCopyDrafter({ source: [3, vocabularySize] });
    await expect(propose16(beyond, text, 60)).rejects.toThrow(
      /Token 8192 at position 1 of the source.*below 8192/,
    );
    for (const span of [{ start: 60 }, { start: 3, end: 61 }]) {
      await expect(propose16(createInputCopyDrafter({ span }), text, 60)).rejects.toThrow(/of 60 tokens/);
    }
  });
});

// A proof by enumeration: nothing is sampled.
describe('the law of the output', () => {
  const law = randomTable(21, 3, 'smooth');
  const shared = {
    law: (history: readonly number[]) => law(history),
    vocabularySize: 3,
    prompt: [0, 1, 2, 1, 0],
    draftLength: 3,
  };

  test.each([...verificationRules.values()])(
    'is the target law after every beginning, under $name',
    async (rule) => {
      const { error, drafted } = await roundLawError({ ...shared, rule, drafter: createInputCopyDrafter() });
      expect(error).toBeLessThan(1e-12);
      expect(drafted).toBeGreaterThan(80);
    },
  );

  test('is another one under a rule that draws from the target after a rejection', async () => {
    const { error } = await roundLawError({
      ...shared,
      rule: resampleFromTarget,
      drafter: createInputCopyDrafter(),
    });
    expect(error).toBeGreaterThan(0.01);
  });
});
