/** The message about a service that sends too many label sets. */
import type { ServiceBudget } from '#datasource/server-status.ts';
import { formatCount } from '#model/units.ts';

/** @returns undefined if the service keeps to its budget */
export function overBudget({ service, budget, foldedSamples, refused }: ServiceBudget): string | undefined {
  if (foldedSamples === 0 && refused === 0) return undefined;
  const name = service.length > 100 ? `${service.slice(0, 100)}…` : service;
  const folded =
    foldedSamples > 0
      ? ` ${formatCount(foldedSamples)} ${foldedSamples === 1 ? 'sample was' : 'samples were'} stored without their own labels since the server started.`
      : '';
  const lost =
    refused > 0 ? ` ${formatCount(refused)} ${refused === 1 ? 'profile was' : 'profiles were'} refused.` : '';
  return `${name} sends more than ${formatCount(budget)} label sets a day (limits.maxLabelSets).${folded}${lost} Leave out labels that differ for every request.`;
}
