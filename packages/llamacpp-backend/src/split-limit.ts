import { InvalidArgumentError } from '@foretoken/core';
import type { GgufFile } from '@foretoken/models';

/**
 * Ways to split texts (`tokenizer.ggml.pre`) for which the engine has code of its own. For all others it takes regular
 * expressions, which call themselves for every character of a match: a line of 50,000 equals signs overflowed a stack of
 * 16 MiB, and one of 30,000 koffi's usual 2 MiB, which ends the process.
 */
const splitByCode: ReadonlySet<string> = new Set(
  [
    ['gpt-2', 'phi-2', 'mpt', 'olmo', 'jais', 'gigachat', 'a.x-4.0', 'mellum', 'exaone4', 'trillion'],
    ['llama-bpe', 'llama3', 'llama-v3', 'falcon3', 'falcon-h1', 'pixtral', 'midm-2.0', 'lfm2'],
    ['dbrx', 'smaug-bpe', 'chatglm-bpe', 'glm4'],
    [
      'qwen2',
      'qwen35',
      'deepseek-r1-qwen',
      'kormo',
      'megrez',
      'stablelm2',
      'hunyuan',
      'solar-open',
      'grok-2',
    ],
    ['smollm', 'starcoder', 'refact', 'command-r', 'codeshell', 'exaone', 'minerva-7b', 'mellum2'],
    ['kimi-k2', 'roberta-bpe', 'gemma4'],
  ].flat(),
);

/** As Unicode has them, and the engine with it; JavaScript's own class has others. */
const space = /^\p{White_Space}/u;
const runs = /\p{White_Space}+|\P{White_Space}+/gu;

/** More than the 420 that a character was seen to take at most. */
const stackPerCharacter = 512;

/**
 * The longest run of characters, all spaces or none, that the engine's tokenizer can split on a stack of so many bytes: no
 * expression of its matches a space in the middle of other characters, but for the one that it may begin with.
 *
 * @returns characters; Infinity where nothing bounds it.
 */
export function longestRun({ metadata }: GgufFile, stackBytes: number): number {
  if (metadata.get('tokenizer.ggml.model') !== 'gpt2') return Number.POSITIVE_INFINITY;
  if (splitByCode.has(String(metadata.get('tokenizer.ggml.pre')))) return Number.POSITIVE_INFINITY;
  return Math.floor(stackBytes / stackPerCharacter);
}

/** @throws InvalidArgumentError for a text that the engine could not split without ending the process. */
export function assertSplits(text: string, limit: number): void {
  if (text.length <= limit) return;
  for (const { 0: run, index } of text.matchAll(runs)) {
    if (run.length <= limit) continue;
    const kind = space.test(run) ? 'spaces and line breaks alone' : 'characters without a space';
    throw new InvalidArgumentError(
      `The text has ${run.length} ${kind} at character ${index}, and llama.cpp splits at most ${limit} for this model's tokenizer: break it up.`,
    );
  }
}
