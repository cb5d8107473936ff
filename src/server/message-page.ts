/** A short error page for addresses that the page itself cannot show. */

/**
 * @param title and @param text as HTML: text from a request must be escaped @param basePath stands before every
 * address; or `..`
 */
export function messagePage(title: string, text: string, basePath: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} · Flametide</title>
<style>:root { color-scheme: light dark; font: 13px/20px system-ui, sans-serif } main { max-width: 480px; margin: 20vh auto; padding: 0 16px } h1 { font-size: 20px }</style>
<main>
<h1>${title}</h1>
<p>${text}</p>
<p><a href="${basePath}/">Open Flametide</a></p>
</main>
`;
}
