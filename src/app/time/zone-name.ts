let local: string | undefined;

/** The zone of a link as a name that `Intl` knows: `local` is the browser's, as it was first asked. */
export function zoneName(zone: string): string {
  // Cached, because it is read often and `Intl` takes a millisecond each time.
  local ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === 'local' ? local : zone;
}
