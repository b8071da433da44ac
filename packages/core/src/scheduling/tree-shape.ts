/** Where the nodes of a draft tree stand, before any token is known. */
export interface TreeShape {
  /**
   * Index of every node's parent, shape [nodes]; -1 is the root. Level by level, siblings beside each other in the
   * order in which they are verified: the parents never fall.
   */
  readonly parents: readonly number[];
}

/** How far a tree may grow. */
export interface TreeLimits {
  /** Most nodes, 0 or more. */
  readonly maximumTokens: number;
  /** Most leaves, at least 1; 1 is a chain. */
  readonly maximumLeaves: number;
  /** Most nodes on a path from the root, the root not counted. */
  readonly maximumDepth: number;
  /** Most nodes of one level that may have children. */
  readonly maximumExpanded: number;
  /** Most nodes altogether that may have children, the root not counted. */
  readonly maximumInner: number;
}

/** What a growing tree has used of its limits. A limit that is reached stays reached. */
export class TreeRoom {
  readonly #limits: TreeLimits;
  readonly #depths: number[] = [];
  readonly #childCounts: number[] = [];
  /** Nodes with children, by depth. */
  readonly #expanded: number[] = [];
  #rootChildCount = 0;
  #leafCount = 0;
  #innerCount = 0;

  constructor(limits: TreeLimits) {
    this.#limits = limits;
  }

  /** True where one more child of `parent` (an index that `add` gave, or -1) keeps all limits. */
  fits(parent: number): boolean {
    const { maximumTokens, maximumLeaves, maximumDepth, maximumExpanded, maximumInner } = this.#limits;
    const depth = this.#depthOf(parent);
    if (this.#depths.length >= maximumTokens || depth >= maximumDepth) return false;
    if (this.#childrenOf(parent) > 0) return this.#leafCount < maximumLeaves;
    return parent < 0 || ((this.#expanded[depth] ?? 0) < maximumExpanded && this.#innerCount < maximumInner);
  }

  /** Adds a child; its index. */
  add(parent: number): number {
    const depth = this.#depthOf(parent);
    const first = this.#childrenOf(parent) === 0;
    if (parent < 0) this.#rootChildCount += 1;
    else this.#childCounts[parent] = this.#childrenOf(parent) + 1;
    // The first child of a leaf takes its place as a leaf.
    if (parent < 0 || !first) this.#leafCount += 1;
    if (parent >= 0 && first) {
      this.#expanded[depth] = (this.#expanded[depth] ?? 0) + 1;
      this.#innerCount += 1;
    }
    this.#depths.push(depth + 1);
    this.#childCounts.push(0);
    return this.#depths.length - 1;
  }

  #depthOf(node: number): number {
    return node < 0 ? 0 : (this.#depths[node] as number);
  }

  #childrenOf(node: number): number {
    return node < 0 ? this.#rootChildCount : (this.#childCounts[node] as number);
  }
}

/**
 * The shape in which every node of depth d (the root has 0) has `width(d)` children, as far as the limits go: earlier
 * levels and earlier siblings first.
 */
export function shapeOfWidths(width: (depth: number) => number, limits: TreeLimits): TreeShape {
  const room = new TreeRoom(limits);
  const parents: number[] = [];
  let level = [-1];
  for (let depth = 0; level.length > 0; depth++) {
    const next: number[] = [];
    for (const parent of level) {
      for (let rank = 0; rank < width(depth) && room.fits(parent); rank++) {
        parents.push(parent);
        next.push(room.add(parent));
      }
    }
    level = next;
  }
  return { parents };
}

/** What the limits leave of a shape: earlier levels and earlier siblings first. */
export function fitShape(shape: TreeShape, limits: TreeLimits): TreeShape {
  const room = new TreeRoom(limits);
  const parents: number[] = [];
  const kept: (number | undefined)[] = [];
  for (const [node, parent] of shape.parents.entries()) {
    const at = parent < 0 ? -1 : kept[parent];
    if (at === undefined || !room.fits(at)) continue;
    parents.push(at);
    kept[node] = room.add(at);
  }
  return { parents };
}

/** Depth of every node, shape [nodes]; a child of the root has 1. */
export function nodeDepths({ parents }: TreeShape): number[] {
  const depths: number[] = [];
  for (const parent of parents) depths.push(parent < 0 ? 1 : (depths[parent] as number) + 1);
  return depths;
}
