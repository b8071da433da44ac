import { totalmem } from 'node:os';
import { InsufficientMemoryError, InvalidArgumentError, type MemoryUse } from '@foretoken/core';

/**
 * Makes sure that a model fits before it is loaded: the system would end the process, or swap.
 *
 * @param predicted bytes, as far as its file tells.
 * @param limit bytes; default: `machineMemory()`.
 * @throws InsufficientMemoryError with the numbers; InvalidArgumentError for a limit that is not positive.
 */
export function assertMemory(
  source: string,
  predicted: Partial<MemoryUse>,
  limit: number = machineMemory(),
): void {
  if (!(limit > 0)) throw new InvalidArgumentError(`memoryLimit must be bytes above 0, not ${limit}.`);
  const parts = Object.entries(predicted);
  const bytes = parts.reduce((sum, [, part]) => sum + part, 0);
  if (bytes <= limit) return;
  const each = parts.map(([name, part]) => `${name} ${megabytes(part)}`).join(', ');
  throw new InsufficientMemoryError(
    `${source} takes ${megabytes(bytes)} (${each}), and there are ${megabytes(limit)}: take a smaller model or weight format, or a smaller contextLength, cache format or maximumSequences.`,
  );
}

/** Bytes of memory that this process may use: the machine's, or what its container is allowed of it. */
export function machineMemory(): number {
  // 0 or more than there is where nothing constrains the process.
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
