import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageOf, splitName } from '#model/function-name.ts';

/** Name, then prefix|middle|bare, then the package. */
const names: Readonly<Record<string, readonly (readonly [name: string, shown: string, packageName: string])[]>> = {
  Go: [
    ['main.main', 'main.||main', 'main'],
    ['net/http.(*conn).serve', 'http.|(*conn).|serve', 'net/http'],
    ['net/http.HandlerFunc.ServeHTTP', 'http.|HandlerFunc.|ServeHTTP', 'net/http'],
    ['math/big.nat.divLarge', 'big.|nat.|divLarge', 'math/big'],
    ['github.com/acme/ledger/core.(*Book).Post.func1', 'core.|(*Book).|Post.func1', 'github.com/acme/ledger/core'],
    ['runtime.gcBgMarkWorker.func2', 'runtime.||gcBgMarkWorker.func2', 'runtime'],
    ['main.main.gowrap1', 'main.||main.gowrap1', 'main'],
    ['github.com/dgraph-io/badger/v4.(*DB).Get', 'badger.|(*DB).|Get', 'github.com/dgraph-io/badger/v4'],
    ['gopkg.in/yaml%2ev3.(*decoder).unmarshal', 'yaml.|(*decoder).|unmarshal', 'gopkg.in/yaml.v3'],
    ['slices.SortFunc[go.shape.[]int,go.shape.int]', 'slices.||SortFunc[…]', 'slices'],
    ['sync.(*Pool[go.shape.*uint8]).Get', 'sync.|(*Pool[…]).|Get', 'sync'],
    ['main.Map[...].func1', 'main.||Map[…].func1', 'main'],
    ['main.init.0', 'main.||init.0', 'main'],
    ['github.com/acme/a.glob..func1', 'a.||glob..func1', 'github.com/acme/a'],
    [
      'k8s.io/client-go/kubernetes/typed/apps/v1.(*AppsV1Client).Pods',
      'apps.|(*AppsV1Client).|Pods',
      'k8s.io/client-go/kubernetes/typed/apps/v1',
    ],
  ],
  Java: [
    ['com.acme.shop.Cart.add', 'shop.|Cart.|add', 'com.acme.shop'],
    [
      'java.util.concurrent.ThreadPoolExecutor$Worker.run',
      'concurrent.|ThreadPoolExecutor$Worker.|run',
      'java.util.concurrent',
    ],
    ['com.acme.Cart.<init>', 'acme.|Cart.|<init>', 'com.acme'],
    [
      'io/pyroscope/labels/v2/Pyroscope$LabelsWrapper.run',
      'v2/|Pyroscope$LabelsWrapper.|run',
      'io.pyroscope.labels.v2',
    ],
    ['app/Shop$Checkout.handle_[j]', 'app/|Shop$Checkout.|handle', 'app'],
    ['Lcom/acme/servlet/Filter;::doFilter', 'servlet/|Filter::|doFilter', 'com.acme.servlet'],
    ['libc.so.6.__libc_accept', 'libc.so.6.||__libc_accept', 'libc.so.6'],
  ],
  'C++': [
    ['sim::Grid<float>::diffuse(int)', 'sim::|Grid<float>::|diffuse', 'sim'],
    ['a::b<T>::c(std::vector<int> const&) const', 'a::|b<T>::|c', 'a'],
    ['void std::__1::sort<int*>(int*, int*)', 'std::||sort<int*>', 'std'],
    ['std::vector<int>* ns::Maker::make()', 'ns::|Maker::|make', 'ns'],
    ['std::ostream::operator<<(int)', 'ostream::||operator<<', 'std'],
    ['ns::Less<int>::operator()(int, int) const', 'ns::|Less<int>::|operator()', 'ns'],
    ['(anonymous namespace)::Worker::run()', '(anonymous namespace)::|Worker::|run', 'Worker'],
    ['work(int)::{lambda(int)#1}::operator()(int) const', '||work::{lambda(int)#1}::operator()', 'work'],
    [
      'std::_Rb_tree_iterator<std::pair<int, int> > std::_Rb_tree<int, int>::insert(int&&)',
      'std::|_Rb_tree<int, int>::|insert',
      'std',
    ],
    ['JavaThread::run()', '|JavaThread::|run', 'JavaThread'],
  ],
  Rust: [
    ['alloc::vec::Vec<T,A>::as_slice', 'vec::|Vec<T,A>::|as_slice', 'alloc'],
    ['<core::hash::sip::Hasher<S> as core::hash::Hasher>::write', '|Hasher<S>::|write', 'core'],
    ['<&mut shop::Sku as core::fmt::Display>::fmt', '|Sku::|fmt', 'shop'],
    ['<T as core::convert::Into<U>>::into', '|T::|into', 'T'],
    ['shop::price::h0123456789abcdef', 'shop::||price', 'shop'],
    ['tokio::runtime::task::poll::{{closure}}', 'task::||poll::{{closure}}', 'tokio'],
  ],
  Swift: [
    ['static Shop.Cart.total(in: Swift.Int) -> Swift.Double', 'Shop.|Cart.|total', 'Shop'],
    ['Shop.main() -> ()', 'Shop.||main', 'Shop'],
    ['Shop.Cart.Line.init(sku: Swift.String) -> Shop.Cart.Line', 'Shop.|Cart.Line.|init', 'Shop'],
    [
      'closure #1 (Swift.Int) -> Swift.Bool in Shop.Cart.find(Swift.Int) -> Swift.Bool',
      'Shop.|Cart.|find closure #1',
      'Shop',
    ],
    [
      'protocol witness for Shop.Priced.price() -> Swift.Int in conformance Shop.Cart : Shop.Priced in Shop',
      'Shop.|Priced.|price',
      'Shop',
    ],
  ],
  'JavaScript, Python, PHP, Ruby': [
    ['Module._compile', '|Module.|_compile', ''],
    ['(anonymous)', '||(anonymous)', ''],
    ['#translate', '||#translate', ''],
    ['./app.mjs:checkout:10', 'app.mjs:||checkout:10', 'app'],
    ['./node/svc.mjs:(anonymous:L#44:C#19):44', 'svc.mjs:||(anonymous):44', 'node'],
    ['file:///srv/shop/src/cart.ts:Cart.total:7:3', 'cart.ts:||Cart.total:7', 'shop/src'],
    [
      './node_modules/@datadog/pprof/out/src/heap-profiler.js:profile:69',
      'heap-profiler.js:||profile:69',
      '@datadog/pprof',
    ],
    ['node:internal/timers:processImmediate:438', 'timers:||processImmediate:438', 'node:internal'],
    ['node:events:emit:471', 'node:events:||emit:471', 'node:events'],
    [':Node.js:0', '||Node.js', 'node'],
    [':Garbage Collection:0', '||Garbage Collection', 'node'],
    [':Non JS threads activity:0', '||Non JS threads activity', 'node'],
    [':(idle):0', '||(idle)', 'node'],
    ['RegExp: (\\w+)/(a.b::c)', '||RegExp: (\\w+)/(a.b::c)', ''],
    ['Cart.render (shop.py:14)', '|Cart.|render (shop.py:14)', 'shop'],
    ['search.<locals>.<genexpr>', '||search.<locals>.<genexpr>', ''],
    ['fib (file:///home/me/app/fib.js:3:9)', '||fib (file:///home/me/app/fib.js:3:9)', 'me/app'],
    ['LazyCompile:*fib /usr/src/app/main.js:1', '||fib main.js:1', 'src/app'],
    [
      'Symfony\\Component\\HttpKernel\\Kernel::handle',
      'HttpKernel\\|Kernel::|handle',
      'Symfony\\Component\\HttpKernel',
    ],
    ['Shop\\spin', 'Shop\\||spin', 'Shop'],
    ['json|json_encode', 'json|||json_encode', 'json'],
    ['Array#each', '|Array#|each', ''],
    ['Shop::Cart#total', 'Shop::|Cart#|total', 'Shop'],
    ['block in <main>', '||block in <main>', ''],
  ],
  'no names': [
    ['', '||', ''],
    ['0x7f9232e45249', '||0x7f9232e45249', ''],
    ['libjvm.so+0x7f5b2a', '||libjvm.so+0x7f5b2a', 'libjvm.so'],
    ['[kernel.kallsyms]', '||[kernel.kallsyms]', '[kernel.kallsyms]'],
    ['/usr/lib/x86_64-linux-gnu/libz.so.1.2.13', 'x86_64-linux-gnu/||libz.so.1.2.13', 'libz.so.1.2.13'],
    ['do_syscall_64', '||do_syscall_64', ''],
    ['unwind failed', '||unwind failed', ''],
  ],
};

