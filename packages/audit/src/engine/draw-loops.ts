import type { Drafter, LogitsTransform } from '@foretoken/core';
import type { AuditSubject } from '../subject/audit-subject.js';

/** A subject with what one decode loop at a time uses: its drafter and its row buffers. */
export interface DrawLoop {
  readonly subject: AuditSubject;
  readonly drafter: Drafter;
  readonly transform: LogitsTransform;
}

/**
 * Makes loops that draw side by side. Each has a subject of its own, since a rule or model may keep state for the
 * generation at hand.
 *
 * @param count 1 or more.
 */
export async function openLoops(
  createSubject: () => AuditSubject,
  transform: LogitsTransform,
  count: number,
): Promise<readonly DrawLoop[]> {
  const loops: DrawLoop[] = [];
  try {
    for (let index = 0; index < count; index++) {
      const subject = createSubject();
      const drafter = await subject.createDrafter(subject.models);
      loops.push({ subject, drafter, transform: transform.clone() });
    }
    return loops;
  } catch (error) {
    await closeLoops(loops);
    throw error;
  }
}

export async function closeLoops(loops: readonly DrawLoop[]): Promise<void> {
  for (const { drafter } of loops) await drafter.close();
}
