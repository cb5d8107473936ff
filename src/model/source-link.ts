/** The address of a source line in somebody's repository, from a template that the user wrote. */

/** Undefined where the template makes no address of the web. */
export function sourceLink(template: string, file: string, line: number, version: string): string | undefined {
  if (template.trim() === '') return undefined;
  const encoded = (text: string): string => text.split('/').map(encodeURIComponent).join('/');
  const address = template
    .trim()
    .replaceAll('{file}', () => encoded(file.replace(/^\/+/, '')))
    .replaceAll('{line}', String(line))
    .replaceAll('{version}', () => encoded(version));
  try {
    const { protocol, href } = new URL(address);
    return protocol === 'https:' || protocol === 'http:' ? href : undefined;
  } catch {
    return undefined;
  }
}
