/** Exit code of a command that Ctrl-C ended. */
export const interrupted = 130;

/** A signal that Ctrl-C aborts; a second Ctrl-C ends the process. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    controller.abort();
    process.once('SIGINT', () => process.exit(interrupted));
  });
  return controller.signal;
}
