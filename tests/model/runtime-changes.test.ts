/** What a runtime adds to a comparison: collectors, idle time, preemption, glue. */
import { describe, expect, it } from 'vitest';
import { unionTree } from '#model/diff.ts';
import { idleShares } from '#model/idle.ts';
import type { NamedTree } from '#model/union.ts';
import { drawn, joined } from '../support/named-trees.ts';
import { changes, claims, compared, HTTP, type Program, recorded, renamed, scaled, shop } from '../support/shop.ts';

describe('the runtime', () => {
  const collected: Program = { ...shop, 'runtime.gcBgMarkWorker;runtime.gcDrain;runtime.scanobject': 40 };

  it('garbage collection belongs to the runtime, and is last', () => {
    const b = scaled(scaled(collected, 'runtime.scanobject', 2), 'shop.price', 1.8);
    expect(claims(collected, b)).toEqual(['code shop.price', 'runtime runtime.scanobject']);
  });

  it('does not follow the program in proportion: what load makes of it is no change', () => {
    expect(claims(collected, scaled(collected, 'runtime.scanobject', 1.15))).toEqual([]);
    const b = scaled(collected, 'runtime.scanobject', 1.6);
    const [found] = changes(collected, b).filter(({ supported }) => supported);
    expect(found).toMatchObject({ kind: 'runtime', name: 'runtime.scanobject' });
    expect(found.low! < 35 && 60 < found.high!).toBe(true);
  });

  it('idle time is excluded', () => {
    const idle = (samples: number): Program => ({ ...shop, '(idle)': samples });
    const union = unionTree(merged(idle(900)), merged(idle(10)));
    expect(idleShares(union)).toEqual({
      a: expect.closeTo(900 / union.a.total[0], 12),
      b: expect.closeTo(10 / union.b.total[0], 12),
    });
    expect(claims(idle(900), idle(10))).toEqual([]);
  });

  it('idle time is part of the totals, and its change is a row of its own', () => {
    const idle = (samples: number): Program => ({ ...shop, '(idle)': samples });
    const { union, found } = compared(idle(900), idle(300), 'absolute');
    const alone = joined(recorded(idle(900), 'a'));
    expect(union.a.total[0]).toBe(alone.tree.total[0]);
    expect(found.total.a).toBe(alone.tree.total[0]);
    const row = found.changes.find(({ name }) => name === 'idle time')!;
    expect(row).toMatchObject({ kind: 'runtime', supported: false, delta: row.part });
    expect(row.selfA).toBe(
      alone.tree.self.reduce(
        (sum, one, node) =>
          sum + (alone.tree.func[node] >= 0 && alone.names[alone.tree.func[node]] === '(idle)' ? one : 0),
        0,
      ),
    );
  });

  it('preemption counts with the caller', () => {
    const preempted = {
      ...shop,
      [`${HTTP};shop.cart;shop.price`]: 30,
      [`${HTTP};shop.cart;shop.price;runtime.asyncPreempt`]: 20,
    };
    expect(claims(shop, preempted)).toEqual([]);
  });

  it('code that an interpreter calls is not the runtime, though nothing else is above it', () => {
    const glue = 'node::Start;v8::internal::Execution::Call;Builtins_InterpreterEntryTrampoline';
    const script = { ...renamed(shop, HTTP, `${glue};start`), 'start_thread;v8::internal::compiler::Optimize': 20 };
    expect(claims(script, scaled(script, 'shop.rank', 1.6))).toEqual(['code shop.rank']);
    expect(claims(script, scaled(script, 'shop.report', 1.8))).toEqual(['either shop.report']);
  });
});

function merged(program: Program): NamedTree {
  return drawn(
    Object.entries(program)
      .map(([stack, mean]) => `${stack} ${mean}`)
      .join('\n'),
  );
}
