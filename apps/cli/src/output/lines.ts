/** Everything that is not a command's result goes to standard error, a line at a time. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, replaceMap, 2)}\n`);
}

export function printLine(line = ''): void {
  process.stdout.write(`${line}\n`);
}

function replaceMap(_: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}
