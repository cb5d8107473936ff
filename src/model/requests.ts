/** Requests that a side of a comparison served, as counted beside its profiles. */

export interface CountedRequests {
  readonly kind: 'counted';
  /** Per second. */
  readonly rate: number;
  /** In all of the side's time. */
  readonly count: number;
  readonly routes: readonly { readonly route: string; readonly count: number }[];
}

export type SideRequests =
  | CountedRequests
  /** A sentence that says why nothing is known. */
  | { readonly kind: 'unknown'; readonly why: string };

/** Requests of a route on both sides, per second. */
export interface RouteRates {
  readonly route: string;
  readonly a: number;
  readonly b: number;
  /** Standard deviation of the logarithm of `b ÷ a`, from counting alone. */
  readonly deviation: number;
}

/** Says nothing of what a handler or a route is about. */
const NOISE = new Set(
  (
    'handle handler handlers handling serve service http https api rest get post put patch delete head do on func fn ' +
    'route routes router controller controllers action actions endpoint view views app main index render show async'
  ).split(' '),
);
const MAX_CHARACTERS = 300;
/** Frames of a path that are read, from its leaf up. */
const MAX_FRAMES = 20;

/** Finds the route that a handler serves, by its name. Routes with the same words belong to no handler. */
export class RouteFinder {
  readonly #byRoute: ReadonlyMap<string, RouteRates>;
  readonly #byWords = new Map<string, RouteRates | undefined>();
  readonly #byName = new Map<string, RouteRates>();
  /** By `wordsWithMethod`. */
  readonly #byMethod = new Map<string, RouteRates | undefined>();

  constructor(a: CountedRequests, b: CountedRequests) {
    const counted = routeRates(a, b, (route) => route);
    this.#byRoute = new Map(counted.map((one) => [one.route, one]));
    for (const one of counted) {
      const words = wordsWithMethod(one.route);
      if (words !== undefined) this.#byMethod.set(words, this.#byMethod.has(words) ? undefined : one);
    }
    for (const one of routeRates(a, b, pathOfRoute)) {
      this.#byName.set(one.route, one);
      const words = wordsOfRoute(one.route);
      if (words !== '') this.#byWords.set(words, this.#byWords.has(words) ? undefined : one);
    }
  }

  /**
   * A value with a method has the requests of that method, or those that were counted without one.
   * @param value of a label: a route, with a method or without, as the counts write it or with its words; or a handler
   */
  findValue(value: string): RouteRates | undefined {
    const path = pathOfRoute(value);
    const exact = this.#byRoute.get(value);
    if (exact) return exact;
    if (path !== value)
      return (
        this.#byMethod.get(wordsWithMethod(value) ?? '') ??
        this.#byRoute.get(path) ??
        this.#byMethod.get(wordsWithMethod(path) ?? '')
      );
    const found = this.#byName.get(path) ?? this.#byWords.get(wordsOfRoute(path));
    return found ?? (path.includes('/') ? undefined : this.find([value]));
  }

  /** @param path names, root first: the innermost one that fits a route */
  find(path: readonly string[]): RouteRates | undefined {
    for (const name of path.slice(-MAX_FRAMES).reverse()) {
      const named = this.#byName.get(name);
      if (named) return named;
      for (const words of wordsOfFunction(name)) {
        const found = this.#byWords.get(words);
        if (found) return found;
      }
    }
    return undefined;
  }
}

/** Methods of one path are served by one handler, or by several with names that do not differ by the method. */
function pathOfRoute(route: string): string {
  return route.replace(/^[A-Z]{3,7} +(?=\S)/, '');
}

/** `GET orders` of `GET /orders/{id}`, ` orders` of `/orders/{id}`; undefined where no word tells the route from others. */
function wordsWithMethod(route: string): string | undefined {
  const path = pathOfRoute(route);
  const words = wordsOfRoute(path);
  return words === '' ? undefined : `${route.slice(0, route.length - path.length).trimEnd()} ${words}`;
}

/** The rates of all routes that a side counted; those of one name together. */
function routeRates(a: CountedRequests, b: CountedRequests, nameOf: (route: string) => string): readonly RouteRates[] {
  const [ofA, ofB] = [a, b].map(({ routes }) => {
    const sums = new Map<string, number>();
    for (const { route, count } of routes) {
      const name = nameOf(route);
      sums.set(name, (sums.get(name) ?? 0) + count);
    }
    return sums;
  });
  return [...new Set([...ofA.keys(), ...ofB.keys()])]
    .filter((route) => route !== '')
    .map((route) => {
      const [x, y] = [ofA.get(route) ?? 0, ofB.get(route) ?? 0];
      return {
        route,
        a: (x / a.count) * a.rate,
        b: (y / b.count) * b.rate,
        deviation: Math.sqrt(1 / Math.max(1, x) + 1 / Math.max(1, y)),
      };
    });
}

/** Without its parameters: `/api/v1/users/{id}/orders` to `orders users`. */
function wordsOfRoute(route: string): string {
  const parts = route.slice(0, MAX_CHARACTERS).split(/[\s/]+/);
  return tellingWords(parts.filter((part) => !/^(?:[:{<*$[(].*|\d+|v\d+)$/.test(part)).join(' '));
}

function tellingWords(text: string): string {
  const all = text
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1 && !NOISE.has(word));
  return [...new Set(all)].sort().join(' ');
}

/** Its own name, and where that says nothing, with its type or module. */
function wordsOfFunction(name: string): readonly string[] {
  const plain = name
    .slice(0, MAX_CHARACTERS)
    .replace(/\s*\([^()]*:\d+\)$/, '') // `fn (file.py:12)`
    .replace(/(?::\d+)+$/, '') // `./app.mjs:checkout:10`
    .replace(/\.func\d+(?:\.\d+)*$/, '')
    .replace(/\((?:\*)?(\w+)\)/g, '$1');
  const parts = plain.split(/[.:/#\\\s]+/).filter((part) => part !== '');
  const own = tellingWords(parts.slice(-1).join(' '));
  return own === '' ? [tellingWords(parts.slice(-2).join(' '))].filter((words) => words !== '') : [own];
}
