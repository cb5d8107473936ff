/** From the bytes of a file to the tree that is drawn, as the page's worker does it. Built by formats.js. */
import { finish, finishWaiting } from '#base/steps.ts';
import { decodeProfile } from '#formats/registry.ts';
import { buildCallTree } from '#model/build-call-tree.ts';

export async function read(name: string, bytes: Uint8Array): Promise<number> {
  const { profile } = await finishWaiting(decodeProfile({ bytes, name, form: { kind: 'file' } }));
  return finish(buildCallTree(profile, profile.defaultSampleType, 'size')).total[0];
}
