/** Names of two builds of one program. */
import { describe, expect, it } from 'vitest';
import { canonicalName, stableName } from '#model/canonical-name.ts';

const canonical = (name: string): string => canonicalName(stableName(name));

/** Hashes, addresses, numbers of first use: two names of one function, on one side too. */
const random: readonly (readonly [string, string])[] = [
  ['shop::cart::total::h00112233445566aa', 'shop::cart::total::h99887766554433bb'],
  ['<shop::Sku as shop::Show>::show::haabbccddeeff0011', '<shop::Sku as shop::Show>::show::h0f0e0d0c0b0a0908'],
  ['shop::run::{{closure}}::h00112233445566aa.llvm.123', 'shop::run::{{closure}}::h00112233445566ab.llvm.77'],
  ['_ZN4shop4cart5total17h0011223344556677E', '_ZN4shop4cart5total17haabbccddeeff0011E'],
  ['shop[1f2e3d4c5b6a7988]::cart::total', 'shop[998877665544aabb]::cart::total'],
  ['_RNvCs1Zkq9_4shop5total', '_RNvCsfB2x_4shop5total'],
  ['app/Shop$$Lambda$64.0x00007f02040877a8.run', 'app/Shop$$Lambda$71.0x00007f214c0879d0.run'],
  ['app.Shop$$Lambda$64/0x00007f02040877a8.run', 'app.Shop$$Lambda/0x000000004b046800.run'],
  ['Shop$$Lambda.0x0000000053046800.run', 'Shop$$Lambda.0x000000004b046800.run'],
  ['a.B$$Lambda$295+0x0000000800f78810.307840497.run', 'a.B$$Lambda$2+0x0000000800f11110.1.run'],
  ['a.B$$Lambda$14/1234567890.run', 'a.B$$Lambda$9/987654.run'],
  [
    'java.lang.invoke.LambdaForm$MH/0x0000000800060840.invoke',
    'java.lang.invoke.LambdaForm$MH/0x00000008000ff840.invoke',
  ],
  ['java.lang.invoke.LambdaForm$DMH/1057941451.invokeStatic', 'java.lang.invoke.LambdaForm$DMH/7.invokeStatic'],
  ['com.acme.Hidden/0x0000000800c0ffee.call', 'com.acme.Hidden/0x0000000800c0aaaa.call'],
  ['jdk.internal.reflect.GeneratedMethodAccessor123.invoke', 'jdk.internal.reflect.GeneratedMethodAccessor7.invoke'],
  ['jdk.proxy2.$Proxy45.find', 'jdk.proxy3.$Proxy9.find'],
  ['com.sun.proxy.$Proxy12.find', 'com.sun.proxy.$Proxy8.find'],
  ['a.Svc$$EnhancerBySpringCGLIB$$1a2b3c4d.save', 'a.Svc$$EnhancerBySpringCGLIB$$99aa88bb.save'],
  ['a.Svc$$SpringCGLIB$$0.save', 'a.Svc$$SpringCGLIB$$1.save'],
  ['a.User$HibernateProxy$kA91xZq0.getName', 'a.User$HibernateProxy$Zz0pQ1mm.getName'],
  ['a.User$ByteBuddy$kA91xZq0.getName', 'a.User$ByteBuddy$Zz0pQ1mm.getName'],
  ['a.User_$$_jvst1a2_3.getName', 'a.User_$$_jvst9f_0.getName'],
  ['work(int)<0000000000002de1>', 'work(int)<00000000000031f0>'],
  ['rand@@GLIBC_2.2.5', 'rand@@GLIBC_2.34'],
  ['compute.llvm.1234567890123', 'compute.llvm.42'],
  ['Container6k4l23L\\App_KernelProdContainer::load', 'ContainerAb12cD3\\App_KernelProdContainer::load'],
  [`__TwigTemplate_${'0a'.repeat(16)}::doDisplay`, `__TwigTemplate_${'f9'.repeat(32)}___1::doDisplay`],
  ['_app_views_cart_index_html_erb___27134290_70123', '_app_views_cart_index_html_erb__991_14'],
  ['wasm://wasm/0002f80e:encode', 'wasm://wasm/00aa11bb:encode'],
  ['thread (9362): w-search', 'thread (112): w-search'],
  ['./dist/main.3f2a1b.js:checkout:12', './dist/main.77aa00.js:checkout:12'],
  ['./dist/assets/index-BpZ2kq1X.js:checkout:1:200', './dist/assets/index-C0qqRs_a.js:checkout:1:200'],
  ['./dist/chunk-AB3DEF12.js:checkout:12', './dist/chunk-9BCDEFGH.js:checkout:12'],
  [
    'checkout (https://shop.test/js/app~main.0f1e2d3c.chunk.js:1:99)',
    'checkout (https://shop.test/js/app~main.99887766.chunk.js:1:99)',
  ],
];

