import type { LogitsTransform } from '../sampling/logits-transform.js';

/** A drafter's copy of a request's transformation, with row buffers of its own: the target's rows use the request's. */
export class OwnTransform {
  #known: { readonly source: LogitsTransform; readonly own: LogitsTransform } | undefined;

  /** The copy of `source`; the one made before where the source is the same. */
  of(source: LogitsTransform): LogitsTransform {
    if (this.#known?.source !== source) this.#known = { source, own: source.clone() };
    return this.#known.own;
  }
}
