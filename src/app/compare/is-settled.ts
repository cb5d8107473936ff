/** When a comparison is final. */
import { untypedSides } from './problem.tsx';
import type { Comparison } from './use-comparison.ts';

/** Whether the answer is final: everything has loaded, or only the user can clear the obstacle. */
export function isSettled(comparison: Comparison): boolean {
  const { shown, isStale, sides, errors, error, evidenceError, missing, explored } = comparison;
  if (!isStale && shown?.isWhole === true && shown.evidence !== undefined) return true;
  const isMistaken = [sides.a, sides.b].some((side) => side.kind === 'source' && side.mistake !== undefined);
  const isFailed = [errors.a, errors.b, evidenceError, explored.error].some((one) => one !== null);
  return (
    isMistaken ||
    isFailed ||
    error !== undefined ||
    missing.length > 0 ||
    explored.isEmptyStore ||
    untypedSides(comparison).length > 0
  );
}
