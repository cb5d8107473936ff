/** Where one unit of work hides routes: a router below dispatch frames that is not known as one. */
import { CHOSEN, HANDLER } from './prepared-stacks.ts';
import type { Remaining } from './remaining.ts';

/** Parts of the whole that the unit has at least, and of the router that each of its callees has. */
const MIN_SHARE = 0.2;
const MIN_PART = 0.03;
/** A router calls several handlers, and does next to nothing itself. */
const MIN_ROUTES = 3;
const MAX_SELF = 0.03;
/** A frame is looked through if one callee has this share of it. */
const WRAPPED = 0.9;
/**
 * Names of routers end with these words; `closeHandle` is not one. The name is needed, since a handler may also call several
 * functions and do nothing itself.
 */
const ROUTER =
  /(?:(?:^|[^A-Za-z])(?:[sS]erveHTTP|[rR]out(?:e|er|es|ing)|[dD]ispatch(?:er)?|[hH]andle(?:_?[rR]equest)?|[cC]all|[mM]ux)|[a-z](?:ServeHTTP|Rout(?:e|er|es|ing)|Dispatch(?:er)?|HandleRequest|Mux))(?::\d+)?$/;
const MAX_READ_CHARACTERS = 500;

/** The function of the union whose callees may be routes; undefined where there is none, or where the user named one. */
export function likelyRouter({ tree, units, sides: [a, b], totals }: Remaining): number | undefined {
  const { length, func, names, called, subtreeEnd, isRuntime } = tree;
  if (called.includes(CHOSEN)) return undefined;
  const mean = (ofA: number, ofB: number): number => (ofA / totals[0] + ofB / totals[1]) / 2;
  const share = (node: number): number => mean(a.total[node], b.total[node]);
  let router: number | undefined;
  let largest = MIN_SHARE;
  for (let top = 1; top < length; top = subtreeEnd[top]) {
    if (called[top] !== HANDLER || share(top) < largest) continue;
    for (let at: number | undefined = top; at !== undefined;) {
      const whole = share(at);
      const kids: number[] = [];
      for (let kid = at + 1; kid < subtreeEnd[at]; kid = subtreeEnd[kid])
        if (isRuntime[kid] === 0 && units.unit[kid] === units.unit[top] && share(kid) >= MIN_PART * whole)
          kids.push(kid);
      const isRouter: boolean =
        kids.length >= MIN_ROUTES &&
        mean(a.self[at], b.self[at]) <= MAX_SELF * whole &&
        ROUTER.test(names[func[at]].slice(-MAX_READ_CHARACTERS));
      if (isRouter) [router, largest] = [func[at], share(top)];
      at = isRouter ? undefined : kids.find((kid) => share(kid) > WRAPPED * whole);
    }
  }
  return router;
}
