import { EngineError } from '@foretoken/core';
import koffi from 'koffi';

/** As large as a thread's own: the engine's kernels keep blocks of matrices on the stack. */
const callStackBytes = 8 * 1024 * 1024;

/**
 * Calls off the event loop run on stacks that koffi makes, of 128 KiB unless it is told otherwise before it
 * loads its first library. Foretoken's other engine tells it too.
 *
 * @throws EngineError where another library came first.
 */
export function widenCallStacks(): void {
  const { async_stack_size: bytes = 0 } = koffi.config();
  if (bytes >= callStackBytes) return;
  try {
    koffi.config({ async_stack_size: callStackBytes });
  } catch (error) {
    throw new EngineError(
      `koffi has loaded a library of something else already, so its calls have a stack of ${bytes} bytes, too small for ONNX Runtime: load a model first, or call koffi.config({ async_stack_size: ${callStackBytes} }) before.`,
      { cause: error },
    );
  }
}
