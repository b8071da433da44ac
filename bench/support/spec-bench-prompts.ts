import { readFile } from 'node:fs/promises';
import { encodePrompt, type LanguageModel } from '@foretoken/core';

/** Tokens of a prompt that are kept, from its end. */
const longestPrompt = 768;
/** Of the routine sample. */
const sampleSize = 60;

export interface SpecBenchPrompt {
  readonly id: number;
  /** One of Spec-Bench's six (Xia et al. 2401.07851): the eight of MT-bench count as one. */
  readonly category: string;
  readonly tokens: readonly number[];
}

interface Question {
  readonly question_id: number;
  readonly category: string;
  readonly turns: readonly string[];
}

const own = new Set(['translation', 'summarization', 'qa', 'math_reasoning', 'rag']);

/**
 * The first turns of Spec-Bench's 480 questions, or a fixed sample: every eighth, ten of each category.
 *
 * @param count of the sample, evenly spread; undefined: all.
 */
export async function specBenchPrompts(
  { tokenizer }: LanguageModel,
  count: number | undefined = sampleSize,
): Promise<SpecBenchPrompt[]> {
  const questions = await readQuestions();
  const step = questions.length / Math.min(count, questions.length);
  return Array.from({ length: Math.min(count, questions.length) }, (_, index) => {
    const question = questions[Math.floor(index * step)] as Question;
    return {
      id: question.question_id,
      category: own.has(question.category) ? question.category : 'mt_bench',
      tokens: encodePrompt(tokenizer, question.turns[0] as string).slice(-longestPrompt),
    };
  });
}

/** The first turns of all questions. */
export async function specBenchTexts(): Promise<string[]> {
  return (await readQuestions()).map(({ turns }) => turns[0] as string);
}

async function readQuestions(): Promise<Question[]> {
  const file = new URL('../../../shared/data/spec_bench_questions.jsonl', import.meta.url);
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Question);
}
