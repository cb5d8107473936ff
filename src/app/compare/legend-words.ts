/** What the colours of a difference mean, in words: for the page and for pictures. */
import { signedPercent } from '#model/percent-text.ts';
import type { UrlState } from '../url/url-state.ts';
import { type ChangeScale, growthOf } from './change-scale.ts';

export interface ScaleTick {
  /** Position on the scale, -1 to 1. */
  readonly part: number;
  /** `+50 %`, B against A. */
  readonly text: string;
}

export const sideKeys = { new: 'new in B', gone: 'only in A' } as const;

export function scaleTicks({ end, isExceeded }: ChangeScale): readonly ScaleTick[] {
  return [-1, -0.5, 0, 0.5, 1].map((part) => {
    const beyond = isExceeded && Math.abs(part) === 1 ? (part < 0 ? ' or less' : ' or more') : '';
    return { part, text: part === 0 ? '=' : `${signedPercent(growthOf(part * end) * 100)}${beyond}` };
  });
}

/** The colours without a hue. */
export function quietText(noise: UrlState['noise']): string {
  return noise === 'shown' ? 'unchanged' : 'unchanged, or may be noise';
}
