/** What is yours and stays on this device: theme, widths, density. */
import { isTimePoint, type TimeRangeText } from '#model/time-range.ts';
import { createStore } from 'zustand/vanilla';
import { useStore } from 'zustand';

interface Preferences {
  readonly theme: 'system' | 'light' | 'dark';
  /** In css px; undefined: by the window's. */
  readonly tableWidth: number | undefined;
  readonly rowHeight: 20 | 16; // css px
  /** Height of the time series in css px; 0 is closed; undefined: by the window's. */
  readonly seriesHeight: number | undefined;
  /** Address of a source line, with places for file, line and version; '' none. */
  readonly sourceLink: string;
  /** Ranges that were chosen, the latest first. */
  readonly recentRanges: readonly TimeRangeText[];
}

const KEY = 'flametide.preferences';
const defaults: Preferences = {
  theme: 'system',
  tableWidth: undefined,
  rowHeight: 20,
  seriesHeight: undefined,
  sourceLink: '',
  recentRanges: [],
};
const MAX_RECENT = 8;
export const tableWidthLimits = { min: 240, max: 900 } as const;
export const seriesHeightLimits = { min: 64, max: 240 } as const;

export const preferences = createStore<Preferences>(read);

export function usePreference<K extends keyof Preferences>(key: K): Preferences[K] {
  return useStore(preferences, (all) => all[key]);
}

export function setPreference<K extends keyof Preferences>(key: K, value: Preferences[K]): void {
  preferences.setState({ [key]: value } as Pick<Preferences, K>);
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences.getState()));
  } catch {
    // A browser that keeps nothing (private window, full disk) still shows the choice until the tab closes.
  }
}

/** Sets the theme on the root element, now and at every change. */
export function applyTheme(): void {
  const apply = ({ theme }: Preferences): void => {
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  };
  apply(preferences.getState());
  preferences.subscribe(apply);
}

function read(): Preferences {
  let kept: unknown;
  try {
    kept = JSON.parse(localStorage.getItem(KEY) ?? '{}');
  } catch {
    return defaults;
  }
  const { theme, tableWidth, rowHeight, seriesHeight, sourceLink, recentRanges } = (
    typeof kept === 'object' && kept !== null ? kept : {}
  ) as Record<string, unknown>;
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    tableWidth:
      typeof tableWidth === 'number' && tableWidth >= tableWidthLimits.min && tableWidth <= tableWidthLimits.max
        ? tableWidth
        : defaults.tableWidth,
    rowHeight: rowHeight === 16 ? 16 : 20,
    seriesHeight:
      seriesHeight === 0 ||
      (typeof seriesHeight === 'number' &&
        seriesHeight >= seriesHeightLimits.min &&
        seriesHeight <= seriesHeightLimits.max)
        ? seriesHeight
        : defaults.seriesHeight,
    sourceLink: typeof sourceLink === 'string' ? sourceLink.slice(0, 1000) : '',
    recentRanges: Array.isArray(recentRanges) ? recentRanges.filter(isRange).slice(0, MAX_RECENT) : [],
  };
}

/** The latest first, without repeats. */
export function rememberRange(range: TimeRangeText): void {
  const others = preferences
    .getState()
    .recentRanges.filter(({ from, until }) => from !== range.from || until !== range.until);
  setPreference('recentRanges', [{ from: range.from, until: range.until }, ...others].slice(0, MAX_RECENT));
}

function isRange(value: unknown): value is TimeRangeText {
  const { from, until } = (typeof value === 'object' && value !== null ? value : {}) as Partial<TimeRangeText>;
  return typeof from === 'string' && typeof until === 'string' && isTimePoint(from) && isTimePoint(until);
}
