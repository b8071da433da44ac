let count = 0;

/** A name beside the target that no other writer uses. */
export function temporaryPath(target: string): string {
  count += 1;
  return `${target}.${process.pid}.${count}.part`;
}
