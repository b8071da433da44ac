import type { Tokenizer } from '../contract/tokenizer.js';

/**
 * Turns tokens into text deltas: whole characters only, and nothing that might still become a stop
 * string.
 */
export class TextAssembler {
  readonly #tokenizer: Tokenizer;
  readonly #stop: readonly string[];
  /** Made for the first byte beyond ASCII: short generations often have none. */
  #decoder: InstanceType<typeof TextDecoder> | undefined;
  #held = '';
  #stopped = false;

  constructor(tokenizer: Tokenizer, stop: readonly string[]) {
    this.#tokenizer = tokenizer;
    this.#stop = stop;
  }

  /** The text that became certain, and whether a stop string ended it (it is cut off before). */
  push(token: number): { readonly text: string; readonly stopped: boolean } {
    this.#held += this.#decode(this.#tokenizer.tokenBytes(token));
    return this.#release();
  }

  /** What was held back: call once, at the end. */
  flush(): string {
    if (this.#stopped) return '';
    const text = this.#held + (this.#decoder?.decode() ?? '');
    this.#held = '';
    return text;
  }

  #decode(bytes: Uint8Array): string {
    if (this.#decoder === undefined && bytes.every((byte) => byte < 0x80))
      return String.fromCharCode(...bytes);
    this.#decoder ??= new TextDecoder('utf-8', { ignoreBOM: true });
    return this.#decoder.decode(bytes, { stream: true });
  }

  #release(): { text: string; stopped: boolean } {
    const found = this.#firstStop();
    if (found >= 0) {
      const text = this.#held.slice(0, found);
      this.#held = '';
      this.#stopped = true;
      return { text, stopped: true };
    }
    const keep = this.#possibleStopLength();
    const text = this.#held.slice(0, this.#held.length - keep);
    this.#held = this.#held.slice(this.#held.length - keep);
    return { text, stopped: false };
  }

  #firstStop(): number {
    let first = -1;
    for (const stop of this.#stop) {
      const at = this.#held.indexOf(stop);
      if (at >= 0 && (first < 0 || at < first)) first = at;
    }
    return first;
  }

  /** Length of the longest end of the held text that begins a stop string. */
  #possibleStopLength(): number {
    let longest = 0;
    for (const stop of this.#stop) {
      for (let length = Math.min(stop.length - 1, this.#held.length); length > longest; length--) {
        if (this.#held.endsWith(stop.slice(0, length))) longest = length;
      }
    }
    return longest;
  }
}
