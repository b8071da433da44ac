import { readFileSync } from 'node:fs';
import os from 'node:os';
import { processorName } from './processor-name.js';
import type { ProfileMachine } from './profile-schema.js';

/** The machine that this runs on, as profiles and plans hold it. */
export function describeMachine(): ProfileMachine {
  return {
    processor: processorName(os.cpus()[0]?.model ?? '', readCpuInfo()),
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    system: `${os.platform()} ${os.release()} ${os.arch()}`,
    node: process.version,
  };
}

/** Empty where there is none, as outside Linux. */
function readCpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}
