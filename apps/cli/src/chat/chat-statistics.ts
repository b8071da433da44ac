import type { DecodeCounters } from '@foretoken/core';

/** What answers took, added up. */
export class ChatStatistics {
  #answers: DecodeCounters[] = [];

  add(counters: DecodeCounters): void {
    this.#answers.push(counters);
  }

  clear(): void {
    this.#answers = [];
  }

  /** @param held tokens that the context holds now. */
  lines(held: number, contextLength: number): string[] {
    const last = this.#answers.at(-1);
    return [
      ...(last === undefined ? ['No answer yet.'] : [`last answer: ${answerLine([last])}`, promptLine(last)]),
      ...(this.#answers.length > 1
        ? [`all ${this.#answers.length} answers: ${answerLine(this.#answers)}`]
        : []),
      `context: ${held} of ${contextLength} tokens`,
    ];
  }
}

/** Speed, and what drafting brought. */
export function answerLine(answers: readonly DecodeCounters[]): string {
  const sum = (of: (counters: DecodeCounters) => number | undefined): number =>
    answers.reduce((total, counters) => total + (of(counters) ?? 0), 0);
  const committed = sum(({ committedCount }) => committedCount);
  const seconds = sum(({ decodeMilliseconds }) => decodeMilliseconds) / 1000;
  const rounds = sum(({ roundCount }) => roundCount);
  return [
    `${committed} tokens in ${seconds.toFixed(1)} s, ${perSecond(committed, seconds)}`,
    ...(rounds === 0 ? [] : [`${(committed / rounds).toFixed(2)} tokens per pass`]),
    `${sum(({ acceptedCount }) => acceptedCount)} of ${sum(({ draftedCount }) => draftedCount)} draft tokens accepted`,
  ].join(', ');
}

function promptLine({ promptCount, keptCount, promptMilliseconds = 0 }: DecodeCounters): string {
  return `its prompt: ${promptCount} tokens, ${keptCount} of them kept from before, the others read in ${(promptMilliseconds / 1000).toFixed(1)} s`;
}

function perSecond(count: number, seconds: number): string {
  return seconds > 0 ? `${(count / seconds).toFixed(1)} tokens/s` : 'no time to speak of';
}
