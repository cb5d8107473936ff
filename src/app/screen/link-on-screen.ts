/** The links that Share copies: the current view, with everything that the page chose where the link left it open. */
import { SERVICE_LABEL, splitService } from '#model/labels.ts';
import { absolute, isRelative } from '#model/time-range.ts';
import { linkTo, urlStore } from '../url/url-store.ts';
import type { UrlState } from '../url/url-state.ts';
import { onScreen, treeOnScreen } from './current-view.ts';

/** With absolute ranges. @param patch changes to the current view */
export function linkOnScreen(patch: Partial<UrlState> = {}): string {
  const { view } = onScreen.getState();
  const asked = treeOnScreen()?.opened.asked;
  if (asked === undefined) return absoluteLink({ ...('link' in view ? view.link : {}), ...patch });
  const range = absolute(asked.range.startMs, asked.range.endMs);
  return absoluteLink({ ...subjectOnScreen(), ...range, ...patch });
}

/** With ranges that go on moving; undefined if none of them does. */
export function movingLink(): string | undefined {
  const { state } = urlStore.getState();
  const moves = (from: string | undefined, until: string | undefined): boolean =>
    from === undefined || until === undefined || isRelative({ from, until });
  // A snapshot is of one time.
  if (state.view === 'files' || state.snap !== undefined) return undefined;
  if (state.view === 'compare') {
    const isMoving = (['a', 'b'] as const).some(
      (name) => state[`${name}.file`] === undefined && moves(state[`${name}.from`], state[`${name}.until`]),
    );
    return isMoving ? absoluteLink({}) : undefined;
  }
  return moves(state.from, state.until) ? absoluteLink(subjectOnScreen()) : undefined;
}

function subjectOnScreen(): Partial<UrlState> {
  const asked = treeOnScreen()?.opened.asked;
  if (asked === undefined) return {};
  const { service } = splitService(asked.matchers.filter(({ name }) => name === SERVICE_LABEL));
  return { svc: service, type: asked.profileType };
}

function absoluteLink(patch: Partial<UrlState>): string {
  return new URL(linkTo(patch), location.href).href;
}
