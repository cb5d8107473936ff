/** `flametide diff A B`: two files, or ranges of servers, compared as the page compares them. */
import { Option } from 'commander';
import { packings } from '#formats/packing.ts';
import { readableNouns } from '#formats/registry.ts';
import type { Change } from '#model/change.ts';
import { whatChanged, type WhatChanged } from '#model/changes.ts';
import { whyNotComparable } from '#model/comparability.ts';
import { unionTree } from '#model/diff.ts';
import { foreignNames } from '#model/foreign-names.ts';
import { compareSides } from '#model/evidence.ts';
import { normalisations, normalise, whyNotNormalised, type Normalisation } from '#model/normalise.ts';
import { BadInput } from './bad-input.ts';
import type { Outcome } from './outcome.ts';
import { runCommand } from './run-command.ts';
import { printJson, printMarkdown, printText, type Comparison } from './print.ts';
import { readSide, slicesOfSides } from './side.ts';

interface DiffOptions {
  readonly type: string | undefined;
  readonly normalize: Normalisation;
  readonly routes: string | undefined;
  readonly failOn: string | undefined;
  readonly format: 'text' | 'json' | 'markdown';
}

const HELP = `
A and B are files (${readableNouns('or')}, ${packings}), or links of the page to a range of a server:
  http://host:4040/?svc=shop&type=process_cpu:cpu:nanoseconds:cpu:nanoseconds&from=now-2h&until=now-1h
  keys: svc service, type profile type, q label matchers such as pod="a",env=~"p.*", from and until in ms since
  1970, or for example now-1h, now/d. Without them: all services, CPU, the last hour. FLAMETIDE_TOKEN is the token.

--normalize: share (part of the whole), per-second, per-request, load-adjusted, equal-work, absolute. Per second and
load-adjusted need a duration on both sides; per request needs counts of requests (/api/work, --prometheus of the server).

--fail-on '+5%': exit code 1 when a supported code change makes a function at least 5 % more expensive, when supported new code
takes 5 % of B, or, where totals can be compared (all but share and equal-work), when the total grew by 5 %.
'-5%' does the same for decreases.

Exit code: 0 compared, 1 a change passes the threshold of --fail-on, 2 bad input.`;

/** @param args after `diff`; @param env for FLAMETIDE_TOKEN */
export async function diffCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): Promise<Outcome> {
  return runCommand(
    'flametide diff',
    args,
    (command) =>
      command
        .description(
          'Compares two profiles: which code costs more, which work grew, and whether it is more than noise.',
        )
        .argument('<A>', 'baseline: a file or a link')
        .argument('<B>', 'comparison: a file or a link')
        .option('--type <type>', 'sample type of a file, or profile type of a link without one')
        .addOption(
          new Option('--normalize <how>', 'what makes the sides comparable').choices(normalisations).default('share'),
        )
        .option('--routes <function>', 'function whose callees are routes, if none are found')
        .option('--fail-on <threshold>', "exit code 1 when a change passes it, such as '+5%'")
        .addOption(new Option('--format <form>', 'of the answer').choices(['text', 'json', 'markdown']).default('text'))
        .addHelpText('after', HELP),
    async (command) => {
      const [a, b] = command.args;
      const options = command.opts<DiffOptions>();
      const bar = options.failOn === undefined ? undefined : readBar(options.failOn);
      const compared = await compare(a, b, options, env.FLAMETIDE_TOKEN, nowMs);
      const broken = bar === undefined ? [] : breaks(compared.found, options.normalize, bar);
      const print = { text: printText, json: printJson, markdown: printMarkdown }[options.format];
      return {
        code: broken.length > 0 ? 1 : 0,
        stdout: print(compared, broken),
        stderr: broken.length > 0 ? `flametide: beyond ${options.failOn}: ${broken.join(', ')}\n` : '',
      };
    },
  );
}

async function compare(
  textA: string,
  textB: string,
  { type, normalize, routes }: DiffOptions,
  token: string | undefined,
  nowMs: number,
): Promise<Comparison> {
  const [a, b] = await Promise.all([textA, textB].map((text) => readSide(text, { type, token, nowMs })));
  const unlike = whyNotComparable(a, b);
  if (unlike !== undefined) throw new BadInput(`${unlike} --type names it.`);
  const union = { ...unionTree(a.named, b.named), foreign: foreignNames([a.kinded, b.kinded]) };
  const reason = whyNotNormalised(normalize, union, a.facts, b.facts);
  if (reason !== undefined) throw new BadInput(reason);
  const slices = await slicesOfSides(a, b, union);
  if (routes !== undefined && !union.names.includes(routes))
    throw new BadInput(`--routes ${routes.slice(0, 120)}: neither side has a function of this name.`);
  const evidence = compareSides(union, slices.a, slices.b, routes);
  const work = { unit: evidence.units.unit, growth: evidence.growth };
  const normalised = normalise(normalize, union, a.facts, b.facts, work);
  return {
    a,
    b,
    union,
    normalised,
    evidence,
    isOneRun: slices.isOneRun,
    found: whatChanged(union, normalised, evidence),
  };
}

interface FailBar {
  readonly sign: 1 | -1;
  readonly percent: number;
}

/** @throws BadInput */
function readBar(text: string): FailBar {
  const match = /^([+-]?)(\d{1,6}(?:\.\d{1,6})?)%$/.exec(text);
  if (!match) throw new BadInput(`--fail-on ${text.slice(0, 40)} is not a threshold: write it like '+5%'.`);
  return { sign: match[1] === '-' ? -1 : 1, percent: Number(match[2]) };
}

/** The changes beyond the threshold, in words. */
function breaks({ changes, total }: WhatChanged, kind: Normalisation, { sign, percent }: FailBar): string[] {
  const broken = changes
    .filter((change) => change.supported && change.kind === 'code' && isBeyond(change))
    .map(({ name }) => name.slice(0, 120));
  const isComparable =
    kind === 'per-second' || kind === 'per-request' || kind === 'load-adjusted' || kind === 'absolute';
  if (isComparable && sign * (total.b / total.a - 1) * 100 >= percent) broken.push('the total');
  return broken;

  function isBeyond({ codePct, part, selfA, selfB }: Change): boolean {
    if (codePct !== null) return sign * codePct >= percent;
    const whole = sign > 0 ? total.b : total.a;
    return Math.sign(part) === sign && (Math.max(selfA, selfB) / whole) * 100 >= percent;
  }
}
