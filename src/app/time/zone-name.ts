/** The zone of a link as a name that `Intl` knows: `local` is the browser's. */
export function zoneName(zone: string): string {
  return zone === 'local' ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
}
