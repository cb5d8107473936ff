/**
 * The page as one file: the viewer (viewer.html, built beside the page) with what it shows inside, as base64 that no
 * parser reads as markup.
 */

const ID = 'kept';
/** Characters that are given to `btoa` at once: whole groups of three bytes. */
const AT_ONCE = 3 * 8192;

/** Whether this page is an exported file. */
export function isExportedPage(): boolean {
  return document.getElementById(ID) !== null;
}

/** @param viewer as built */
export function writeExportedPage(viewer: string, kept: Uint8Array): string {
  // The last: scripts before it may speak of one.
  const end = viewer.lastIndexOf('</body>');
  const data = `<script id="${ID}" type="application/octet-stream">${toBase64(kept)}</script>`;
  return `${viewer.slice(0, end)}${data}\n  ${viewer.slice(end)}`;
}

/** @throws Error in plain words */
export function readExportedPage(): Uint8Array<ArrayBuffer> {
  const text = document.getElementById(ID)?.textContent;
  if (text === undefined) throw new Error('This page has no data. It is the empty template of “Export as HTML”.');
  let letters: string;
  try {
    letters = atob(text);
  } catch {
    throw new Error('The data in this file is damaged: the file was truncated or changed.');
  }
  const bytes = new Uint8Array(letters.length);
  // Uint8Array.from would list every character first.
  for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += AT_ONCE)
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + AT_ONCE)));
  return text;
}
