/** The files of a multipart form. */

import { Busboy } from '@fastify/busboy';
import { Refusal } from './refusal.ts';

const MAX_PARTS = 16;

/** By field name; a part is a file whether it has a file name or not. @throws (rejects) Refusal */
export function readForm(body: Uint8Array, contentType: string): Promise<ReadonlyMap<string, Uint8Array>> {
  return new Promise((resolve, reject) => {
    const files = new Map<string, Uint8Array>();
    const refuse = (error: unknown): void => {
      const reason = error instanceof Error ? error.message : String(error);
      reject(new Refusal('bad_request', `The multipart form cannot be read: ${reason}.`));
    };
    try {
      const form = new Busboy({
        headers: { 'content-type': contentType },
        isPartAFile: () => true,
        limits: { parts: MAX_PARTS, fileSize: body.length, headerPairs: 16, headerSize: 8192 },
      });
      form.on('partsLimit', () => reject(new Refusal('bad_request', `The form has more than ${MAX_PARTS} parts.`)));
      form.on('file', (name: string | undefined, stream: NodeJS.ReadableStream) => {
        const chunks: Uint8Array[] = [];
        stream.on('data', (chunk: Uint8Array) => chunks.push(chunk));
        stream.on('end', () => files.set(name ?? '', Buffer.concat(chunks)));
        stream.on('error', refuse);
      });
      form.on('finish', () => resolve(files));
      form.on('error', refuse);
      form.end(body);
    } catch (error) {
      refuse(error);
    }
  });
}
