/** One law that an implementation must keep. `run` resolves where it does, and rejects saying how it does not. */
export interface ConformanceCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** What a case that is not kept rejects with. */
export class ConformanceFailure extends Error {
  override readonly name = 'ConformanceFailure';
}

/** @throws ConformanceFailure where the condition does not hold. */
export function check(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new ConformanceFailure(problem);
}

/** Runs what must fail with a Foretoken error of one of the given names; returns its message. */
export async function checkRejects(
  what: string,
  names: readonly string[],
  run: () => unknown,
): Promise<string> {
  try {
    await run();
  } catch (error) {
    const { name, message } = error as Error;
    check(
      names.includes(name),
      `${what}: rejected with ${name} (${message}), expected ${names.join(' or ')}`,
    );
    return message;
  }
  throw new ConformanceFailure(`${what}: accepted, expected ${names.join(' or ')}`);
}
