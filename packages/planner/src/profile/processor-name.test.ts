import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { describeMachine } from './describe-machine.js';
import { findDifferences } from './find-differences.js';
import { processorName } from './processor-name.js';

const cpuInfo = (family: number, model: number, flags: string): string =>
  [
    'processor\t: 0',
    'vendor_id\t: AuthenticAMD',
    `cpu family\t: ${family}`,
    `model\t\t: ${model}`,
    'model name\t: AMD EPYC',
    `flags\t\t: fpu sse2 ${flags} rdpid`,
    '',
    'processor\t: 1',
    'cpu family\t: 1',
    '',
  ].join('\n');

describe('processorName', () => {
  // A profile made on one AMD EPYC was taken for one of another generation: virtual machines give all of them that name.
  it('tells processors of one name apart', () => {
    const third = processorName('AMD EPYC', cpuInfo(25, 1, 'avx2'));
    const fourth = processorName('AMD EPYC', cpuInfo(25, 17, 'avx2 avx512f avx512_vnni'));
    expect(third).toBe('AMD EPYC (family 25, model 1, AVX2)');
    expect(fourth).toBe('AMD EPYC (family 25, model 17, AVX-512 VNNI)');
    const profile = {
      machine: { ...describeMachine(), processor: third },
      libraries: {},
      models: {},
      passCosts: [],
    };
    const context = { machine: { ...profile.machine, processor: fourth }, libraries: {}, models: {} };
    expect(findDifferences(profile, context)).toEqual([`the processor was ${third}, and is ${fourth}`]);
  });

  it('tells a machine whose matrix instructions are hidden from one that has them', () => {
    const name = 'Intel(R) Xeon(R) Processor';
    expect(processorName(name, cpuInfo(6, 143, 'avx2 avx512f avx512_vnni amx_int8'))).toBe(
      `${name} (family 6, model 143, AMX)`,
    );
    expect(processorName(name, cpuInfo(6, 143, 'avx2 avx512f avx512_vnni'))).toBe(
      `${name} (family 6, model 143, AVX-512 VNNI)`,
    );
  });

  it('is the name alone where no more is told', () => {
    expect(processorName(' Apple M2 ', '')).toBe('Apple M2');
    expect(processorName('', 'processor\t: 0\nBogoMIPS\t: 243.75\n')).toBe('unknown processor');
  });
});

describe('describeMachine', () => {
  it("has the system's name of the processor, and on Linux on x86 its family", () => {
    const { processor } = describeMachine();
    expect(processor).toContain(os.cpus()[0]?.model.trim());
    if (os.platform() === 'linux' && os.arch() === 'x64')
      expect(processor).toMatch(/\(family \d+, model \d+/);
  });
});
