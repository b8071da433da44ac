/** Lets one task run at a time, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> | undefined;

  take<Result>(task: () => Promise<Result>): Promise<Result> {
    const turn = this.#last === undefined ? task() : this.#last.then(task, task);
    this.#last = turn;
    const done = (): void => {
      if (this.#last === turn) this.#last = undefined;
    };
    turn.then(done, done);
    return turn;
  }
}

/** Passes of all models and engines take turns: side by side they would only fight for the cores. */
export const computeTurns: Turns = new Turns();
