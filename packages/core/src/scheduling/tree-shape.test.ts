import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitShape, nodeDepths, type TreeLimits, type TreeShape } from './tree-shape.js';
import { createFixedShape, createStaticShape } from './tree-shape-chooser.js';

const seed = 20_261_128;
const wide: TreeLimits = {
  maximumTokens: 1000,
  maximumLeaves: 1000,
  maximumDepth: 1000,
  maximumExpanded: 1000,
  maximumInner: 1000,
};
const limits = fc.record({
  maximumTokens: fc.integer({ min: 0, max: 12 }),
  maximumLeaves: fc.integer({ min: 1, max: 6 }),
  maximumDepth: fc.integer({ min: 0, max: 5 }),
  maximumExpanded: fc.integer({ min: 1, max: 4 }),
  maximumInner: fc.integer({ min: 1, max: 6 }),
});
const widths = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 });

test('<2,2,1> has two children of the root, two of each, and one of each of those', () => {
  const { parents } = createStaticShape([2, 2, 1]).next(wide);
  expect(parents).toEqual([-1, -1, 0, 0, 1, 1, 2, 3, 4, 5]);
});

test('a shape keeps every limit, and what is left of it is its beginning', () => {
  fc.assert(
    fc.property(widths, limits, (children, within) => {
      const shape = createStaticShape(children).next(within);
      expect(fitShape(createStaticShape(children).next({ ...wide, maximumTokens: 40 }), within)).toEqual(
        shape,
      );
      expect(fitShape(shape, within)).toEqual(shape);
      const { parents } = shape;
      expect(parents).toEqual(parents.toSorted((left, right) => left - right));
      const depths = nodeDepths(shape);
      const inner = [...parents.keys()].filter((node) => parents.includes(node));
      expect(parents.length).toBeLessThanOrEqual(within.maximumTokens);
      expect(parents.length - inner.length).toBeLessThanOrEqual(within.maximumLeaves);
      expect(inner.length).toBeLessThanOrEqual(within.maximumInner);
      for (const depth of depths) {
        expect(depth).toBeLessThanOrEqual(within.maximumDepth);
        const expanded = inner.filter((node) => depths[node] === depth);
        expect(expanded.length).toBeLessThanOrEqual(within.maximumExpanded);
      }
    }),
    { seed },
  );
});

test('one leaf leaves a chain of any shape', () => {
  fc.assert(
    fc.property(widths, (children) => {
      const { parents } = createStaticShape(children).next({ ...wide, maximumLeaves: 1 });
      expect(parents).toEqual(children.map((_, depth) => depth - 1));
    }),
    { seed },
  );
});

test.each([[[]], [[0]], [[2, 1.5]], [[Number.NaN]]])('the widths %o are refused', (children) => {
  expect(() => createStaticShape(children)).toThrow(/whole numbers of at least 1/);
});

test('a widest tree within the limits is made at once, however large the whole would be', () => {
  const { parents }: TreeShape = createStaticShape(new Array<number>(30).fill(1000)).next({
    ...wide,
    maximumTokens: 63,
  });
  expect(parents).toHaveLength(63);
});

test('a fixed shape is that shape, or what the limits leave of it', () => {
  fc.assert(
    fc.property(widths, limits, (children, within) => {
      const shape = createStaticShape(children).next({ ...wide, maximumTokens: 40 });
      const fixed = createFixedShape(shape);
      expect(fixed.next(wide)).toEqual(shape);
      expect(fixed.next(within)).toEqual(fitShape(shape, within));
    }),
    { seed },
  );
});

test.each([[[]], [[0]], [[-1, 1]], [[-1, 0, -1]], [[-2]], [[-1, 0.5]]])(
  'the parents %o are no shape',
  (parents) => {
    expect(() => createFixedShape({ parents })).toThrow(/level by level/);
  },
);
