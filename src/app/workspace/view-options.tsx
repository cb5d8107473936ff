/** Drawing options, and the transforms that apply to no single frame: the colour, and a menu with the others. */
import type { ReactElement } from 'react';
import type { OpenedProfile } from '#analysis/analysis.ts';
import { transformKinds } from '#model/transforms/registry.ts';
import { addTransform } from '../state/commands.ts';
import { Choice, MenuButton } from '../components/menu.tsx';
import { preferences, setPreference, usePreference } from '../state/preferences.ts';
import { editTransform, openDialog } from '../state/ui-store.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { colourRules, ruleFor } from '../views/colours.ts';
import { useIsNarrow } from '../components/use-narrow.ts';

const transformEntries = transformKinds.flatMap(({ kind, menu }) =>
  menu.map((entry) => ({
    title: entry.title,
    run: () => ('transform' in entry ? addTransform(entry.transform) : editTransform(kind)),
  })),
);

export function ViewOptions({ profile }: { profile: OpenedProfile }): ReactElement {
  const { ownCode } = profile;
  const rules = colourRules(profile);
  const rule = ruleFor(
    profile,
    useUrl((state) => state.col),
  );
  const direction = useUrl((state) => state.dir);
  const order = useUrl((state) => state.order);
  const rowHeight = usePreference('rowHeight');
  const isNarrow = useIsNarrow();
  const actions: Record<string, () => void> = {
    icicle: () => navigate({ dir: 'icicle' }, 'replace'),
    flame: () => navigate({ dir: 'flame' }, 'replace'),
    size: () => navigate({ order: 'size' }, 'replace'),
    name: () => navigate({ order: 'name' }, 'replace'),
    dense: () => setPreference('rowHeight', preferences.getState().rowHeight === 20 ? 16 : 20),
    ...Object.fromEntries(transformEntries.map(({ title, run }) => [title, run])),
    ...Object.fromEntries(
      ownCode.map(({ title, match }) => [`own:${title}`, () => addTransform({ kind: 'hide', match })]),
    ),
    reset: () => navigate({ z: [], sel: [], s: '', t: [] }, 'push'),
    keys: () => openDialog('keys'),
  };
  const colourChoice = (
    <Choice
      label="Colour"
      prefix="Colour"
      value={rule}
      options={rules}
      onChange={(col) => navigate({ col }, 'replace')}
    />
  );
  return (
    <>
      {!isNarrow && colourChoice}
      <MenuButton
        label="More"
        icon="more"
        groups={[
          {
            title: 'Transform',
            entries: transformEntries.map(({ title }) => ({ id: title, title })),
          },
          ...(ownCode.length > 0
            ? [
                {
                  title: 'Only my code',
                  entries: ownCode.map(({ title, hidden }) => ({
                    id: `own:${title}`,
                    title,
                    hint: `hides ${hidden}`,
                  })),
                },
              ]
            : []),
          {
            title: 'Direction',
            entries: [
              { id: 'icicle', title: 'Icicle, root on top', checked: direction === 'icicle' },
              { id: 'flame', title: 'Flame, root at the bottom', checked: direction === 'flame' },
            ],
          },
          {
            title: 'Order of siblings',
            entries: [
              { id: 'size', title: 'Largest first', checked: order === 'size' },
              { id: 'name', title: 'By name', checked: order === 'name' },
            ],
          },
          ...(isNarrow
            ? [
                {
                  title: 'Colour',
                  entries: rules.map(({ id, title }) => ({ id: `col:${id}`, title, checked: id === rule })),
                },
              ]
            : []),
          {
            entries: [
              { id: 'dense', title: 'Dense rows', checked: rowHeight === 16 },
              { id: 'reset', title: 'Reset zoom, search and transforms' },
              { id: 'keys', title: 'Keys', hint: '?' },
            ],
          },
        ]}
        onPick={(id) => {
          const chosen = rules.find((one) => `col:${one.id}` === id);
          if (chosen) navigate({ col: chosen.id }, 'replace');
          else actions[id]?.();
        }}
      />
    </>
  );
}
