/** What makes the sides comparable, and how the difference is drawn. */
import { type ReactElement, useState } from 'react';
import { normalisations, type Normalisation } from '#model/normalise.ts';
import { addTransform } from '../state/commands.ts';
import { Choice, MenuButton } from '../components/menu.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Button } from '../components/button.tsx';
import { setPreference, usePreference } from '../state/preferences.ts';
import { openDialog } from '../state/ui-store.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { useIsBelow } from '../components/use-narrow.ts';
import { costUnit } from './cost.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';
import styles from './diff-options.module.css';

const normalisationTitles: Readonly<Record<Normalisation, readonly [title: string, hint: string]>> = {
  share: ['share', 'part of the total'],
  'per-second': ['per second', 'cost'],
  'per-request': ['per request', 'cost of one request, by their counts'],
  'load-adjusted': ['load-adjusted', 'cost at equal load'],
  'equal-work': ['equal work', 'cost of the code for the same mix of work'],
  absolute: ['absolute', 'as recorded'],
};

const colours = [
  { id: 'total', title: 'total', hint: 'a frame with everything it calls' },
  { id: 'self', title: 'self', hint: 'the frame alone' },
] as const;

const widths = [
  { id: 'mean', title: 'mean of A and B' },
  { id: 'a', title: 'A' },
  { id: 'b', title: 'B' },
] as const;

/** From this width on all choices are in the toolbar. */
const ROOM_CSS = 1240;

export function DiffOptions({ shown }: { shown: ShownComparison | undefined }): ReactElement {
  const norm = useUrl((state) => state.norm);
  const dcol = useUrl((state) => state.dcol);
  // Sandwich is coloured by total: its halves have no self of their own.
  const isByRule = useUrl((state) => state.pane !== 'sandwich');
  const w = useUrl((state) => state.w);
  const noise = useUrl((state) => state.noise);
  const direction = useUrl((state) => state.dir);
  const order = useUrl((state) => state.order);
  const rowHeight = usePreference('rowHeight');
  const isTight = useIsBelow(ROOM_CSS);
  const [isPricing, setPricing] = useState(false);
  const load = shown?.diff.kind === 'load-adjusted' ? shown.diff.load : undefined;
  const reasons = shown?.diff.reasons;
  const priced = shown && costUnit(shown);
  const actions: Readonly<Record<string, () => void>> = {
    noise: () => navigate({ noise: noise === 'pale' ? 'shown' : 'pale' }, 'replace'),
    icicle: () => navigate({ dir: 'icicle' }, 'replace'),
    flame: () => navigate({ dir: 'flame' }, 'replace'),
    size: () => navigate({ order: 'size' }, 'replace'),
    name: () => navigate({ order: 'name' }, 'replace'),
    dense: () => setPreference('rowHeight', rowHeight === 20 ? 16 : 20),
    invert: () => addTransform({ kind: 'invert' }),
    recursion: () => addTransform({ kind: 'merge-recursion' }),
    package: () => addTransform({ kind: 'group-by', by: 'package' }),
    reset: () => navigate({ z: [], sel: [], s: '', t: [] }, 'push'),
    money: () => setPricing(true),
    keys: () => openDialog('keys'),
  };
  const normalise = (
    <Choice
      label="Normalise by"
      prefix="Normalise by"
      value={norm}
      options={normalisations.map((id) => {
        const [title, hint] = normalisationTitles[id];
        return { id, title, hint: reasons?.[id] ?? hint, isDisabled: reasons?.[id] !== undefined };
      })}
      onChange={(next) => navigate({ norm: next }, 'push')}
    />
  );
  return (
    <>
      {load !== undefined && (
        <span className={styles['dim']} title="Load of B relative to A; amounts of B are divided by it">
          k = {load.toPrecision(3)}
        </span>
      )}
      {normalise}
      {!isTight && (
        <>
          {isByRule && (
            <Choice
              label="Colour by"
              prefix="Colour by"
              value={dcol}
              options={colours}
              onChange={(next) => navigate({ dcol: next }, 'replace')}
            />
          )}
          <Choice
            label="Width"
            prefix="Width"
            value={w}
            options={widths}
            onChange={(next) => navigate({ w: next }, 'replace')}
          />
        </>
      )}
      <MenuButton
        label="More"
        icon="more"
        groups={[
          {
            entries: [
              { id: 'noise', title: 'Colour changes that may be noise', checked: noise === 'shown' },
              ...(priced === undefined ? [] : [{ id: 'money', title: `Price of a ${priced}…` }]),
            ],
          },
          {
            title: 'Transform both sides',
            entries: [
              { id: 'invert', title: 'Invert: leaves first' },
              { id: 'recursion', title: 'Merge recursion' },
              { id: 'package', title: 'Group by package' },
            ],
          },
          {
            title: 'Drawing',
            entries: [
              { id: 'icicle', title: 'Icicle, root on top', checked: direction === 'icicle' },
              { id: 'flame', title: 'Flame, root at the bottom', checked: direction === 'flame' },
              { id: 'size', title: 'Largest first', checked: order === 'size' },
              { id: 'name', title: 'By name', checked: order === 'name' },
              { id: 'dense', title: 'Dense rows', checked: rowHeight === 16 },
              ...(isTight
                ? [
                    ...(isByRule ? colours : []).map(({ id, title }) => ({
                      id: `dcol:${id}`,
                      title: `Colour by ${title}`,
                      checked: id === dcol,
                    })),
                    ...widths.map(({ id, title }) => ({ id: `w:${id}`, title: `Width: ${title}`, checked: id === w })),
                  ]
                : []),
            ],
          },
          {
            entries: [
              { id: 'reset', title: 'Reset zoom, search and transforms' },
              { id: 'keys', title: 'Keys', hint: '?' },
            ],
          },
        ]}
        onPick={(id) => {
          const colour = colours.find((one) => `dcol:${one.id}` === id);
          const width = widths.find((one) => `w:${one.id}` === id);
          if (colour) navigate({ dcol: colour.id }, 'replace');
          else if (width) navigate({ w: width.id }, 'replace');
          else actions[id]?.();
        }}
      />
      {isPricing && <PriceDialog unit={priced ?? 'core-hour'} onClose={() => setPricing(false)} />}
    </>
  );
}

function PriceDialog({ unit, onClose }: { unit: string; onClose(): void }): ReactElement {
  const rate = useUrl((state) => state.rate);
  const [text, setText] = useState(rate === undefined ? '' : String(rate));
  const isRead = text === '' || /^\d{1,6}(?:\.\d{1,6})?$/.test(text);
  return (
    <Dialog title={`Price of a ${unit}`} onClose={onClose}>
      <form
        className={styles['price']}
        onSubmit={(event) => {
          event.preventDefault();
          if (!isRead) return;
          navigate({ rate: text === '' ? undefined : Number(text) }, 'replace');
          onClose();
        }}
      >
        <label>
          $ per {unit}
          <input
            autoFocus
            inputMode="decimal"
            value={text}
            aria-invalid={!isRead}
            placeholder="0.04"
            onChange={({ target }) => setText(target.value.trim())}
          />
        </label>
        <p>
          {isRead
            ? 'Shows changes as cost per month (730 h) at B’s load. Leave empty to hide costs.'
            : 'Write a number such as 0.04.'}
        </p>
        <Button kind="primary" type="submit" disabled={!isRead}>
          Apply
        </Button>
      </form>
    </Dialog>
  );
}
