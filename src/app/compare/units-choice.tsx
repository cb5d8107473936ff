/** The choice of what a unit of work is: handlers as they are found, the callees of a function, or the values of a label. */
import { type ReactElement, useMemo } from 'react';
import { readLabelFrame } from '#model/label-frames.ts';
import { readable } from '#render/text.ts';
import { Button } from '../components/button.tsx';
import { Choice } from '../components/menu.tsx';
import type { ShownComparison } from '../screen/shown-comparison.ts';
import { sideNames } from '../sides/sides.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { linkWithRoutes } from './side-commands.ts';
import { useUnitLabels } from './use-unit-label.ts';
import styles from './what-changed.module.css';

const MAX_NAME_LENGTH = 200;
const MAX_TITLE_LENGTH = 60;

/** @param likelyRouter a function whose callees may be routes */
export function UnitsChoice({
  shown,
  likelyRouter,
}: {
  shown: ShownComparison;
  likelyRouter: string | undefined;
}): ReactElement {
  const unit = useUrl((state) => state.unit);
  const routes = useUrl((state) => state.routes);
  const { open, isWhole } = shown;
  const { units } = shown.request;
  // What is shown may be the comparison before, with other units.
  const isOfChoice = unit === undefined || (units?.kind === 'label' && units.name === unit);
  const canGroup = sideNames.every((name) => open[name].side.kind === 'file' || open[name].profile.isSliced);
  const labels = useUnitLabels({ a: open.a.side, b: open.b.side }, canGroup);
  const { names } = shown.diff.functions;
  const isThere = useMemo(
    () =>
      unit !== undefined
        ? names.some((name) => readLabelFrame(unit, name))
        : routes === undefined || names.includes(routes),
    [names, unit, routes],
  );
  const router = routes ?? likelyRouter;
  const offered = labels ?? [];
  const listed =
    unit === undefined || offered.some(({ name }) => name === unit)
      ? offered
      : [...offered, { name: unit, values: undefined }];
  const options = [
    { id: 'found', title: 'handlers', hint: 'what the frames of servers and frameworks call' },
    ...(router === undefined ? [] : [{ id: 'callees', title: `callees of ${short(router)}`, hint: 'each is a route' }]),
    ...listed.map(({ name, values }) => ({
      id: `label ${name}`,
      title: short(name),
      hint: values === undefined ? 'label' : `label with ${values} values`,
    })),
    ...(listed.length > 0 ? [] : [{ id: 'none', title: 'a label', hint: whyNone(canGroup, labels), isDisabled: true }]),
  ];
  return (
    <div className={styles['units']}>
      <Choice
        label="Units of work"
        prefix="Units of work"
        value={unit !== undefined ? `label ${unit}` : routes === undefined ? 'found' : 'callees'}
        options={options}
        onChange={(id) => {
          const label = id.startsWith('label ') ? id.slice('label '.length) : undefined;
          navigate(
            {
              unit: label,
              routes: id === 'callees' ? router : undefined,
              // Frames of the label begin each path.
              ...(label !== unit && { z: [], sel: [] }),
            },
            'push',
          );
        }}
      />
      {isWhole && isOfChoice && !isThere && (
        <span>
          {unit === undefined
            ? 'Neither side has this function'
            : canGroup
              ? 'A side does not have this label'
              : 'The source does not group stacks by a label'}
          : handlers are compared.
        </span>
      )}
      {likelyRouter !== undefined && (
        <span>
          <bdi>{readable(likelyRouter).slice(0, MAX_NAME_LENGTH)}</bdi> calls several functions and does nothing itself,
          as a router does.{' '}
          <Button onClick={() => navigate(linkWithRoutes(likelyRouter), 'push')}>Callees are routes</Button>
        </span>
      )}
    </div>
  );
}

function whyNone(canGroup: boolean, labels: readonly unknown[] | undefined): string {
  if (!canGroup) return 'only Flametide’s own store and files group stacks by a label';
  return labels === undefined ? 'looking for labels…' : 'no label of both sides has 2 to 200 values';
}

function short(name: string): string {
  return readable(name).slice(0, MAX_TITLE_LENGTH);
}
