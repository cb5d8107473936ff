import { strToU8, zipSync } from 'fflate';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { finishWaiting } from '#base/steps.ts';
import { DecodeError } from '#formats/format.ts';
import { decodeProfile, unpackFiles } from '#formats/registry.ts';
import { profileRows } from '../support/tree-rows.ts';

const stacks = strToU8('main;parse 12\nmain 3\n');
const rows = ['total 15 self 0', '  main 15 self 3', '    parse 12 self 12'];
/** `stacks` by `zstd -19`. */
const zstd = Uint8Array.from(Buffer.from('KLUv/QRoqQAAbWFpbjtwYXJzZSAxMgptYWluIDMKLmt+Gg==', 'base64'));

/** `stacks` by `xz`. */
const xz = Uint8Array.from(
  Buffer.from(
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAUbWFpbjtwYXJzZSAxMgptYWluIDMKAAAAAAekIXey76x1AAEtFS8LcW0ftvN9AQAAAAAEWVo=',
    'base64',
  ),
);

const packed = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));
const tarXz = packed(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4Cf/AHpdADebiM9q5rgWFd7OoCGNkqjEEUozL1pLluUcncrNCw522hAnnfQ1fPx2s1Ehvhj3T3BeZ+YC0cjGVOnyg+M876lCYg9quh/jG38iUWzAuNCYvEbjcGRfbmgS2PXEFoU5g2htMLkyBUG0kY8aG1eD171LPvrCPdeRjwAAAAAAb3AN0lIIdwIAAZYBgFAAALiQ77SxxGf7AgAAAAAEWVo=',
);
const largeDictionary = packed(
  '/Td6WFoAAATm1rRGAgAhAR4AAACbB1FmAQAUbWFpbjtwYXJzZSAxMgptYWluIDMKAAAAAAekIXey76x1AAEtFS8LcW0ftvN9AQAAAAAEWVo=',
);
const sha256 = packed(
  '/Td6WFoAAArh+wyhAgAhARYAAAB0L+WjAQAUbWFpbjtwYXJzZSAxMgptYWluIDMKAAAAAJKqgkRtVNvFKgMx+B/7OasKTtV9rfop5k77m95/uHuCAAFFFYDqVcAYm0uaAQAAAAAKWVo=',
);

/** 1 MiB of zeros by `xz -9`. */
const mebibyte = packed(
  '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM7///ANldAABv/f//o7f/Rz5IFXI5YVG4kijmo4YH+e7kHoLTL8U6PAFLsX7JiopNL6MN2X+m44wjEVPgWRjFdYrid/i2lH8MasDedElk4ulcU7IE2PdEDKtfDW1G6eXDdoi3llestk3haR1v+0uIEGxCy4g/XACP0E6vJiiUcR89jyThcJ6nI1/sKMuF0ZWYin4qkfIndfcZwAaYTZj92K/VkA/EJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2rFnk5VsFCPnH2q38+1Iq9+SVJQAAAAAAwva6PqJwa2AAAfUBgIBAAHmXf0exxGf7AgAAAAAEWVo=',
);

async function read(bytes: Uint8Array, name: string): Promise<readonly string[]> {
  const { profile } = await finishWaiting(decodeProfile({ bytes, name, form: { kind: 'file' } }));
  return profileRows(profile, 0);
}

async function refusal(work: Promise<unknown>): Promise<DecodeError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DecodeError)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

/** A tar of ustar headers. */
function tar(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const [name, content] of Object.entries(files)) {
    const head = new Uint8Array(512);
    head.set(strToU8(name), 0);
    head.set(strToU8(content.length.toString(8).padStart(11, '0')), 124);
    head[156] = name.endsWith('/') ? 53 : 48;
    head.set(strToU8('ustar\x0000'), 257);
    const padded = new Uint8Array(Math.ceil(content.length / 512) * 512);
    padded.set(content);
    blocks.push(head, padded);
  }
  return Uint8Array.from(Buffer.concat([...blocks, new Uint8Array(1024)]));
}

