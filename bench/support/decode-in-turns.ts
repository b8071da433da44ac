import type { DecodeCounters, DecodeEvent } from '@foretoken/core';

/** Begins a generation that takes its times from the clock, in milliseconds. */
export type BeginGeneration = (clock: () => number) => AsyncIterator<DecodeEvent>;

/**
 * Decodes several generations side by side, a round of each in turn. Each has a clock that stands still while another is
 * decoding, so that what slows a machine down for longer than a round slows all of them down alike.
 *
 * @param order whose turn it is, as indices of the generations, by turn from 0.
 * @returns what each generation counted.
 */
export async function decodeInTurns(
  generations: readonly BeginGeneration[],
  order: (turn: number) => readonly number[],
): Promise<DecodeCounters[]> {
  const players = generations.map((begin) => new Player(begin));
  for (let turn = 0; players.some(({ counters }) => counters === undefined); turn++)
    for (const index of order(turn)) await players[index]?.playRound();
  return players.map(({ counters }) => counters as DecodeCounters);
}

class Player {
  /** From when the generation ended. */
  counters: DecodeCounters | undefined;
  readonly #events: AsyncIterator<DecodeEvent>;
  #elapsed = 0;
  #resumed = 0;

  constructor(begin: BeginGeneration) {
    this.#events = begin(() => this.#elapsed + performance.now() - this.#resumed);
  }

  async playRound(): Promise<void> {
    if (this.counters !== undefined) return;
    this.#resumed = performance.now();
    for (;;) {
      const event = (await this.#events.next()).value as DecodeEvent;
      if (event.type === 'generation-end') this.counters = event.counters;
      if (event.type === 'generation-end' || event.type === 'round-end') break;
    }
    this.#elapsed += performance.now() - this.#resumed;
  }
}
