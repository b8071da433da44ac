import type { AdviseMemory } from '@foretoken/models';
import koffi from 'koffi';

let bound: ReturnType<typeof bind> | undefined;

function bind() {
  return koffi.load(null).func('madvise', 'int', ['size_t', 'size_t', 'int']);
}

/** On systems with that call. */
export const adviseMemory: AdviseMemory = (start, length, advice) => {
  bound ??= bind();
  const { async: call } = bound;
  return new Promise((resolve) =>
    call(start, length, advice, (_: unknown, result: unknown) => resolve(result)),
  );
};
