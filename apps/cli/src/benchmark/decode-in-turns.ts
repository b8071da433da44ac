import type { DecodeCounters, DecodeEvent } from '@foretoken/core';

/** Begins a generation that takes its times from the clock, in milliseconds. */
export type BeginGeneration = (clock: () => number) => AsyncIterator<DecodeEvent>;

/** One of the generations that were decoded side by side. */
export interface DecodedInTurns {
  readonly tokens: readonly number[];
  readonly counters: DecodeCounters;
}

/** Whose turn it is, and how much of the text a turn is. */
export interface Turns {
  /** Tokens that a turn adds, at least 1; a round may go beyond, and shortens the turns to come. */
  readonly tokens: number;
  /** Milliseconds that a turn lasts at least; default 0. */
  readonly milliseconds?: number | undefined;
  /** The generations' indices, by turn from 0. */
  readonly order: (turn: number) => readonly number[];
}

/**
 * Decodes several generations side by side, some tokens of each in turn. Each has a clock that stands still while another is
 * decoding, so that what slows a machine down for longer than a turn slows all of them down alike: on a shared machine of two
 * cores, one generation after the other differs by a quarter, a round of each in turn by 3 %.
 *
 * @throws what a generation throws, and what its drafter threw: what is decoded without it says nothing about it.
 */
export async function decodeInTurns(
  generations: readonly BeginGeneration[],
  { tokens, milliseconds = 0, order }: Turns,
): Promise<DecodedInTurns[]> {
  const players = generations.map((begin) => new Player(begin));
  try {
    for (let turn = 0; players.some(({ decoded }) => decoded === undefined); turn++)
      for (const index of order(turn)) await players[index]?.playTo((turn + 1) * tokens, milliseconds);
    return players.map(({ decoded }) => decoded as DecodedInTurns);
  } finally {
    for (const player of players) await player.end();
  }
}

class Player {
  /** From when the generation ended. */
  decoded: DecodedInTurns | undefined;
  readonly #events: AsyncIterator<DecodeEvent>;
  #committed = 0;
  #elapsed = 0;
  #resumed = 0;

  constructor(begin: BeginGeneration) {
    this.#events = begin(() => this.#elapsed + performance.now() - this.#resumed);
  }

  /** Decodes rounds until so many tokens are committed and so much time is over, or all. */
  async playTo(tokens: number, milliseconds: number): Promise<void> {
    this.#resumed = performance.now();
    const isOver = (): boolean =>
      this.#committed >= tokens && performance.now() - this.#resumed >= milliseconds;
    while (this.decoded === undefined && !isOver()) await this.#playRound();
    this.#elapsed += performance.now() - this.#resumed;
  }

  /** Frees what an unfinished generation holds. */
  async end(): Promise<void> {
    if (this.decoded === undefined) await this.#events.return?.();
  }

  async #playRound(): Promise<void> {
    for (;;) {
      const event = (await this.#events.next()).value as DecodeEvent;
      if (event.type === 'drafter-failed') throw event.error;
      if (event.type === 'round-end') this.#committed += event.committedCount;
      if (event.type === 'generation-end') this.decoded = event;
      if (event.type === 'generation-end' || event.type === 'round-end') return;
    }
  }
}
