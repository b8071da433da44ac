import { readFile } from 'node:fs/promises';
import {
  createRequestRandom,
  type Drafter,
  encodePrompt,
  generateText,
  type LanguageModel,
} from '@foretoken/core';
import { bootstrapRatio, hodgesLehmannRatio } from '@foretoken/stats';

const promptLength = 128;

/** What is measured. */
export interface TokensSetup {
  readonly drafter: string;
  readonly temperature: number;
  readonly name: string;
  readonly rule: string;
  readonly draftLength: number;
  /** Generations after every prompt; default 1. */
  readonly draws?: number;
  readonly create: () => Drafter;
}

export interface TokensRow {
  readonly drafter: string;
  readonly temperature: number;
  readonly name: string;
  readonly rule: string;
  readonly tokensPerPass: number;
  /** Passes per token: the time that a prompt takes where only passes count. */
  readonly byPrompt: readonly number[];
}

/** Tokens per target pass over all of the prompts in `bench/prompts`. Counts, no times. */
export class TokensPerPass {
  readonly rows: TokensRow[] = [];
  readonly #target: LanguageModel;
  readonly #prompts: readonly (readonly number[])[];
  readonly #maximumTokens: number;
  readonly #seed: number;

  constructor(target: LanguageModel, texts: readonly string[], maximumTokens: number, seed: number) {
    this.#target = target;
    this.#prompts = texts.map((text) => encodePrompt(target.tokenizer, text).slice(0, promptLength));
    this.#maximumTokens = maximumTokens;
    this.#seed = seed;
  }

  async measure(setup: TokensSetup): Promise<void> {
    const { drafter: of, temperature, name, rule, draftLength, draws = 1, create } = setup;
    const prompts = this.#prompts;
    const committed = new Array<number>(prompts.length).fill(0);
    const rounds = new Array<number>(prompts.length).fill(0);
    for (let request = 0; request < draws * prompts.length; request++) {
      const place = request % prompts.length;
      const drafter = create();
      const { counters } = await generateText({
        target: this.#target,
        drafter,
        prompt: prompts[place] as readonly number[],
        sampling: { temperature },
        rule,
        draftLength,
        maximumTokens: this.#maximumTokens,
        seed: this.#seed,
        request,
        ignoreEndTokens: true,
      });
      await drafter.close();
      committed[place] = (committed[place] as number) + counters.committedCount;
      rounds[place] = (rounds[place] as number) + counters.roundCount;
    }
    const tokensPerPass = sum(committed) / sum(rounds);
    const byPrompt = rounds.map((count, place) => count / (committed[place] as number));
    this.rows.push({ drafter: of, temperature, name, rule, tokensPerPass, byPrompt });
    console.log(of, `T=${temperature}`, name, rule, tokensPerPass.toFixed(3));
  }

  /** The rows for a file: without what each prompt took. */
  get totals(): readonly Omit<TokensRow, 'byPrompt'>[] {
    return this.rows.map(({ drafter, temperature, name, rule, tokensPerPass }) => ({
      drafter,
      temperature,
      name,
      rule,
      tokensPerPass,
    }));
  }

  /** The best of a drafter's trees over the best of its chains. */
  treeOverChain(drafter: string, temperature: number) {
    const own = this.rows.filter((row) => row.drafter === drafter && row.temperature === temperature);
    const tree = best(own.filter(({ name }) => !name.startsWith('chain')));
    const chain = best(own.filter(({ name }) => name.startsWith('chain')));
    const compared = this.ratio(tree, chain);
    const { estimate, lower, upper } = compared.ofTotals;
    const interval = [estimate, lower, upper].map((value) => value.toFixed(3)).join(' ');
    console.log(`${drafter} T=${temperature}: ${compared.candidate} over ${compared.baseline}: ${interval}`);
    return { drafter, temperature, ...compared };
  }

  /** Tokens per pass of one over those of another, with intervals over prompts. */
  ratio(candidate: TokensRow, baseline: TokensRow) {
    const passes = { baseline: baseline.byPrompt, candidate: candidate.byPrompt };
    const keyed = createRequestRandom({ seed: this.#seed }).round(0);
    let drawn = 0;
    return {
      candidate: `${candidate.name}, ${candidate.rule}`,
      baseline: `${baseline.name}, ${baseline.rule}`,
      ofTotals: bootstrapRatio(passes, { random: () => keyed.uniform('sample', 0, 0, drawn++) }),
      byPrompt: hodgesLehmannRatio(passes),
    };
  }
}

/** The prompts of application code. */
export async function applicationCode(): Promise<string[]> {
  const file = new URL('../prompts/application-code.txt', import.meta.url);
  return (await readFile(file, 'utf8')).trimEnd().split('\n---\n');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function best(among: readonly TokensRow[]): TokensRow {
  return among.reduce((left, right) => (right.tokensPerPass > left.tokensPerPass ? right : left));
}
