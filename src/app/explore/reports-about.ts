/** Which reports about uploads matter to whoever looks at a service. */
import type { UploadReport } from '#datasource/server-status.ts';

/**
 * Those of the service, and those that name none. Agents write the kind of a profile behind the name (`shop.cpu`).
 * @param service undefined: all
 */
export function reportsAbout(reports: readonly UploadReport[], service: string | undefined): readonly UploadReport[] {
  if (service === undefined) return reports;
  return reports.filter(
    ({ service: named }) => named === undefined || named === service || named.startsWith(`${service}.`),
  );
}
