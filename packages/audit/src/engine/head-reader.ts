import { keptRow } from './kept-rows.js';
import type { ForwardResult, HeadModel, HeadSequence } from '@foretoken/core';
import type { HeadNode } from './head-node.js';

/** A sequence of the head, and the nodes that it holds. */
interface CachedEntries {
  readonly sequence: HeadSequence;
  readonly nodes: HeadNode[];
  lastUse: number;
}

/** More than the prefixes of an audit: draws turn from one to another. */
const mostSequences = 16;
/** Entries that are rather read again than dropped from a sequence which others may continue. */
const fewEntries = 4;

/** Reads rows of a head one after the other, in sequences that hold as much as may be of what comes before them. */
export class HeadReader {
  readonly #head: HeadModel;
  readonly #mostRows: number;
  readonly #cached: CachedEntries[] = [];
  /** Nodes whose rows are kept, oldest first. */
  readonly #kept: HeadNode[] = [];
  #turn: Promise<void> = Promise.resolve();
  #use = 0;

  constructor(head: HeadModel, mostRows: number) {
    this.#head = head;
    this.#mostRows = mostRows;
  }

  /** Resolves when the node has its row. */
  read(node: HeadNode): Promise<void> {
    const reading = this.#turn.then(() => this.#read(node));
    // One that fails is an error of who asked for it alone.
    this.#turn = reading.catch(() => {});
    return reading;
  }

  close(): void {
    for (const { sequence } of this.#cached) sequence.close();
    this.#cached.length = 0;
  }

  async #read(node: HeadNode): Promise<void> {
    // Another may have asked for it too.
    if (node.logits !== undefined) return;
    const path = node.path();
    const { sequence, nodes } = this.#continue(path);
    const missing = path.slice(nodes.length);
    let result: ForwardResult | undefined;
    while (missing.length > 0) {
      const part = this.#nextPass(missing);
      const entries = part.flatMap(({ entry }) => entry ?? []);
      result = await sequence.forward({
        tokens: entries.map(({ token }) => token),
        features: entries.map(({ feature }) => feature),
        featuresOf: entries[0]?.featuresOf ?? 'target',
        positions: entries.map(({ position }) => position),
        rows: part.length === missing.length ? 'last' : 'none',
      });
      if (this.#head.attends) nodes.push(...part);
      missing.splice(0, part.length);
    }
    node.logits = result && keptRow(result.logits.read(0));
    node.feature = result?.hiddenStates?.[0]?.slice();
    this.#keep(node);
  }

  /** The last one has a pass of its own: its row is then that of every other draw that comes to it. */
  #nextPass(missing: readonly HeadNode[]): readonly HeadNode[] {
    const before = missing.slice(0, -1);
    const other = before.findIndex(({ entry }) => entry?.featuresOf !== before[0]?.entry?.featuresOf);
    const alike = before.slice(0, other < 0 ? before.length : other);
    return alike.length > 0 ? alike.slice(0, this.#head.maximumPassEntries) : missing;
  }

  /** A sequence that holds a beginning of the path, not all of it, and nothing else. */
  #continue(path: readonly HeadNode[]): CachedEntries {
    this.#use += 1;
    const shared = (cached: CachedEntries): number => {
      const end = cached.nodes.findIndex((node, index) => node !== path[index]);
      return Math.min(end < 0 ? cached.nodes.length : end, path.length - 1);
    };
    let found = this.#cached.toSorted((left, right) => shared(right) - shared(left))[0];
    if (found === undefined || path.length - shared(found) > fewEntries) {
      if (this.#cached.length < mostSequences) {
        found = { sequence: this.#head.createSequence(), nodes: [], lastUse: 0 };
        this.#cached.push(found);
      } else {
        found = this.#cached.toSorted((left, right) => left.lastUse - right.lastUse)[0] as CachedEntries;
      }
    }
    const kept = shared(found);
    // A pass that failed keeps nothing, so the nodes are what it holds.
    if (kept < found.nodes.length) found.sequence.doRollback(kept);
    found.nodes.length = kept;
    found.lastUse = this.#use;
    return found;
  }

  #keep(node: HeadNode): void {
    this.#kept.push(node);
    if (this.#kept.length <= this.#mostRows) return;
    for (const old of this.#kept.splice(0, this.#kept.length >> 1)) {
      old.logits = undefined;
      old.feature = undefined;
    }
  }
}
