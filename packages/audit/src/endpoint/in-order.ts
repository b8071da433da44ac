/**
 * Runs tasks a few at a time and hands over their results in the tasks' order, whatever order they end in: what is
 * looked at first must not depend on how long an answer took.
 *
 * @param concurrency tasks under way at most, at least 1.
 */
export async function* inOrder<Result>(
  count: number,
  concurrency: number,
  run: (index: number) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const underWay: Promise<Result>[] = [];
  let next = 0;
  const start = (): void => {
    const task = run(next++);
    // Whoever awaits it sees the error; until then it is not unhandled.
    task.catch(() => {});
    underWay.push(task);
  };
  while (next < Math.min(concurrency, count)) start();
  for (let head = underWay.shift(); head !== undefined; head = underWay.shift()) {
    const result = await head;
    if (next < count) start();
    yield result;
  }
}
