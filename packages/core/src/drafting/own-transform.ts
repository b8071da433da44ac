import type { LogitsTransform } from '../sampling/logits-transform.js';

/** A drafter's copy of a request's transformation, with row buffers of its own: the target's rows use the request's. */
export class OwnTransform {
  readonly #copy: (source: LogitsTransform) => LogitsTransform;
  #known: { readonly source: LogitsTransform; readonly own: LogitsTransform } | undefined;

  /** @param copy how it is made; default: with the same settings. */
  constructor(copy = (source: LogitsTransform): LogitsTransform => source.clone()) {
    this.#copy = copy;
  }

  /** The copy of `source`; the one made before where the source is the same. */
  of(source: LogitsTransform): LogitsTransform {
    if (this.#known?.source !== source) this.#known = { source, own: this.#copy(source) };
    return this.#known.own;
  }
}

/** At temperature 1 where the request is greedy: how a model ranks several tokens, and how sure it is of one. */
export function softenedTransform(): OwnTransform {
  return new OwnTransform((source) => source.soften());
}
