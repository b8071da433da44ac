/**
 * GPT-2 writes every byte as a printable character: printable ones as themselves, the others from U+0100 on. What no
 * byte is written as becomes a name in brackets, as llama.cpp prints it.
 */
export function fromByteLevel(text: string): Uint8Array {
  const bytes = Array.from(text, (character) => byteOfCharacter.get(character) ?? nameOf(character, text));
  return Uint8Array.from(bytes.flat());
}

const byteOfCharacter: ReadonlyMap<string, number> = byteCharacters();

function nameOf(character: string, text: string): number[] {
  return [...Buffer.from(`[UNK_BYTE_0x${Buffer.from(character).toString('hex')}${text}]`)];
}

function byteCharacters(): Map<string, number> {
  const printable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  const characters = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++)
    characters.set(String.fromCodePoint(printable(byte) ? byte : next++), byte);
  return characters;
}
