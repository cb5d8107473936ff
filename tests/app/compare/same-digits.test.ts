/** One comparison has the same percents, intervals and amounts wherever it is written. */
import { expect, it } from 'vitest';
import { diffTableRows } from '#app/compare/diff-rows.ts';
import { evidenceOfFunction, intervalOf, sidesText, unitOf } from '#app/compare/diff-words.ts';
import { seeded } from '#base/seeded.ts';
import { type Comparison, printMarkdown, printText } from '#cli/print.ts';
import {
  changesAsMarkdown,
  describeChange,
  formatAmount,
  formatChange,
  formatInterval,
  partText,
} from '#model/changes-text.ts';
import { consoleForm } from '#model/changes.ts';
import { percentText } from '#model/percent-text.ts';
import { compared, cpu } from './shown-comparison.ts';

const FUNCTIONS = 12;

it.each(Array.from({ length: 8 }, (_, seed) => [seed, seed % 2 === 0 ? ('share' as const) : ('per-second' as const)]))(
  'in list, sentence, tooltip, table, CSV, Markdown, console and command line: %i, %s',
  async (seed, kind) => {
    const shown = await compared(randomSides(`digits ${seed}`), kind);
    const { diff, evidence } = shown;
    const unit = unitOf(shown);
    const rows = evidence.found.changes.filter(({ supported, scope }) => supported && scope === 'self');
    expect(rows.length).toBeGreaterThan(0);
    const sides = { a: 'before', b: 'after' };
    const markdown = changesAsMarkdown(evidence.found, unit, sides, undefined);
    const side = (title: string): unknown => ({ title, sampleType: cpu.type, named: { names: [] } });
    // The command line's own type has all that it compared; its words need this.
    const asked = {
      a: side(sides.a),
      b: side(sides.b),
      union: { a: { total: [1] }, b: { total: [1] } },
      normalised: { kind },
      evidence,
      found: evidence.found,
      isOneRun: false,
    } as unknown as Comparison;
    expect(printMarkdown(asked)).toBe(markdown);
    const lines = printText(asked).split('\n');
    const [head, ...csv] = diffTableRows(shown, { key: 'self', descending: true });
    for (const change of rows) {
      const { index, name, selfA, selfB, delta, codePct, low, high } = change;
      const sentence = describeChange(change, unit);
      const interval = formatInterval(change);
      const [a, b] = [diff.byFunction.a.self[index], diff.byFunction.b.self[index]];
      const percentage = partText(change, unit);

      // The sentence has the amount of the list, and its percent without a sign.
      const [, amount, percent] = /^(.*) \(([^)]*)\)$/.exec(percentage)!;
      expect(sentence).toContain(`: ${amount}`);
      if (codePct! < 400) expect(sentence).toContain(`costs ${percent.replace(/^[+−]/, '')} `);

      // Tooltip and table.
      expect(intervalOf(evidence.functions, index)).toBe(interval);
      expect(evidenceOfFunction(shown, index)).toBe(`More than noise: relative to the rest ${interval} (95 %).`);
      expect([a, b]).toEqual([expect.closeTo(selfA, 9), expect.closeTo(selfB, 9)]);
      expect(sidesText(a, b, unit)).toBe(
        `A ${formatAmount(selfA, unit)}, B ${formatAmount(selfB, unit)}, ${formatChange(delta, unit)}, ${percentText(selfA, selfB)}`,
      );

      // CSV and console have all digits of the same numbers.
      const cells = csv.find(([one]) => one === name)!;
      const cell = (title: string): unknown => cells[head.indexOf(title)];
      const form = consoleForm(change);
      expect([form.codePct, form.low, form.high]).toEqual([codePct, low, high]);
      expect([cell('Interval, low (%)'), cell('Interval, high (%)')]).toEqual([low, high]);
      expect(cell(String(head.find((one) => String(one).startsWith('Change of self (% of A)'))))).toBeCloseTo(
        form.deltaPct!,
        9,
      );

      // Markdown and command line.
      expect(markdown).toContain(
        [formatAmount(selfA, unit), formatAmount(selfB, unit), formatChange(delta, unit), percentage, interval].join(
          ' | ',
        ),
      );
      expect(lines).toContain(`  ${change.kind}  ${sentence} (${interval})`);
    }
  },
);

/** A few functions of which two changed, by up to a factor of three. */
function randomSides(seed: string): { a: string; b: string } {
  const random = seeded(seed);
  const amounts = Array.from({ length: FUNCTIONS }, () => Math.round(4000 + 40_000 * random()));
  const factors = amounts.map((_, f) => (f < 2 ? (random() < 0.5 ? 1.4 + 1.6 * random() : 0.7 - 0.4 * random()) : 1));
  const text = (values: readonly number[]): string =>
    values.map((value, f) => `main;part${f % 3};work${f} ${Math.round(value)}`).join('\n');
  return { a: text(amounts), b: text(amounts.map((amount, f) => amount * factors[f])) };
}
