/** Where messages come from, and where answers go. */
export interface ChatPort {
  /** True where a person sits before it. */
  readonly isTerminal: boolean;
  /** The next line, or several that were pasted together; undefined at the end. */
  readLine(): Promise<string | undefined>;
  /** Part of an answer. */
  write(text: string): void;
  /** Anything else, a line at a time. */
  note(line: string): void;
  /** Runs what Ctrl-C stops by the signal. */
  interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
}
