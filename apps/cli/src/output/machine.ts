import os from 'node:os';

/** What a measurement was made on. */
export function machine(): {
  processor: string;
  cores: number;
  memoryBytes: number;
  system: string;
  node: string;
} {
  return {
    processor: os.cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    system: `${os.platform()} ${os.release()} ${os.arch()}`,
    node: process.version,
  };
}
