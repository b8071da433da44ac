/** Runs readings one after the other: two at a time would take the older count for a wrapped one. */
export class ReadingQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(reading: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(reading);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