/** Numbers by the order in the source, lines, clones: one function of two builds perhaps, never two of one side. */
const counted: readonly (readonly [string, string])[] = [
  ['main.main.func2.1', 'main.main.func3.1'],
  ['main.glob..func3', 'main.glob..func1'],
  ['main.main.gowrap2', 'main.main.gowrap1'],
  ['main.(*Pool).run.func1.deferwrap2', 'main.(*Pool).run.func4.deferwrap1'],
  ['main.each-range1', 'main.each-range2'],
  ['main.init.0.func1', 'main.init.1.func1'],
  ['main.Map[go.shape.int]', 'main.Map[...]'],
  ['app.Shop.lambda$main$0', 'app.Shop.lambda$main$2'],
  ['app.Shop$1.compare', 'app.Shop$2.compare'],
  ['app.Shop$1Local.run', 'app.Shop$2Local.run'],
  ['app.Shop$.$anonfun$main$1$adapted', 'app.Shop$.$anonfun$main$3$adapted'],
  ['work(int)::{lambda(int)#1}::operator()(int) const', 'work(int)::{lambda(int)#2}::operator()(int) const'],
  ["work(int)::'lambda'(int)::operator()(int) const", "work(int)::'lambda0'(int)::operator()(int) const"],
  ['work(int)::$_0::operator()(int) const', 'work(int)::$_3::operator()(int) const'],
  ['finish_task_switch.isra.0', 'finish_task_switch'],
  ['init_cpu_features.constprop.0', 'init_cpu_features.constprop.1'],
  ['work(int) [clone .constprop.0]', 'work(int)'],
  ['work(int) (.isra.0)', 'work(int)'],
  ['work.part.0', 'work.part.1'],
  ['work(int) [clone .cold]', 'work(int) [clone .cold.12]'],
  ['Shop.Program.<Main>b__0_1', 'Shop.Program.<Main>b__1_0'],
  ['Shop.Program.<Load>d__12.MoveNext', 'Shop.Program.<Load>d__9.MoveNext'],
  ['Shop.Program.<>c__DisplayClass3_0.<Main>b__1', 'Shop.Program.<>c__DisplayClass4_0.<Main>b__0'],
  ['Shop.Program.<Main>g__Local|0_1', 'Shop.Program.<Main>g__Local|2_0'],
  ['{closure:/srv/app.php(5)}', '{closure:/srv/app.php(9)}'],
  ['Shop\\Cart->Shop\\{closure:/srv/app.php:5-5}', 'Shop\\Cart->Shop\\{closure:/srv/app.php:8-11}'],
  ['{closure:Shop\\Cart::total():12}', '{closure:Shop\\Cart::total():14}'],
  ['block (2 levels) in Cart#total', 'block in Cart#total'],
  ['./app.mjs:checkout:10', './app.mjs:checkout:13'],
  ['./app.mjs:(anonymous:L#44:C#19):44', './app.mjs:(anonymous:L#47:C#19):47'],
  ['(anonymous:L#44:C#19)', '(anonymous:L#47:C#21)'],
  ['node:internal/timers:processTimers:504', 'node:internal/timers:processTimers:520'],
  ['worker (shop.py:36)', 'worker (shop.py:39)'],
  ['<lambda> (shop.py:36)', '<lambda> (shop.py:39)'],
  ['<genexpr>:4', '<genexpr>:9'],
  ['block in total - /srv/cart.rb:12', 'block in total - /srv/cart.rb:19'],
  ['LazyCompile:*fib /srv/app.js:1', 'LazyCompile:~fib /srv/app.js:4'],
];

/** Names that numbers belong to, or that differ in more. */
const different: readonly (readonly [string, string])[] = [
  ['crypto/sha256.Sum256', 'crypto/sha512.Sum512'],
  ['app.v1.Load', 'app.v2.Load'],
  ['main.route.func1', 'main.report.func1'],
  ['shop::cart::total::h00112233445566aa', 'shop::cart::sum::h00112233445566aa'],
  ['libjvm.so+0x7f4334', 'libjvm.so+0x7f5b2a'],
  ['0x7f9232e45249', '0x7f9232e45250'],
  ['List`1.Add', 'List`2.Add'],
  ['work', 'work.cold'],
  ['./app.mjs:checkout:10', './cart.mjs:checkout:10'],
  ['./app.mjs:checkout:10', './app.mjs:search:10'],
  ['render (page-component.js:12)', 'render (page-template.js:12)'],
  ['std::array<int, 3>::at', 'std::array<int, 4>::at'],
  ['do_syscall_64', 'do_syscall_32'],
  ['Cart$Item.add', 'Cart$Line.add'],
];

describe('random marks', () => {
  it.each(random)('%s and %s', (one, other) => {
    expect(stableName(one)).toBe(stableName(other));
  });
});

describe('counters', () => {
  it.each(counted)('%s and %s', (one, other) => {
    expect(stableName(one)).not.toBe(stableName(other));
    expect(canonical(one)).toBe(canonical(other));
  });
});

describe('other names', () => {
  it.each(different)('%s and %s', (one, other) => {
    expect(canonical(one)).not.toBe(canonical(other));
  });
});

it('says the same of what it said', () => {
  for (const [one, other] of [...random, ...counted, ...different])
    for (const name of [one, other]) expect(stableName(stableName(name))).toBe(stableName(name));
});

it('leaves names without marks, and very long ones', () => {
  for (const name of ['', 'main', 'net/http.(*conn).serve', 'a'.repeat(5000), `${'9'.repeat(5000)}.func1`])
    expect(canonical(name)).toBe(name);
});
