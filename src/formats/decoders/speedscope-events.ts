/** Events of speedscope's evented profiles. */
import type { Float64Column, Int32Column } from '#base/column.ts';
import type { JsonPull } from '#base/json-pull.ts';
import { JsonRows } from '#base/json-rows.ts';
import { refuseCount } from '../decode-limits.ts';
import { refuseJson } from '../json-document.ts';

export const MAX_INDEX = 2 ** 31 - 1;
const STEP = 8192;

interface Events {
  /** Frame + 1 where it opens, -(frame + 1) where it closes. */
  readonly events: Int32Column;
  readonly at: Float64Column;
}

const [OPEN, CLOSE] = ['O', 'C'].map((letter) => letter.charCodeAt(0));
const KEYS = ['type', 'frame', 'at'];
const ROWS = 1024;

/** Reads events: by their keys, and those that are written like the one before as rows. */
export class EventReader {
  readonly #json: JsonPull;
  readonly #part: Events;
  readonly #place: string;
  readonly #most: number;
  readonly #rows: JsonRows;
  /** The keys of the last event, in their order. */
  #order: string[] = [];
  readonly #values = new Float64Array(3 * ROWS);

  constructor(json: JsonPull, part: Events, place: string, most: number) {
    this.#json = json;
    this.#part = part;
    this.#place = place;
    this.#most = most;
    this.#rows = new JsonRows(json);
  }

  /** @returns whether there may be more */
  readSome(): boolean {
    const { events } = this.#part;
    for (const until = events.length + STEP; events.length < until;) {
      if (this.#order.length === 3 && KEYS.every((key) => this.#order.includes(key)))
        this.#readRows(Math.min(ROWS, this.#most - events.length));
      if (!this.#readOne()) return false;
    }
    return true;
  }

  #readRows(most: number): void {
    const rows = this.#rows.read(this.#values, most);
    const [ofType, ofFrame, ofTime] = KEYS.map((key) => this.#order.indexOf(key));
    const { events, at } = this.#part;
    events.reserve(rows);
    at.reserve(rows);
    const values = this.#values;
    for (let i = 0; i < rows * 3; i += 3) {
      const type = values[i + ofType];
      const frame = values[i + ofFrame];
      const isRight = (type === OPEN || type === CLOSE) && frame < MAX_INDEX && frame === Math.floor(frame);
      if (!isRight) this.#add(type, frame, values[i + ofTime]);
      events.values[events.length++] = type === OPEN ? frame + 1 : -frame - 1;
      at.values[at.length++] = values[i + ofTime];
    }
  }

  #readOne(): boolean {
    const json = this.#json;
    this.#rows.begin();
    if (!json.item()) return false;
    const { events } = this.#part;
    if (events.length >= this.#most) refuseCount(this.#most, 'events', `${this.#place}.events`);
    let type = 0;
    let frame = NaN;
    let time = NaN;
    this.#order = [];
    json.enterObject();
    for (let key = json.key(); key !== undefined; key = json.key()) {
      if (key !== 'type' && key !== 'frame' && key !== 'at') {
        json.skip();
        continue;
      }
      this.#rows.before();
      if (key === 'type') {
        const text = json.stringIn() ?? '';
        type = text.length === 1 ? text.charCodeAt(0) : 0;
      } else if (key === 'frame') frame = json.number();
      else time = json.number();
      this.#rows.behind();
      this.#order.push(key);
    }
    this.#rows.finish();
    this.#add(type, frame, time);
    return true;
  }

  /** @throws DecodeError where the event is none */
  #add(type: number, frame: number, time: number): void {
    const { events, at } = this.#part;
    const where = `${this.#place}.events[${events.length}]`;
    if (type !== OPEN && type !== CLOSE) refuseJson('An event neither opens a frame (O) nor closes one (C).', where);
    if (Number.isNaN(time)) refuseJson('An event has no time (at).', where);
    const checked = index(frame, this.#place, 'events', events.length) + 1;
    events.push(type === OPEN ? checked : -checked);
    at.push(time);
  }
}

/** @param place, list, at are where it stands: put together only for a refusal, as there are millions. */
export function index(frame: number, place: string, list: string, at: number): number {
  if (!(Number.isInteger(frame) && frame >= 0 && frame < MAX_INDEX))
    refuseJson(`The frame ${frame} is not an index.`, `${place}.${list}[${at}]`);
  return frame;
}
