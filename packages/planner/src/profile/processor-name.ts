/** Of the instructions that kernels are chosen by, the widest first, as Linux calls them. */
const instructions = [
  ['amx_int8', 'AMX'],
  ['avx512_vnni', 'AVX-512 VNNI'],
  ['avx512f', 'AVX-512'],
  ['avx_vnni', 'AVX-VNNI'],
  ['avx2', 'AVX2'],
] as const;

/**
 * A processor's name with what tells it from others of that name: virtual machines call three generations `AMD EPYC`, of which
 * one has no AVX-512, and passes cost something else on each.
 *
 * @param model as the system calls it.
 * @param cpuInfo Linux's `/proc/cpuinfo`; empty elsewhere.
 */
export function processorName(model: string, cpuInfo: string): string {
  const [first = ''] = cpuInfo.split(/\n\s*\n/, 1);
  const fields = new Map(
    first.split('\n').map((line) => line.split(':').map((part) => part.trim()) as [string, string]),
  );
  const flags = new Set(fields.get('flags')?.split(' '));
  const widest = instructions.find(([flag]) => flags.has(flag))?.[1];
  const details = [
    ...['cpu family', 'model'].flatMap((field) => {
      const value = fields.get(field);
      return value === undefined ? [] : [`${field.replace('cpu ', '')} ${value}`];
    }),
    ...(widest === undefined ? [] : [widest]),
  ];
  const name = model.trim() || 'unknown processor';
  return details.length === 0 ? name : `${name} (${details.join(', ')})`;
}
