/** Names of the bands with what they have: a button shows the samples of one alone. */
import type { ReactElement } from 'react';
import { withValue } from '#model/labels.ts';
import { formatShare } from '#model/units.ts';
import type { Bands } from '#model/when.ts';
import { readable } from '#render/text.ts';
import { BAND_HEIGHT } from '#render/when/engine.ts';
import { type ShownTree, valueText } from '../../screen/shown.ts';
import { navigate, useUrl } from '../../url/url-store.ts';
import styles from './when.module.css';

interface BandNamesProps {
  readonly bands: Bands;
  readonly shown: ShownTree;
  readonly total: number;
}

export function BandNames({ bands, shown, total }: BandNamesProps): ReactElement {
  const { label, names, totals } = bands;
  const matchers = useUrl((state) => state.q);
  return (
    <ul className={styles['names']} aria-label={`Activity by ${readable(label)}`}>
      {names.map((values, band) => {
        const title = readable(values.join(', ')).slice(0, 120) || '(none)';
        const numbers = `${valueText(shown, totals[band])}, ${formatShare(totals[band], total)}`;
        const isAlone = values.length <= 1;
        const isChosen = matchers.some((one) => one.name === label && one.operator === '=' && one.value === values[0]);
        return (
          <li key={band} style={{ height: BAND_HEIGHT }}>
            <button
              type="button"
              aria-pressed={isChosen}
              disabled={!isAlone}
              title={`${title}: ${numbers}`}
              onClick={() =>
                navigate({ q: withValue(matchers, label, isChosen ? undefined : (values[0] ?? '')) }, 'push')
              }
            >
              <bdi>{title}</bdi> <span className={styles['share']}>{formatShare(totals[band], total)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
