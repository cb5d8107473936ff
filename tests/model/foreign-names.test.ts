/** Which functions are not the program's own, by the kinds of their frames. */
import { describe, expect, it } from 'vitest';
import { ProfileBuilder } from '#formats/profile-builder.ts';
import { foreignNames } from '#model/foreign-names.ts';

/** @param stacks frames as `name|kind`, root first */
function foreignOf(...stacks: string[]): string[] {
  const builder = new ProfileBuilder([{ type: 'cpu', unit: 'ns' }]);
  for (const stack of stacks) {
    let node = 0;
    for (const frame of stack.split(' ')) {
      const [name, kind = ''] = frame.split('|');
      node = builder.node(node, builder.frame({ name, kind }));
    }
    builder.sample(node, [1]);
  }
  return [...foreignNames([builder.take()])].sort();
}

describe('functions that are not own code', () => {
  it('are those of the kernel', () => {
    expect(foreignOf('main|native read|native vfs_read|kernel', 'work')).toEqual(['vfs_read']);
  });

  it('are all native ones where the process has a virtual machine', () => {
    expect(foreignOf('run|interpreted memcpy|native', 'gc|C++')).toEqual(['gc', 'memcpy']);
  });

  it.each(['JVM', 'Python', 'Ruby', 'JavaScript', '.NET', 'PHP', 'Perl', 'BEAM', 'LuaJIT'])(
    'are native ones in stacks of %s, not in those of other programs on the host',
    (kind) => {
      const stacks = [`start|native run|${kind} memcpy|native`, 'nginx|native send|native'];
      expect(foreignOf(...stacks)).toEqual(['memcpy', 'start']);
      // Also of another program: it may be its own.
      expect(foreignOf(...stacks, 'nginx|native memcpy|native')).toEqual(['start']);
    },
  );

  it('are not native ones beside Go or Rust, nor where no kind is known', () => {
    expect(foreignOf('main|Go cgo|native', 'main|Rust send|native', 'plain')).toEqual([]);
  });

  it('are all native ones of a service whose answer has kinds and no stacks', () => {
    const functions = { names: ['run', 'memcpy'] };
    const kinds = { names: ['', 'JVM', 'native'], of: [1, 2] };
    expect([...foreignNames([{ functions, frames: { func: [0, 1], kinds } }])]).toEqual(['memcpy']);
  });
});
