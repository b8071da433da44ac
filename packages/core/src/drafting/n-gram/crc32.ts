/** Reflected polynomial of IEEE 802.3. */
const polynomial = 0xedb8_8320;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0);
  return remainder;
});

/**
 * The CRC-32 of IEEE 802.3 (zlib's): differs for any two inputs that differ in at most 32 adjacent bits.
 *
 * @param previous the checksum of the bytes before, where these continue others; default none.
 * @returns a whole number from 0 to 2^32 - 1.
 */
export function crc32(bytes: Uint8Array, previous = 0): number {
  let remainder = ~previous >>> 0;
  for (const byte of bytes) remainder = (remainder >>> 8) ^ (table[(remainder ^ byte) & 0xff] as number);
  return ~remainder >>> 0;
}
