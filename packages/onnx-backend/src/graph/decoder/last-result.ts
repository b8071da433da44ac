/** Keeps the last result: a quantised matrix becomes two tensors, written one after the other. */
export class LastResult<Result> {
  #key: string | undefined;
  #result: Promise<Result> | undefined;

  get(key: string, make: () => Promise<Result>): Promise<Result> {
    if (this.#key !== key || this.#result === undefined) {
      this.#key = key;
      this.#result = make();
    }
    return this.#result;
  }
}
