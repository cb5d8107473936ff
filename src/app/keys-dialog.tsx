/** All keys, and where they act. */
import type { ReactElement } from 'react';
import { frameCommands } from './state/commands.ts';
import { Dialog } from './components/dialog.tsx';
import styles from './keys-dialog.module.css';

const moves: readonly (readonly [string, string])[] = [
  ['Up, Down', 'to the caller, to the largest callee (as drawn)'],
  ['Left, Right', 'to the neighbours'],
  ['Home', 'to the root'],
  ['Enter', 'zoom to the frame'],
  ['Backspace', 'zoom out to its caller'],
  ['Menu, Shift F10', 'the menu of the frame'],
  ['Escape', 'hide the tooltip'],
];
const rows: readonly (readonly [string, string])[] = [
  ['Right, Left', 'open and close, then to the first callee and the caller'],
  ['*', 'open everything below, as far as it fits'],
  ['Enter', 'select in every view'],
];
const times: readonly (readonly [string, string])[] = [
  ['Arrows', 'to the next cell, to the next column'],
  ['Shift and arrows', 'select a part of the recording'],
  ['Enter, Escape', 'show the part alone, show everything'],
  ['+ − 0', 'zoom in, out, show the whole width'],
];
const calls: readonly (readonly [string, string])[] = [
  ['Up, Down', 'to the caller, to a callee'],
  ['Left, Right', 'to the call before, to the call after'],
  ['Enter', 'zoom to the call'],
  ['Backspace', 'zoom out to its caller'],
  ['Escape', 'the whole chart'],
];
const changes: readonly (readonly [string, string])[] = [
  ['Up, Down', 'in the list of changes: to the next change'],
  ['Enter', 'select the frame of the change'],
  ['s', 'its callers and callees'],
];
const finds: readonly (readonly [string, string])[] = [
  ['/', 'search'],
  ['n, N', 'next and previous match'],
  ['Enter, Shift Enter', 'the same, from the search field'],
  ['Ctrl Enter', 'focus on what matches'],
  ['?', 'these keys'],
];
const mouse: readonly (readonly [string, string])[] = [
  ['Click', 'zoom to the frame; its callers stay above it'],
  ['Wheel', 'scroll the rows; with Ctrl or Cmd, or a pinch, zoom at the pointer'],
  ['Drag', 'move the picture'],
  ['Double click on the background', 'the whole graph'],
  ['Tap', 'the numbers of the frame; once more zooms to it'],
  ['Right click, long press', 'the menu of the frame'],
];

export function KeysDialog({ onClose }: { onClose(): void }): ReactElement {
  const frames = frameCommands.flatMap(({ key, title }) =>
    key === undefined || key === 'Enter' ? [] : [[key, title] as const],
  );
  const list = (title: string, keys: readonly (readonly [string, string])[]): ReactElement => (
    <section>
      <h3>{title}</h3>
      <dl>
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div className={styles['keys']}>
        {list('In the graph', moves)}
        {list('On the selected frame', frames)}
        {list('In the tree', rows)}
        {list('In the flame chart', calls)}
        {list('In When', times)}
        {list('In Compare', changes)}
        {list('Search', finds)}
        {list('Mouse and touch', mouse)}
      </div>
      <p className={styles['where']}>
        / and ? act wherever no text is typed; other single keys while the view or nothing has the focus. Search: a b
        both, a | b either, -a not, /regex/, file: pkg: line:, ="exact name".
      </p>
    </Dialog>
  );
}
