import type { DecoderContext } from './decoder-context.js';
import { int } from '../file/graph-builder.js';
import type { PassSlots } from './pass-values.js';

/**
 * Which slots are within the window of which new tokens: bool [n, total].
 *
 * @param positions int64 [1, n] of the new tokens, where these are not their slots: in a tree. Past tokens always lie
 *   in the slots of their positions.
 */
export function withinWindow(
  { builder }: DecoderContext,
  slots: PassSlots,
  window: number,
  positions?: string,
): string {
  const { past, fresh, all } = slots;
  const rowAxis = builder.integers('axis_1', [1]);
  const size = builder.integers('window', window);
  const column = (of: string): string => builder.node('Unsqueeze', `${of}.by_row`, [of, rowAxis]);
  const near = (of: string, slotPositions: string): string => {
    const distances = builder.node('Sub', 'window.distances', [column(of), slotPositions]);
    return builder.node('Less', 'window.near', [distances, size]);
  };
  if (positions === undefined) return near(fresh, all);
  const own = builder.node('Squeeze', 'window.positions', [positions, builder.integers('axis_0', [0])]);
  const before = builder.node('Range', 'window.past', [
    builder.integers('zero', 0),
    past,
    builder.integers('one', 1),
  ]);
  return near(own, builder.node('Concat', 'window.slots', [before, own], { axis: int(0) }));
}
