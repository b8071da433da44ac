import { bytesText, type PullProgress } from '@foretoken/hub';
import { withTimedProgress } from './progress.js';

/** Shows how far a download is, how fast, and how long it takes. */
export function withDownloadProgress<Result>(
  title: string,
  run: (onProgress: (progress: PullProgress) => void) => Promise<Result>,
): Promise<Result> {
  return withTimedProgress(title, (onProgress) => {
    // What was there before took no time.
    let start: { readonly bytes: number; readonly at: number } | undefined;
    return run(({ file, bytes, totalBytes }) => {
      const now = performance.now();
      start ??= { bytes, at: now };
      if (bytes === start.bytes) return;
      const bytesPerSecond = (1000 * (bytes - start.bytes)) / (now - start.at);
      onProgress({
        step: `${file}, ${bytesText(bytes)} of ${bytesText(totalBytes)}, ${bytesText(Math.round(bytesPerSecond))}/s`,
        fraction: bytes / totalBytes,
        secondsLeft: (totalBytes - bytes) / bytesPerSecond,
      });
    });
  });
}
