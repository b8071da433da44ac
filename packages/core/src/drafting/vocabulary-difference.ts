import type { LanguageModel } from '../contract/language-model.js';
import type { Tokenizer } from '../contract/tokenizer.js';

/** Differing tokens that are named. */
const mostNamed = 3;
/** Share of the target's tokens that a draft should have for its own to be paired with them one by one. */
const manyShared = 0.5;
/** Share of the longer vocabulary's tokens that the shorter one has at least where the rest is padding. */
const nearlyAll = 0.99;

/** How the tokens of a draft model are not those of the target. */
export interface VocabularyDifference {
  /** The sizes, the first tokens that differ, and how many are in both. */
  readonly text: string;
  /** Whether the draft model has most of the target's tokens, whatever their ids. */
  readonly sharesMost: boolean;
  /**
   * Whether one vocabulary is the beginning of the other and has nearly all of it: models of one family, padded to different
   * sizes.
   */
  readonly isPadding: boolean;
}

/** What was found, by the target's and the draft's tokenizer; null: no difference. */
const found = new WeakMap<Tokenizer, WeakMap<Tokenizer, VocabularyDifference | null>>();

/** Undefined where both have the same tokens with the same ids; O(both vocabularies) the first time. */
export function vocabularyDifference(
  target: LanguageModel,
  draft: LanguageModel,
): VocabularyDifference | undefined {
  const known = found.get(target.tokenizer) ?? new WeakMap<Tokenizer, VocabularyDifference | null>();
  found.set(target.tokenizer, known);
  const seen = known.get(draft.tokenizer);
  if (seen !== undefined) return seen ?? undefined;
  const difference = compare(target, draft);
  known.set(draft.tokenizer, difference ?? null);
  return difference;
}

function compare(target: LanguageModel, draft: LanguageModel): VocabularyDifference | undefined {
  const sizes = [target.vocabularySize, draft.vocabularySize] as const;
  const common = Math.min(...sizes);
  const [ours, theirs] = [target.tokenizer, draft.tokenizer];
  const texts: string[] = [];
  // They have no text to show, and often come first.
  const special: string[] = [];
  let alike = 0;
  for (let token = 0; token < common; token++) {
    const [left, right] = [ours.tokenBytes(token), theirs.tokenBytes(token)];
    if (areEqual(left, right)) alike += 1;
    else if (texts.length < mostNamed) {
      const named = `token ${token} is ${show(ours, token)} in the one and ${show(theirs, token)} in the other`;
      (left.length === 0 || right.length === 0 ? special : texts).push(named);
    }
  }
  if (alike === common && sizes[0] === sizes[1]) return undefined;
  const named = [...texts, ...special].slice(0, mostNamed);
  const draftTexts = new Set(textsOf(theirs));
  const targetTexts = textsOf(ours);
  const shared = targetTexts.filter((text) => draftTexts.has(text)).length;
  const share = shared / Math.max(1, targetTexts.length);
  const parts = [
    ...(sizes[0] === sizes[1] ? [] : [`${sizes[0]} tokens against ${sizes[1]}`]),
    ...(named.length === 0 ? [`the first ${common} are the same`] : named),
    `the draft has ${(100 * share).toFixed(0)} % of the target's tokens, ${alike} with the same id`,
  ];
  const isPadding = alike === common && common >= nearlyAll * Math.max(...sizes);
  return { text: parts.join('; '), sharesMost: share >= manyShared, isPadding };
}

function areEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

function show(tokenizer: Tokenizer, token: number): string {
  return tokenizer.tokenBytes(token).length === 0
    ? 'a special token'
    : JSON.stringify(tokenizer.decode([token]));
}

/** Bytes of the tokens that are text, each byte written as one character. */
function textsOf(tokenizer: Tokenizer): string[] {
  return Array.from({ length: tokenizer.vocabularySize }, (_, token) =>
    String.fromCharCode(...tokenizer.tokenBytes(token)),
  ).filter((text) => text !== '');
}
