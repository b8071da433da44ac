import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { EnergyMeterError } from '../errors/energy-meter-error.js';
import type { EnergyMeter, EnergyMeters } from './energy-meter.js';
import { PowerIntegral } from './power-integral.js';
import { ReadingQueue } from './reading-queue.js';

export interface NvmlOptions {
  /** The program and its first arguments; default `nvidia-smi`. */
  readonly command?: readonly [program: string, ...parameters: string[]] | undefined;
  /** Milliseconds, never going back. */
  readonly clock: () => number;
}

/** Milliseconds between two samples of power; the driver renews its own about as often. */
const samplingInterval = 100;
/** Milliseconds without a sample after which the power in between is not known. */
const longestSilence = 2000;
/** Milliseconds until the first sample: the driver may have to start up. */
const longestStart = 15_000;

/** `GPU-uuid, 123.45`; the power is `[N/A]` on a GPU without a sensor. */
const samplePattern = /^\s*(\S+)\s*,\s*(.+?)\s*$/;

/**
 * Opens a meter of all NVIDIA GPUs: NVML's power, as `nvidia-smi` samples it ten times a second, integrated over time.
 * Many GPUs report a moving average of a second, so work shorter than a few seconds is measured badly.
 */
export async function openNvmlMeter({ command = ['nvidia-smi'], clock }: NvmlOptions): Promise<EnergyMeters> {
  const [program, ...first] = command;
  const child = spawn(
    program,
    [
      ...first,
      '--query-gpu=uuid,power.draw',
      '--format=csv,noheader,nounits',
      `--loop-ms=${samplingInterval}`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const samples = new PowerSamples(child, clock);
  const problem = await samples.start();
  if (problem === undefined) return { meters: [createMeter(samples)], unreadable: [] };
  await samples.stop();
  return { meters: [], unreadable: [{ meter: 'NVML', reason: `${program}: ${problem}` }] };
}

function createMeter(samples: PowerSamples): EnergyMeter {
  const name = `NVML (power of ${samples.gpuCount} GPU${samples.gpuCount > 1 ? 's' : ''}, integrated)`;
  const queue = new ReadingQueue();
  return {
    name,
    covers: 'gpu',
    longestGap: undefined,
    read: () =>
      queue.run(async () => {
        const { joules, problems } = samples.joules();
        if (problems.length === 0) return joules;
        throw new EnergyMeterError(`${name} is not certain: ${problems.join('; ')}.`, { meter: name });
      }),
    close: () => samples.stop(),
  };
}

/** The samples of a running program, by GPU. */
class PowerSamples {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #clock: () => number;
  readonly #exit: Promise<unknown>;
  readonly #integrals = new Map<string, PowerIntegral>();
  /** Why there will be no more samples. */
  #end: string | undefined;
  #wake = (): void => {};

  constructor(child: ChildProcessByStdio<null, Readable, Readable>, clock: () => number) {
    this.#child = child;
    this.#clock = clock;
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, 300);
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.#take(line));
    this.#exit = once(child, 'close').catch(() => {});
    child.on('error', (error: NodeJS.ErrnoException) =>
      this.#finish(error.code === 'ENOENT' ? 'there is no such program' : error.message),
    );
    child.on('close', (code) =>
      this.#finish(`it ended with code ${code}${complaint === '' ? '' : ` (${complaint.trim()})`}`),
    );
  }

  get gpuCount(): number {
    return this.#integrals.size;
  }

  /** Waits for the first sample; returns what went wrong. */
  async start(): Promise<string | undefined> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, longestStart);
      if (this.#end !== undefined) resolve();
    });
    clearTimeout(timer);
    if (this.#end !== undefined || this.gpuCount > 0) return this.#end;
    return `it gave no sample of power in ${longestStart / 1000} s`;
  }

  /** Joules of all GPUs until now, and why they are not certain. */
  joules(): { readonly joules: number; readonly problems: readonly string[] } {
    const now = this.#clock();
    const readings = [...this.#integrals.values()].map((integral) => integral.until(now));
    const problems = new Set(readings.flatMap(({ problem }) => (problem === undefined ? [] : [problem])));
    if (this.#end !== undefined) problems.add(this.#end);
    return { joules: readings.reduce((sum, { joules }) => sum + joules, 0), problems: [...problems] };
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await this.#exit;
  }

  #take(line: string): void {
    if (line.trim() === '') return;
    const [, gpu, power = ''] = samplePattern.exec(line) ?? [];
    const watts = Number(power);
    if (gpu === undefined || !(watts >= 0)) {
      // Without one GPU's power the sum would be too low.
      this.#finish(`it says "${line.trim().slice(0, 100)}" in place of a power`);
      return;
    }
    const integral = this.#integrals.get(gpu) ?? new PowerIntegral(longestSilence);
    this.#integrals.set(gpu, integral);
    integral.add(this.#clock(), watts);
    this.#wake();
  }

  #finish(reason: string): void {
    this.#end ??= reason;
    this.#wake();
  }
}
