import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { fitShape, shapeOfWidths, type TreeLimits, type TreeShape } from './tree-shape.js';

/** What became of a draft tree. */
export interface VerifiedTree {
  /** The draft's parents, shape [nodes], siblings in the order in which they were verified. */
  readonly parents: readonly number[];
  /** Accepted nodes from the root down. */
  readonly acceptedPath: readonly number[];
}

/**
 * Chooses the shape of a draft tree, round by round, before anything of it is sampled. It may learn from what was
 * committed or verified; that keeps the output exact.
 */
export interface TreeShapeChooser {
  /** The next round's shape, within the limits; one without nodes says not to draft. */
  next(limits: TreeLimits): TreeShape;
  observe(verified: VerifiedTree): void;
}

/**
 * Always the expansion <k1, ..., km>: the root has k1 children, each of those k2, and so on (SpecInfer, Miao et al.
 * 2305.09781, section 3.2); less of it only where the limits ask for less.
 *
 * @throws InvalidArgumentError for no widths, or one that is not a whole number of at least 1.
 */
export function createStaticShape(widths: readonly number[]): TreeShapeChooser {
  if (widths.length === 0 || !widths.every((width) => Number.isInteger(width) && width >= 1)) {
    throw new InvalidArgumentError(
      `A static tree takes the number of children by level, whole numbers of at least 1, not "${widths.join(',')}".`,
    );
  }
  return {
    next: (limits) => shapeOfWidths((depth) => widths[depth] ?? 0, limits),
    observe() {},
  };
}

/**
 * Always this shape; less of it only where the limits ask for less.
 *
 * @throws InvalidArgumentError for one without nodes, or whose parents are no earlier nodes level by level.
 */
export function createFixedShape(shape: TreeShape): TreeShapeChooser {
  const { parents } = shape;
  const isLevelByLevel = parents.every(
    (parent, node) =>
      Number.isInteger(parent) && parent >= -1 && parent < node && parent >= (parents[node - 1] ?? -1),
  );
  if (parents.length === 0 || !isLevelByLevel) {
    throw new InvalidArgumentError(
      `A tree's parents are -1 or earlier nodes, level by level, and at least one, not "${parents.join(',')}".`,
    );
  }
  return { next: (limits) => fitShape(shape, limits), observe() {} };
}
