/** Flametide's own icons: a 16 px grid, 1.5 px strokes, currentColor. Paths only. */
import type { ReactElement } from 'react';

const paths = {
  mark: <path d="M2 3h12M2 8h8M2 13h4" strokeWidth="2.5" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.25" />
      <path d="m10.2 10.2 3.3 3.3" />
    </>
  ),
  down: <path d="m4.5 6.5 3.5 3.5 3.5-3.5" />,
  up: <path d="m4.5 9.5 3.5-3.5 3.5 3.5" />,
  left: <path d="m9.5 4.5-3.5 3.5 3.5 3.5" />,
  right: <path d="m6.5 4.5 3.5 3.5-3.5 3.5" />,
  close: <path d="m4.5 4.5 7 7m0-7-7 7" />,
  swap: <path d="M3.5 5.5h9m-2.75-2.75L12.5 5.5 9.75 8.25M12.5 10.5h-9m2.75-2.75L3.5 10.5l2.75 2.75" />,
  plus: <path d="M8 3.5v9M3.5 8h9" />,
  check: <path d="m3.5 8.5 3 3 6-7" />,
  'zoom-out': (
    <>
      <circle cx="7" cy="7" r="4.25" />
      <path d="m10.25 10.25 3.25 3.25M5 7h4" />
    </>
  ),
  refresh: <path d="M13 8a5 5 0 1 1-1.5-3.55L13 6M13 2.75V6H9.75" />,
  theme: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 2.25a5.75 5.75 0 0 1 0 11.5z" fill="currentColor" stroke="none" />
    </>
  ),
  help: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M6.4 6.4c.1-1 .8-1.6 1.7-1.6s1.6.6 1.6 1.4c0 1.2-1.7 1.3-1.7 2.5" />
      <path d="M8 11.1v.05" strokeWidth="1.75" />
    </>
  ),
  more: <path d="M3.5 8v.02M8 8v.02M12.5 8v.02" strokeWidth="2" />,
  copy: (
    <>
      <rect x="5.75" y="5.75" width="7.5" height="7.5" rx="1.25" />
      <path d="M10.25 3.5v-.25a.75.75 0 0 0-.75-.75H3.25a.75.75 0 0 0-.75.75V9.5c0 .4.3.75.75.75h.25" />
    </>
  ),
  undo: <path d="M6 3.5 3 6.5l3 3M3.25 6.5H9.5a3.25 3.25 0 0 1 0 6.5H6" />,
  focus: (
    <>
      <path d="M2.75 5.5V3.75a1 1 0 0 1 1-1H5.5m5 0h1.75a1 1 0 0 1 1 1V5.5m0 5v1.75a1 1 0 0 1-1 1H10.5m-5 0H3.75a1 1 0 0 1-1-1V10.5" />
      <circle cx="8" cy="8" r="1.75" />
    </>
  ),
  upload: <path d="M8 10.5v-8M5 5.25l3-3 3 3M2.5 10v2.25c0 .6.4 1 1 1h9c.6 0 1-.4 1-1V10" />,
  download: <path d="M8 2.5v8M5 7.75l3 3 3-3M2.5 10v2.25c0 .6.4 1 1 1h9c.6 0 1-.4 1-1V10" />,
  flame: <path d="M2.5 3.5h11M2.5 8h7m2 0h2M2.5 12.5h4" />,
  sort: <path d="M8 3.5v9M4.75 9.5 8 12.75l3.25-3.25" />,
  error: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 4.9v3.6" />
      <path d="M8 10.9v.05" strokeWidth="1.75" />
    </>
  ),
  warn: (
    <>
      <path d="M8 2.5 14 13H2z" />
      <path d="M8 6.5v3" />
      <path d="M8 11.25v.05" strokeWidth="1.75" />
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 7.5v3.6" />
      <path d="M8 5.1v.05" strokeWidth="1.75" />
    </>
  ),
  stop: <rect x="4" y="4" width="8" height="8" rx="1" />,
  share: (
    <path d="M6.5 9.5a2.6 2.6 0 0 0 3.7 0l2.3-2.3a2.6 2.6 0 0 0-3.7-3.7l-.9.9M9.5 6.5a2.6 2.6 0 0 0-3.7 0L3.5 8.8a2.6 2.6 0 0 0 3.7 3.7l.9-.9" />
  ),
} satisfies Record<string, ReactElement>;

export type IconName = keyof typeof paths;

/** Decoration only: the control beside it carries the name. */
export function Icon({ name }: { name: IconName }): ReactElement {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {paths[name]}
    </svg>
  );
}
