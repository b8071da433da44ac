/** GPT-2's letter for every byte, [256]: printable characters for themselves, the others from U+0100 on. */
const byteLetters: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
    return String.fromCodePoint(printable ? byte : next++);
  });
})();

/** Bytes in the letters of byte-level vocabularies: the engine takes text only, and reads these back as bytes. */
export function toByteLetters(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byteLetters[byte]).join('');
}
