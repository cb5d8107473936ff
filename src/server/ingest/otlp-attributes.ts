/** Maps OTLP attributes to the service, to labels, or to nothing. */

import type { OtlpAttribute } from '#formats/decoders/otlp-message.ts';

/** Which attributes are no labels, by name; `*` stands for any characters. `keep` wins over `fold`. */
export interface AttributeRules {
  readonly keep: readonly string[];
  readonly fold: readonly string[];
}

/** These identify one process, thread or start: each value would create a series. */
const FOLDED: readonly string[] = [
  'pid',
  'tid',
  'uid',
  'gid',
  '*.pid',
  '*_pid',
  'process.vpid',
  'process.*.id',
  'process.owner',
  'process.creation.time',
  'process.exit.*',
  'process.command*',
  'process.args_count',
  'process.working_directory',
  'process.executable.path',
  'process.executable.build_id.*',
  'process.environment_variable.*',
  'process.runtime.description',
  'thread.id',
  'cpu.*',
  'host.cpu.*',
  'host.id',
  'host.ip',
  'host.mac',
  'container.id',
  'container.command*',
  'container.image.id',
  'container.image.repo_digests',
  'k8s.*.uid',
  'os.description',
  'os.build_id',
];

/** A service without a name is called after the first of these that it has. */
const NAMED_AFTER: readonly string[] = [
  'service.name',
  'k8s.deployment.name',
  'k8s.statefulset.name',
  'k8s.daemonset.name',
  'container.name',
  'k8s.container.name',
  'process.executable.name',
];

export class AttributeFolder {
  readonly #keep: RegExp | undefined;
  readonly #fold: RegExp;
  readonly #isKept = new Map<string, boolean>();

  constructor({ keep, fold }: AttributeRules = { keep: [], fold: [] }) {
    this.#keep = keep.length === 0 ? undefined : pattern(keep);
    this.#fold = pattern([...FOLDED, ...fold]);
  }

  isKept(name: string): boolean {
    let isKept = this.#isKept.get(name);
    if (isKept === undefined) {
      isKept = name !== '' && !name.startsWith('__') && (this.#keep?.test(name) === true || !this.#fold.test(name));
      this.#isKept.set(name, isKept);
    }
    return isKept;
  }
}

function pattern(names: readonly string[]): RegExp {
  const any = names.map((name) => name.replace(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll('*', '.*'));
  return new RegExp(`^(?:${any.join('|')})$`);
}

/** @param ofSample of one sample or profile @param ofResource of its resource and scope */
export function serviceOf(ofResource: readonly OtlpAttribute[], ofSample: readonly OtlpAttribute[]): string {
  for (const name of NAMED_AFTER) {
    // Only `service.name` is taken from the resource first; for other names the sample wins, since a collector knows
    // less.
    const value =
      name === 'service.name'
        ? (text(ofResource, name) ?? text(ofSample, name))
        : (text(ofSample, name) ?? text(ofResource, name));
    if (value !== undefined) return value;
  }
  return 'unknown_service';
}

/** The last value of that name that is not empty. */
function text(attributes: readonly OtlpAttribute[], name: string): string | undefined {
  for (let i = attributes.length - 1; i >= 0; i--) {
    const { key, value } = attributes[i];
    if (key === name && value !== '') return String(value);
  }
  return undefined;
}
