import { notANumber } from './largest-logit.js';
import type { Support } from './support.js';

/**
 * Lists the `count` tokens with the largest logits in `support`, ascending by id; ties at the cut go to
 * the lowest ids, and tokens at -Infinity are never listed. One pass over the logits with a heap of the
 * best so far, whose root is the worst of them. O(vocabulary + changes x log count).
 *
 * @throws NonFiniteLogitsError for NaN.
 */
export function selectTopK(logits: Float32Array, count: number, support: Support): void {
  const heap = support.tokens;
  let size = 0;
  let token = 0;
  for (; token < logits.length && size < count; token++) {
    const logit = logits[token] as number;
    if (logit !== logit) throw notANumber(token);
    if (logit === Number.NEGATIVE_INFINITY) continue;
    heap[size] = token;
    siftUp(heap, logits, size);
    size += 1;
  }
  // Where the heap did not fill, nothing is left.
  let threshold = logits[heap[0] as number] as number;
  for (; token < logits.length; token++) {
    const logit = logits[token] as number;
    // False for a larger one, and for NaN: one comparison for both.
    if (logit <= threshold) continue;
    if (logit > threshold) {
      heap[0] = token;
      siftDown(heap, logits, size);
      threshold = logits[heap[0] as number] as number;
    } else {
      throw notANumber(token);
    }
  }
  heap.subarray(0, size).sort();
  support.count = size;
  support.dense = false;
}

/** True where `left` is to be thrown out before `right`. */
function isWorse(logits: Float32Array, left: number, right: number): boolean {
  const difference = (logits[left] as number) - (logits[right] as number);
  return difference < 0 || (difference === 0 && left > right);
}

function siftUp(heap: Int32Array, logits: Float32Array, from: number): void {
  const token = heap[from] as number;
  let at = from;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isWorse(logits, token, heap[parent] as number)) break;
    heap[at] = heap[parent] as number;
    at = parent;
  }
  heap[at] = token;
}

function siftDown(heap: Int32Array, logits: Float32Array, size: number): void {
  const token = heap[0] as number;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && isWorse(logits, heap[child + 1] as number, heap[child] as number)) child += 1;
    if (!isWorse(logits, heap[child] as number, token)) break;
    heap[at] = heap[child] as number;
    at = child;
  }
  heap[at] = token;
}
