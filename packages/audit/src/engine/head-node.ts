import type { HeadRequest } from '@foretoken/core';

/** What one step of a head reads. */
export interface HeadEntry {
  readonly token: number;
  readonly position: number;
  readonly feature: Float32Array;
  readonly featuresOf: HeadRequest['featuresOf'];
}

/** An entry behind those before it, as a node of a tree of them, with the head's row after it where that is known. */
export class HeadNode {
  readonly entry: HeadEntry | undefined;
  logits: Float32Array | undefined;
  feature: Float32Array | undefined;
  readonly #parent: HeadNode | undefined;
  readonly #children = new Map<string, HeadNode>();

  constructor(parent?: HeadNode, entry?: HeadEntry) {
    this.#parent = parent;
    this.entry = entry;
  }

  child(entry: HeadEntry): HeadNode {
    const { token, position, feature, featuresOf } = entry;
    const key = `${token},${position},${featuresOf},${fingerprint(feature)}`;
    let child = this.#children.get(key);
    if (child === undefined) {
      child = new HeadNode(this, entry);
      this.#children.set(key, child);
    }
    return child;
  }

  /** The nodes of the entries, from the first to this one. */
  path(): HeadNode[] {
    if (this.#parent === undefined) return [];
    const path = this.#parent.path();
    path.push(this);
    return path;
  }
}

/** 64 bits of a feature (FNV-1a over its words, forwards and backwards). */
function fingerprint(feature: Float32Array): string {
  const words = new Uint32Array(feature.buffer, feature.byteOffset, feature.length);
  let forwards = 0x81_1c_9d_c5;
  let backwards = 0x81_1c_9d_c5;
  for (let at = 0; at < words.length; at++) {
    forwards = Math.imul(forwards ^ (words[at] as number), 0x01_00_01_93);
    backwards = Math.imul(backwards ^ (words[words.length - 1 - at] as number), 0x01_00_01_93);
  }
  return `${forwards},${backwards}`;
}
