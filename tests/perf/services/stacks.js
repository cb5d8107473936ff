/** The services that `record.js` records: how each is installed and started, its load, and what can be changed in it. */

import { join } from 'node:path';

/**
 * @typedef {object} Change of code: CHANGE of a segment
 * @property {string} code pattern of the functions that are right: where a compiler inlines the one that changed, its caller
 * @property {string} [changed] pattern of the functions that changed, where these are not all that are right
 * @property {number} [size] by how many percent the function got dearer
 */
/**
 * @typedef {object} Stack
 * @property {string} title
 * @property {readonly string[]} tools programs that must be on this machine
 * @property {readonly (readonly string[])[]} install commands, run in a folder that has a copy of the service's
 * @property {readonly string[]} start the command, run in the same folder
 * @property {(folder: string) => NodeJS.ProcessEnv} [env] beside APP, SERVER, VERSION, POD, PORT and CHANGE
 * @property {string} [type] profile type of its CPU time, where it is not the usual one
 * @property {number} [warmUpSeconds] until its code is compiled and its caches are full; usually 20
 * @property {number} rate requests a second
 * @property {Readonly<Record<string, number>>} routes weights by path
 * @property {string} busy the route that is called more in one segment
 * @property {Readonly<Record<string, Change>>} changes
 */

/** @type {Readonly<Record<string, Stack>>} by the name of their folder */
export const stacks = {
  fastify: {
    title: 'Node.js with Fastify and @pyroscope/nodejs',
    tools: ['node', 'npm'],
    install: [['npm', 'install', '--no-audit', '--no-fund', '--silent']],
    start: [process.execPath, 'shop.js'],
    type: 'wall:cpu:nanoseconds:wall:nanoseconds',
    rate: 120,
    routes: { '/search': 3, '/suggest': 2, '/cart': 2.5, '/invoice': 2 },
    busy: '/invoice',
    changes: {
      price20: { code: 'priceOf|:cart:', changed: 'priceOf|:cart:', size: 20 },
      checksum50: { code: 'checksum|:invoice:', changed: 'checksum', size: 50 },
      nocache: { code: 'loadCart|:cart:|:parse:|:sort:', changed: 'loadCart' },
      newfunc: { code: 'fraudScore|:cart:', changed: 'fraudScore' },
      removed: { code: 'legacyTax|:invoice:', changed: 'legacyTax' },
      garbage: { code: 'snapshots|copyOf' },
    },
  },
  flask: {
    title: 'Python with Flask under gunicorn and pyroscope-io',
    tools: ['python3'],
    install: [
      ['python3', '-m', 'venv', 'venv'],
      ['venv/bin/pip', 'install', '--quiet', '--disable-pip-version-check', '-r', 'requirements.txt'],
    ],
    start: ['venv/bin/gunicorn', '--config', 'gunicorn.conf.py', 'shop:app'],
    rate: 45,
    routes: { '/search': 3, '/suggest': 2, '/loans': 2.5, '/report': 2 },
    busy: '/report',
    changes: {
      fine20: { code: 'fine_of', size: 20 },
      checksum50: { code: 'checksum', size: 50 },
      nocache: { code: 'load_loans|loads|JSONDecoder|raw_decode|scan_once' },
      newfunc: { code: 'risk_of' },
      removed: { code: 'legacy_index' },
      garbage: { code: 'keep_copies' },
    },
  },
  tomcat: {
    title: 'Java with Tomcat and pyroscope-java',
    tools: ['java', 'javac', 'mvn'],
    install: [
      ['mvn', '--quiet', '--batch-mode', 'dependency:copy-dependencies', '-DoutputDirectory=lib'],
      ['sh', '-c', "javac -cp 'lib/*' -d classes tickets/*.java"],
    ],
    start: ['sh', '-c', 'exec java -Xmx256m -javaagent:"$(echo lib/agent-*.jar)" -cp \'classes:lib/*\' tickets.Main'],
    env: (folder) => ({
      PYROSCOPE_APPLICATION_NAME: '$APP',
      PYROSCOPE_SERVER_ADDRESS: '$SERVER',
      PYROSCOPE_LABELS: 'version=$VERSION,pod=$POD',
      PYROSCOPE_FORMAT: 'jfr',
      PYROSCOPE_PROFILER_EVENT: 'itimer',
      PYROSCOPE_UPLOAD_INTERVAL: '10s',
      TMPDIR: join(folder, 'tmp'),
    }),
    warmUpSeconds: 60,
    rate: 60,
    routes: { '/events': 3, '/seats': 2, '/order': 2.5, '/ticket': 2 },
    busy: '/ticket',
    changes: {
      price20: { code: 'OrderPage\\.priceOf', size: 20 },
      checksum50: { code: 'TicketPage\\.checksum', size: 50 },
      nocache: { code: 'OrderPage\\.(load|parse)|regex|String\\.(split|matches)|Integer\\.parseInt' },
      newfunc: { code: 'OrderPage\\.risk' },
      removed: { code: 'TicketPage\\.legacyTax' },
      garbage: { code: 'EventsPage\\.copies' },
    },
  },
};

/**
 * @typedef {object} Step one segment
 * @property {string} [change] @property {boolean} [isBusy] @property {number} [load] times the usual load
 */

/** A change stands between segments without one. @param {Stack} stack @returns {readonly Step[]} */
export function planOf({ changes }) {
  const named = Object.keys(changes);
  return [
    {},
    ...named.slice(0, 2).map((change) => ({ change })),
    {},
    ...named.slice(2, 4).map((change) => ({ change })),
    {},
    ...named.slice(4).map((change) => ({ change })),
    {},
    { isBusy: true },
    { load: 1.5 },
  ];
}

/**
 * Each segment with a change is compared with both unchanged ones next to it, and unchanged ones with each other.
 * @param {string} id @param {Stack} stack @param {readonly number[]} recorded numbers of segments
 */
export function pairsOf(id, stack, recorded) {
  const plan = planOf(stack);
  const isRecorded = (/** @type {number} */ n) => recorded.includes(n);
  const plain = plan.flatMap((step, n) => (Object.keys(step).length === 0 && isRecorded(n) ? [n] : []));
  const name = (/** @type {number} */ n) => `${id}-${n}`;
  const pairs = plain.flatMap((a, i) =>
    plain.slice(i + 1).map((b) => ({ name: `${id}, nothing`, a: name(a), b: name(b), kind: 'none' })),
  );
  for (const [n, step] of plan.entries()) {
    if (plain.includes(n) || !isRecorded(n)) continue;
    const near = plain.toSorted((one, other) => Math.abs(one - n) - Math.abs(other - n)).slice(0, 2);
    for (const a of near) pairs.push({ ...rightOf(id, stack, step), a: name(a), b: name(n) });
  }
  return pairs;
}

/** What is right to say of a segment. @param {string} id @param {Stack} stack @param {Step} step */
function rightOf(id, stack, { change, isBusy, load }) {
  if (change !== undefined) {
    const { code, changed, size } = stack.changes[change];
    const sized = size === undefined ? {} : { size };
    // Only of a function that stands alone is the size that of a claim.
    const culprit = size === undefined || changed !== undefined ? {} : { culprit: code.replaceAll('\\', '') };
    return { name: `${id} ${change}`, kind: 'code', code, changed, flags: '', ...sized, ...culprit };
  }
  const route = stack.busy.slice(1);
  if (isBusy === true) return { name: `${id}, ${stack.busy} twice as often`, kind: 'work', work: route, flags: 'i' };
  return { name: `${id}, load times ${load}`, kind: 'load' };
}
