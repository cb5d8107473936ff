/** Pictures of stacks, in the shape in which the tools write them: their wrappers shortened, their frames to the letter. */

/** Root first. */
export type PictureStack = readonly [stack: readonly string[], count: number];

interface Box {
  readonly name: string;
  readonly level: number;
  readonly left: number;
  readonly count: number;
}

const WIDTH = 1180;

/** Callers first; siblings by name, as all of the tools order them. */
function boxesOf(stacks: readonly PictureStack[]): Box[] {
  const total = stacks.reduce((sum, [, count]) => sum + count, 0);
  const boxes: Box[] = [{ name: 'all', level: 0, left: 0, count: total }];
  const walk = (below: readonly PictureStack[], level: number, left: number): void => {
    const groups = new Map<string, PictureStack[]>();
    let at = left;
    for (const [stack, count] of below) {
      if (stack.length === 0) at += count;
      else groups.set(stack[0], [...(groups.get(stack[0]) ?? []), [stack.slice(1), count]]);
    }
    for (const [name, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const count = group.reduce((sum, [, one]) => sum + one, 0);
      boxes.push({ name, level, left: at, count });
      walk(group, level + 1, at);
      at += count;
    }
  };
  walk(stacks, 1, 0);
  return boxes;
}

function escaped(name: string): string {
  return name.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function title({ name, count, level }: Box, total: number, unit: string): string {
  const digits = String(count).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${escaped(name)} (${digits} ${unit}, ${level === 0 ? '100' : ((count / total) * 100).toFixed(2)}%)`;
}

/** flamegraph.pl; frames in the order of a hash, here from the last to the first. */
export function flamegraphPl(stacks: readonly PictureStack[], unit = 'samples', isInverted = false): string {
  const boxes = boxesOf(stacks);
  const [{ count: total }] = boxes;
  const rows = Math.max(...boxes.map(({ level }) => level)) + 1;
  const frames = boxes.toReversed().map((box) => {
    const x = 10 + (box.left / total) * WIDTH;
    const y = 53 + (isInverted ? box.level : rows - 1 - box.level) * 16;
    const width = (box.count / total) * WIDTH;
    return `<g >
<title>${title(box, total, unit)}</title><rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="15.0" fill="rgb(237,104,104)" rx="2" ry="2" />
<text  x="${(x + 3).toFixed(2)}" y="${(y + 10.5).toFixed(1)}" >x..</text>
</g>`;
  });
  return `<?xml version="1.0" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg version="1.1" width="1200" height="${rows * 16 + 80}" onload="init(evt)" xmlns="http://www.w3.org/2000/svg">
<script type="text/ecmascript">
<![CDATA[
	var title = find_child(e, "title").textContent.replace(/\\([^(]*\\)$/,"");
]]>
</script>
<rect x="0.0" y="0" width="1200.0" height="1206.0" fill="url(#background)"  />
<text id="title" x="600.00" y="24" >Flame Graph</text>
<g id="frames">
${frames.join('\n')}
</g>
</svg>
`;
}

/** inferno on one line, as it writes it unless it is asked to be pretty. */
export function inferno(stacks: readonly PictureStack[], isInverted = false): string {
  const boxes = boxesOf(stacks);
  const [{ count: total }] = boxes;
  const rows = Math.max(...boxes.map(({ level }) => level)) + 1;
  const frames = boxes.toReversed().map((box) => {
    const y = 36 + (isInverted ? box.level : rows - 1 - box.level) * 16;
    const [x, width] = [box.left, box.count].map((part) => `${((part / total) * 100).toFixed(4)}%`);
    return `<g><title>${title(box, total, 'samples')}</title><rect x="${x}" y="${y}" width="${width}" height="15" fill="rgb(241,184,40)" fg:x="${box.left}" fg:w="${box.count}"/><text x="${x}" y="${y + 10}.50"></text></g>`;
  });
  return `<?xml version="1.0" standalone="no"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg version="1.1" width="1200" height="500" onload="init(evt)" viewBox="0 0 1200 500" xmlns="http://www.w3.org/2000/svg" xmlns:fg="http://github.com/jonhoo/inferno"><script type="text/ecmascript"><![CDATA[var inverted = ${isInverted};]]></script><rect x="0" y="0" width="100%" height="500" fill="url(#background)"/><text id="title" fill="rgb(0,0,0)" x="50.0000%" y="24.00">Flame Graph</text><svg id="frames" x="10" width="1180" total_samples="${total}">${frames.join('')}</svg></svg>`;
}

function page(head: string, body: string): string {
  return `<!DOCTYPE html>
<html lang='en'>
<head>
<meta charset='utf-8'>
</head>
<body style='font: 12px Verdana, sans-serif'>
<h1>Flame Graph</h1>
<script>
	'use strict';
${head}
${body}
</script></body></html>
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** async-profiler 2. */
export function asyncProfiler2(stacks: readonly PictureStack[], isReversed = false): string {
  const calls = boxesOf(stacks).map(({ level, left, count, name }) => `f(${level},${left},${count},1,${quoted(name)})`);
  const head = `	var reverse = ${isReversed};
	const levels = Array(9);
	function f(level, left, width, type, title) {
		levels[level].push({left: left, width: width, color: getColor(palette[type]), title: title});
	}
`;
  return page(head, `${calls.join('\n')}\nrender();`);
}

/** async-profiler 3 and 4: names in a pool, places relative to the call before. */
export function asyncProfiler4(stacks: readonly PictureStack[], kernel: readonly string[] = []): string {
  const boxes = boxesOf(stacks);
  const names = [...new Set(boxes.map(({ name }) => name))].filter((name) => name !== 'all').sort();
  const pool = ['all', ...names];
  const shortened = pool.map((name, i) => {
    if (i === 0) return quoted(name);
    let shared = 0;
    while (shared < Math.min(name.length, 94) && pool[i - 1][shared] === name[shared]) shared++;
    return quoted(String.fromCharCode(32 + shared) + name.slice(shared));
  });
  let level = 0;
  let left = 0;
  let width = 0;
  const calls = boxes.map((box) => {
    const key = pool.indexOf(box.name) * 8 + (kernel.includes(box.name) ? 5 : 3);
    const size = box.count === width ? '' : `,${box.count}`;
    let call: string;
    if (box.level === level && box.left === left + width) call = `n(${key}${size})`;
    else if (box.level === level + 1 && box.left === left) call = `u(${key}${size || ',' + box.count},1,0,2)`;
    else call = `f(${key},${box.level},${box.left - left}${size})`;
    ({ level, left, count: width } = box);
    return call;
  });
  const head = `	let inverted = false;
	const U = undefined;
	function f(key, level, left, width, inln, c1, int) {
		levels[level0 = level].push({level, left: left0 += left, width: width0 = width || width0});
	}

	function u(key, width, inln, c1, int) {
		f(key, level0 + 1, 0, width, inln, c1, int)
	}
`;
  return page(
    head,
    `const cpool = [\n${shortened.join(',\n')}\n];\nunpack(cpool);\n\n${calls.join('\n')}\n\nsearch();`,
  );
}
