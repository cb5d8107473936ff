/** Which refused uploads matter to whoever looks at a service. */
import type { UploadRefusal } from '#datasource/server-status.ts';

/**
 * Those of the service, and those that name none. Agents write the kind of a profile behind the name (`shop.cpu`).
 * @param service undefined: all
 */
export function refusalsAbout(
  refusals: readonly UploadRefusal[],
  service: string | undefined,
): readonly UploadRefusal[] {
  if (service === undefined) return refusals;
  return refusals.filter(
    ({ service: named }) => named === undefined || named === service || named.startsWith(`${service}.`),
  );
}
