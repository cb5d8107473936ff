/** The link that Share copies: what is on the screen, with what the page chose where the link left it open, and the range as it is now. */
import { SERVICE_LABEL, splitService } from '#model/labels.ts';
import { absolute } from '#model/time-range.ts';
import { linkTo } from '../url/url-store.ts';
import { onScreen } from './on-screen.ts';

export function linkOnScreen(): string {
  const { tree, link } = onScreen.getState();
  const asked = tree?.file.asked;
  if (asked === undefined) return new URL(linkTo(link ?? {}), location.href).href;
  const { service } = splitService(asked.matchers.filter(({ name }) => name === SERVICE_LABEL));
  const range = absolute(asked.range.startMs, asked.range.endMs);
  return new URL(linkTo({ svc: service, type: asked.profileType, ...range }), location.href).href;
}
