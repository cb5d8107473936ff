/** Which node is under a point. */
import type { Camera } from './camera.ts';
import { type FlameLayout, firstFrom } from './layout.ts';

/** Nodes of one pixel that are looked at; a pixel may hold thousands. */
const MOST_IN_A_PIXEL = 256;

/**
 * O(log row). @param xCss, yCss css px from the canvas' top left.
 * @returns -1 in a gap. Of nodes thinner than a pixel the widest under the point wins, as in cull.ts.
 */
export function nodeAt(layout: FlameLayout, camera: Camera, xCss: number, yCss: number): number {
  const row = camera.rowAt(yCss);
  if (row < 0 || row >= layout.rowStart.length - 1 || !(camera.to > camera.from)) return -1;
  const { left, nodes, weight, rowStart } = layout;
  const valuePerCss = (camera.to - camera.from) / camera.widthCss;
  const value = camera.from + xCss * valuePerCss;
  const end = rowStart[row + 1];
  let at = firstFrom(left, rowStart[row], end, value);
  if (at >= end || left[at] > value) at--;
  if (at >= rowStart[row] && left[at] + weight[nodes[at]] > value && weight[nodes[at]] >= valuePerCss) return nodes[at];
  const from = camera.from + Math.floor(xCss) * valuePerCss;
  const to = from + valuePerCss;
  let best = -1;
  let widest = 0;
  let i = firstFrom(left, rowStart[row], end, from);
  if (i > rowStart[row] && left[i - 1] + weight[nodes[i - 1]] > from) i--;
  for (let seen = 0; i < end && left[i] < to && seen < MOST_IN_A_PIXEL; i++, seen++) {
    if (weight[nodes[i]] <= widest) continue;
    widest = weight[nodes[i]];
    best = nodes[i];
  }
  return best;
}