describe.each(Object.entries(names))('%s', (_, rows) => {
  it.each(rows)('%s', (name, shown, packageName) => {
    const { prefix, middle, bare } = splitName(name);
    expect(`${prefix}|${middle}|${bare}`).toBe(shown);
    expect(packageOf(name, '', '').package).toBe(packageName);
  });
});

it.each([
  ['onceWrapper', 'node:events', '', 'node:events', true],
  ['get', 'node:internal/console/constructor', '', 'node:internal', true],
  ['parse', '/app/node_modules/@acme/json/lib/parse.js', '', '@acme/json', false],
  ['global._db.Bucket.findOne', '/app/node_modules/mongoose/lib/db.js', '', 'mongoose', false],
  ['render', '/srv/shop/views/cart.py', '', 'shop/views', false],
  ['get', '/venv/lib/python3.11/site-packages/requests/api.py', '', 'requests', false],
  ['run', '/usr/lib/python3.11/threading.py', '', 'threading', true],
  ['_compile', '/usr/lib/python3.11/re/__init__.py', '', 're', false],
  [
    'Doctrine\\Common\\Reader::read',
    '/app/vendor/doctrine/annotations/lib/Reader.php',
    '',
    'doctrine/annotations',
    false,
  ],
  ['__read', '../sysdeps/unix/read.c', '/lib/x86_64-linux-gnu/libc.so.6', 'libc.so.6', true],
  ['lex', '/build/src/parser/lex.c', '/usr/bin/app', 'src/parser', false],
  ['lex', '', '/usr/bin/app', 'app', false],
  ['runtime.mallocgc', '/usr/local/go/src/runtime/malloc.go', '/usr/bin/app', 'runtime', true],
  ['runtimeutil.Keep', '', '', 'runtimeutil', false],
  ['java.lang.String.hashCode', '', '', 'java.lang', true],
  ['javatools.acme.Main.run', '', '', 'javatools.acme', false],
  ['(garbage collector)', '', '', '', true],
  ['[unknown]', '', '', '[unknown]', true],
  ['0x1234', '', '/usr/lib/libpython3.11.so.1.0', 'libpython3.11.so.1.0', true],
])('the package of %s in %s of %s', (name, file, mapping, packageName, isSystem) => {
  expect(packageOf(name, file, mapping)).toEqual({ package: packageName, isSystem });
});

it('no name throws, grows or takes long', () => {
  const piece = fc.constantFrom(
    '::',
    '.',
    '/',
    '\\',
    '<',
    '>',
    '(',
    ')',
    '[',
    ']',
    '{',
    '#',
    'operator',
    'a',
    'B',
    ' ',
    '[go.shape.',
    '0x',
    '*',
    '~',
  );
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(name, name, name, (one, file, mapping) => {
      const { prefix, middle, bare } = splitName(one);
      expect((prefix + middle + bare).length).toBeLessThanOrEqual(one.length + 1);
      expect(bare === '' && one !== '' && prefix + middle !== '').toBe(false);
      packageOf(one, file, mapping);
    }),
    { seed: 7, numRuns: 1000 },
  );
  for (const part of ['(', '<', '::', 'a.', '/', '[go.shape.', 'operator', '\\', 'a::b<']) {
    expect(splitName(part.repeat(100_000)).bare.length).toBeLessThan(600);
    packageOf(part.repeat(100_000), part.repeat(100_000), part.repeat(100_000));
  }
});
