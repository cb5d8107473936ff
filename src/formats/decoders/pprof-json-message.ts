/** Objects of a pprof profile as JSON, whose keys are spelled in several ways: `sampleType`, `SampleType`, `sample_type`. */
import type { JsonPull } from '#base/json-pull.ts';
import type { Steps } from '#base/steps.ts';

const STEP = 1024;
/** Objects within objects: a profile has five levels. */
const MAX_LEVELS = 12;

export class Message {
  readonly #fields: ReadonlyMap<string, unknown>;
  /** As written: keys of labels are texts of the profile. */
  readonly #written: readonly (readonly [string, unknown])[];

  constructor(written: readonly (readonly [string, unknown])[]) {
    this.#written = written;
    this.#fields = new Map(written.map(([key, value]) => [plain(key), value]));
  }

  /** Nothing but an id: the rest is in a table. */
  get isReference(): boolean {
    return this.#fields.size === 1 && this.#fields.has('id');
  }

  entries(): readonly (readonly [string, unknown])[] {
    return this.#written;
  }

  /** The first of these fields that is there. */
  field(...keys: string[]): unknown {
    for (const key of keys) {
      const value = this.#fields.get(plain(key));
      if (value !== undefined && value !== null) return value;
    }
    return undefined;
  }

  list(...keys: string[]): readonly unknown[] {
    const value = this.field(...keys);
    return Array.isArray(value) ? (value as readonly unknown[]) : [];
  }

  messages(...keys: string[]): readonly Message[] {
    return this.list(...keys).filter((one): one is Message => one instanceof Message);
  }

  text(key: string): string {
    const value = this.field(key);
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : '';
  }
}

/** The object that comes next, with all in it; entries of the lists of the outermost one in steps. */
export function* readMessage(json: JsonPull): Steps<Message> {
  const fields: (readonly [string, unknown])[] = [];
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (json.kind() !== 'array') {
      fields.push([key, readValue(json, MAX_LEVELS)]);
      continue;
    }
    const list: unknown[] = [];
    json.enterArray();
    while (json.item()) {
      if (list.length % STEP === 0) yield json.share * 0.8;
      list.push(readValue(json, MAX_LEVELS));
    }
    fields.push([key, list]);
  }
  return new Message(fields);
}

function readValue(json: JsonPull, levels: number): unknown {
  const kind = json.kind();
  if (levels === 0) {
    json.skip();
    return undefined;
  }
  if (kind === 'object') {
    const fields: (readonly [string, unknown])[] = [];
    json.enterObject();
    for (let key = json.key(); key !== undefined; key = json.key()) fields.push([key, readValue(json, levels - 1)]);
    return new Message(fields);
  }
  if (kind === 'array') {
    const list: unknown[] = [];
    json.enterArray();
    while (json.item()) list.push(readValue(json, levels - 1));
    return list;
  }
  if (kind === 'string') return json.string();
  if (kind === 'number') return json.whole();
  json.skip();
  return kind === 'true' ? true : kind === 'false' ? false : undefined;
}

function plain(key: string): string {
  return key.replaceAll('_', '').toLowerCase();
}