describe('packed files', () => {
  it('opens a zip with one profile, folders and hidden files aside', async () => {
    const zip = zipSync({
      'dir/': new Uint8Array(),
      'dir/a.folded': stacks,
      '__MACOSX/dir/._a.folded': stacks,
      '.DS_Store': stacks,
    });
    expect(await read(zip, 'a.zip')).toEqual(rows);
    expect(await read(zipSync({ 'a.folded.gz': new Uint8Array(gzipSync(stacks)) }, { level: 0 }), 'x')).toEqual(rows);
  });

  it('opens a tar with one profile, packed with gzip or not', async () => {
    const one = tar({ 'dir/': new Uint8Array(), 'dir/a.folded': stacks });
    expect(await read(one, 'a.tar')).toEqual(rows);
    expect(await read(new Uint8Array(gzipSync(one)), 'a.tgz')).toEqual(rows);
  });

  it('opens zstd', async () => expect(await read(zstd, 'a.folded.zst')).toEqual(rows));

  it('opens xz, of several streams too', async () => {
    expect(await read(xz, 'a.folded.xz')).toEqual(rows);
    expect(await read(Uint8Array.from([...xz, ...xz]), 'a')).toEqual([
      'total 30 self 0',
      '  main 30 self 6',
      '    parse 24 self 24',
    ]);
  });

  it('opens and lists what is in a tar that is packed with xz', async () => {
    // `tar c one.folded two.folded | xz`, of a header and a block each.
    expect((await finishWaiting(unpackFiles(tarXz))).map(({ name }) => name)).toEqual(['one.folded', 'two.folded']);
  });

  it('refuses xz that is damaged, cut, or needs too much memory, and reads the next one', async () => {
    expect(await refusal(read(xz.slice(0, 60), 'a.xz'))).toMatchObject({ code: 'malformed' });
    expect(await refusal(read(xz.slice(0, 7), 'a.xz'))).toMatchObject({ code: 'malformed' });
    expect(await refusal(read(xz.with(30, xz[30] ^ 0xff), 'a.xz'))).toMatchObject({ code: 'malformed' });
    // A dictionary of 128 MiB; and a checksum by SHA-256.
    const dictionary = await refusal(read(largeDictionary, 'a.xz'));
    expect(dictionary).toMatchObject({ code: 'unsupported', remedy: expect.stringMatching(/xz -d/) as string });
    expect(dictionary.message).toContain('64 MiB');
    expect((await refusal(read(sha256, 'a.xz'))).message).toContain('checksum');
    expect(await read(xz, 'a.folded.xz')).toEqual(rows);
  });

  it('refuses xz that would become more than 512 MiB before it is unpacked', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const bomb = await refusal(read(new Uint8Array(Buffer.concat(Array<Uint8Array>(513).fill(mebibyte))), 'a.xz'));
    expect(bomb).toMatchObject({ code: 'too-large', message: expect.stringContaining('512 MiB') as string });
    // Of all that is unpacked none is there, not even as garbage.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
  });

  it('refuses xz that becomes more than it says as soon as it does', async () => {
    const at = Buffer.from(mebibyte).lastIndexOf(Buffer.from([0x80, 0x80, 0x40]));
    expect(at).toBeGreaterThan(mebibyte.length - 40);
    const small = mebibyte.with(at + 2, 0x01);
    const many = new Uint8Array(Buffer.concat(Array<Uint8Array>(2000).fill(small)));
    const lie = await refusal(read(many, 'a.xz'));
    expect(lie.code).toBe('malformed');
    expect(Number(/^byte (\d+) of/.exec(lie.place ?? '')?.[1])).toBeLessThan(many.length / 2);
  });

  it('lists the files of an archive with several, and none of others', async () => {
    const files = { 'one.folded': stacks, 'two/__proto__': stacks };
    const names = async (bytes: Uint8Array): Promise<readonly string[]> =>
      (await finishWaiting(unpackFiles(bytes))).map(({ name }) => name);
    expect(await names(zipSync(files))).toEqual(['one.folded', 'two/__proto__']);
    expect(await names(new Uint8Array(gzipSync(tar(files))))).toEqual(['one.folded', 'two/__proto__']);
    expect(await names(stacks)).toEqual([]);
    expect(await names(zipSync({ a: stacks }))).toEqual([]);
    expect((await refusal(read(zipSync(files), 'x.zip'))).message).toContain('one.folded, two/__proto__');
  });

  it('names a bundle of Instruments', async () => {
    const bundle = await refusal(read(zipSync({ 'a.trace/form.template': stacks, 'a.trace/b': stacks }), 'a.zip'));
    expect(bundle.code).toBe('unsupported');
    expect(bundle.message).toMatch(/Instruments/);
    expect(bundle.remedy).toMatch(/Deep Copy/);
  });

  it('refuses archives that are damaged, cut or empty', async () => {
    const zip = zipSync({ 'a.folded': stacks, b: stacks });
    expect((await refusal(read(zip.slice(0, 60), 'a.zip'))).code).toBe('malformed');
    expect((await refusal(read(zip.with(50, zip[50] ^ 0xff), 'a.zip'))).code).toBe('malformed');
    expect((await refusal(read(tar({ a: stacks }).slice(0, 520), 'a.tar'))).code).toBe('malformed');
    expect((await refusal(read(zipSync({}), 'a.zip'))).remedy).toMatch(/\S/);
    expect((await refusal(read(zstd.slice(0, 20), 'a.zst'))).code).toBe('malformed');
  });

  it('stops where a small archive unpacks to too much', async () => {
    const zeros = zipSync({ big: new Uint8Array(1 << 20) }, { level: 9 });
    // The same packed data under 600 names: 600 MiB of 600 kB.
    const view = new DataView(zeros.buffer);
    const end = zeros.length - 22;
    const directory = zeros.slice(view.getUint32(end + 16, true), end);
    const many = Buffer.concat([
      zeros.slice(0, view.getUint32(end + 16, true)),
      ...Array.from({ length: 600 }, () => directory),
      zeros.slice(end),
    ]);
    many.writeUInt16LE(600, many.length - 22 + 10);
    expect((await refusal(read(Uint8Array.from(many), 'bomb.zip'))).code).toBe('too-large');
  });
});
