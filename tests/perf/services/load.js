/** Load on a service that wanders as real load does, and counts of the requests that were answered. */

import { Agent, get } from 'node:http';

/** More requests than this at once are left out: a service that is too slow does not fall further behind. */
const MAX_IN_FLIGHT = 24;
const TIMEOUT_MS = 10_000;
/** Load and mix wander with this memory. */
const MEMORY_SECONDS = 20;
const STEP_MS = 2000;
/** Standard deviations of logarithms: of the mix and of the load while they wander, and of the mix of a whole segment. */
const WANDER_OF_MIX = 0.22;
const WANDER_OF_LOAD = 0.15;
const DRIFT_OF_MIX = 0.08;

/**
 * Sends requests until it is stopped.
 * @param {string} url @param {Readonly<Record<string, number>>} routes weights by path
 * @param {number} rate requests a second @param {() => number} random uniform in [0, 1)
 * @param {number} timeoutMs without a byte from the service, until a request has failed
 */
export function startLoad(url, routes, rate, random, timeoutMs = TIMEOUT_MS) {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_IN_FLIGHT });
  const paths = Object.keys(routes);
  const usual = paths.map((path) => routes[path] * Math.exp(DRIFT_OF_MIX * normal(random)));
  const total = sumOf(usual);
  const walks = paths.map(() => normal(random));
  let loadWalk = normal(random);
  /** @type {Record<string, number>} */
  const answered = Object.fromEntries(paths.map((path) => [path, 0]));
  const state = { answered, failed: 0, leftOut: 0 };
  let inFlight = 0;
  let isStopped = false;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  let weights = usual;
  let now = rate;
  const keep = Math.exp(-STEP_MS / 1000 / MEMORY_SECONDS);
  /** @param {number} walk */
  const next = (walk) => keep * walk + Math.sqrt(1 - keep * keep) * normal(random);
  const step = () => {
    for (let i = 0; i < walks.length; i++) walks[i] = next(walks[i]);
    loadWalk = next(loadWalk);
    weights = usual.map((weight, i) => weight * Math.exp(WANDER_OF_MIX * walks[i]));
    now = (rate * Math.exp(WANDER_OF_LOAD * loadWalk) * sumOf(weights)) / total;
  };
  step();
  const stepper = setInterval(step, STEP_MS);

  /** @param {string} path */
  const request = (path) => {
    if (inFlight >= MAX_IN_FLIGHT) {
      state.leftOut++;
      return;
    }
    inFlight++;
    let hasEnded = false;
    const ended = (/** @type {boolean} */ isAnswered) => {
      // A request that fails in the midst of its answer closes the answer and reports an error.
      if (hasEnded) return;
      hasEnded = true;
      inFlight--;
      if (isAnswered) answered[path]++;
      else state.failed++;
    };
    const call = get(`${url}${path}?n=${Math.floor(random() * 5000)}`, { agent, timeout: timeoutMs }, (response) => {
      response.resume();
      response.once('close', () => ended(response.complete && response.statusCode === 200));
    });
    call.once('timeout', () => call.destroy(new Error('The service does not answer.')));
    call.once('error', () => ended(false));
  };
  const send = (/** @type {number} */ due) => {
    if (isStopped) return;
    request(paths[drawn(weights, random)]);
    // A generator that was held up begins anew instead of sending all at once.
    const from = Math.max(due, Date.now() - STEP_MS);
    const at = from - (Math.log(1 - random()) / now) * 1000;
    timer = setTimeout(send, Math.max(0, at - Date.now()), at);
  };
  send(Date.now());
  return {
    state,
    stop() {
      isStopped = true;
      clearTimeout(timer);
      clearInterval(stepper);
      agent.destroy();
    },
  };
}

/** @param {readonly number[]} weights @param {() => number} random @returns {number} a place, as often as its weight says */
function drawn(weights, random) {
  let left = random() * sumOf(weights);
  const at = weights.findIndex((weight) => (left -= weight) < 0);
  return at < 0 ? weights.length - 1 : at;
}

/** @param {() => number} random */
export function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** @param {readonly number[]} values */
function sumOf(values) {
  return values.reduce((sum, value) => sum + value, 0);
}
