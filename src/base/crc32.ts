/** CRC-32 as gzip and zip use it (RFC 1952, section 8), eight bytes at a time. */

const TABLES = makeTables();

/** @param crc the sum so far, 0 at the start. */
export function crc32(crc: number, bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES;
  let sum = ~crc;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    sum ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    sum =
      t7[sum & 255] ^
      t6[(sum >>> 8) & 255] ^
      t5[(sum >>> 16) & 255] ^
      t4[sum >>> 24] ^
      t3[bytes[i + 4]] ^
      t2[bytes[i + 5]] ^
      t1[bytes[i + 6]] ^
      t0[bytes[i + 7]];
  }
  for (; i < bytes.length; i++) sum = t0[(sum ^ bytes[i]) & 255] ^ (sum >>> 8);
  return ~sum >>> 0;
}

function makeTables(): Int32Array[] {
  const tables = Array.from({ length: 8 }, () => new Int32Array(256));
  for (let i = 0; i < 256; i++) {
    let c = i;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    tables[0][i] = c;
  }
  for (let k = 1; k < 8; k++) {
    for (let i = 0; i < 256; i++) {
      const c = tables[k - 1][i];
      tables[k][i] = tables[0][c & 255] ^ (c >>> 8);
    }
  }
  return tables;
}
