/** How far the functions of a file moved from one version to the next. */
import { scriptPlace } from './script-place.ts';

export interface LineShifts {
  /** The line in B of a function of A, if the code around it moved uniformly; undefined if unknown. */
  lineInB(nameInA: string): number | undefined;
  /** Whether all neighbours moved by one distance, and this pair by another. */
  excludes(nameInA: string, nameInB: string): boolean;
}

interface Anchor {
  readonly line: number;
  readonly shift: number;
}

/** @param pairs names with places among them: B's to A's */
export function lineShifts(pairs: ReadonlyMap<string, string>): LineShifts {
  const anchors = new Map<string, Anchor[]>();
  for (const [nameInB, nameInA] of pairs) {
    const a = scriptPlace(nameInA);
    const b = scriptPlace(nameInB);
    if (!a || !b || a.line === 0 || b.line === 0) continue;
    const ofFile = anchors.get(a.file);
    const anchor = { line: a.line, shift: b.line - a.line };
    if (ofFile) ofFile.push(anchor);
    else anchors.set(a.file, [anchor]);
  }
  for (const ofFile of anchors.values()) ofFile.sort((one, other) => one.line - other.line);
  return {
    lineInB(nameInA) {
      const place = scriptPlace(nameInA);
      const ofFile = place && anchors.get(place.file);
      if (!ofFile || place.line === 0) return undefined;
      const nearest = ofFile.findLast(({ line }) => line <= place.line) ?? ofFile[0];
      return place.line + nearest.shift;
    },
    excludes(nameInA, nameInB) {
      const [a, b] = [scriptPlace(nameInA), scriptPlace(nameInB)];
      const ofFile = a && anchors.get(a.file);
      if (!ofFile || !b || a.line === 0 || b.line === 0) return false;
      // The beginning of the file counts as a pair that never moves.
      const above = ofFile.findLast(({ line }) => line <= a.line)?.shift ?? 0;
      const below = ofFile.find(({ line }) => line > a.line)?.shift;
      return below === above && b.line - a.line !== above;
    },
  };
}
