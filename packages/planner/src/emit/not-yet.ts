/** Of a drafter that the plan keeps at hand, and whose length it learns while it runs. */
export function notYet(name: string): string {
  return `${name}: the plan does not count on it yet, and lets it draft where that turns out to pay`;
}
