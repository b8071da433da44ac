const label =
  /(?<![a-z\d])(?:UD-)?(?:(?:I?Q|TQ)\d(?:_(?:\d+|K|S|M|L|X{1,3}[SL]|NL))*|B?F16|F32|MXFP4|NVFP4)(?![a-z\d])/gi;

/** What a file's name says of its quantisation, in capitals, as `Q4_K_M`; the last where it says several. */
export function quantizationLabel(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.match(label)?.at(-1)?.toUpperCase();
}
