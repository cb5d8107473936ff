/**
 * The keyboard's place on the page. The view takes the focus when another view is chosen, and whenever nothing else has
 * it: what had it may be gone, or the user clicked beside everything. The root element says whether the last input was
 * a key, since browsers show a ring for every focus that a script sets.
 */
import type { UrlState } from '../url/url-state.ts';
import { urlStore } from '../url/url-store.ts';
import { openDialog } from './ui-store.ts';

/** Elements that can take a view's keys, best first: a list may be beside a graph. */
const VIEWS = ['[data-flamegraph]', '[role=treegrid]', '[data-lines]', '[role=grid]'];
/** Over the page; a list box of the page itself is none. */
const OVERLAY = '[role=dialog], [role=alertdialog], [role=menu], body > :not(#root) [role=listbox]';
const TEXT =
  'input:not([type=checkbox], [type=radio], [type=button], [type=file]), textarea, select, [contenteditable]';

/** The element that got the focus here; a better one that appears later takes it over. */
let given: Element | undefined;
/** Another view was chosen and has not loaded yet. */
let isWanted = false;
let isLastKeyArrow = false;
let look: number | undefined;

/** Called once. In a frame the keys belong to the outer page until the user enters the frame. */
export function keepViewFocus(): void {
  addEventListener('keydown', ({ key }) => setInput(isBeside(key) ? inputNow() : 'key', key.startsWith('Arrow')), {
    capture: true,
  });
  addEventListener('pointerdown', () => setInput('pointer', false), { capture: true });
  addEventListener('keydown', onKey);
  if (window.parent !== window) return;
  new MutationObserver(lookSoon).observe(document.body, { childList: true, subtree: true });
  urlStore.subscribe(({ state }, { state: before }) => {
    if (placeOf(state) === placeOf(before)) return;
    // Arrows in a row of choices go on to the next choice.
    const isChoosing = isLastKeyArrow && document.activeElement?.getAttribute('role') === 'radio';
    isWanted = !isChoosing;
    lookSoon();
  });
}

function placeOf({ view, pane, grid, file }: UrlState): string {
  return JSON.stringify([view, pane, grid, file]);
}

function setInput(input: 'key' | 'pointer', isArrow: boolean): void {
  document.documentElement.dataset['input'] = input;
  isLastKeyArrow = isArrow;
  // From now on the user decides where the focus is.
  isWanted = false;
  given = undefined;
}

/** Whether the user moves by keys: then the place of the keyboard is shown. */
export function isByKey(): boolean {
  return inputNow() === 'key';
}

function inputNow(): 'key' | 'pointer' {
  return document.documentElement.dataset['input'] === 'key' ? 'key' : 'pointer';
}

/** Keys that are also pressed with a pointer in use: Escape closes a menu, the others modify a click. */
function isBeside(key: string): boolean {
  return ['Escape', 'Shift', 'Control', 'Alt', 'Meta'].includes(key);
}

/** After two frames: menus and dialogs give the focus back in the first. */
function lookSoon(): void {
  if (!isWanted && document.activeElement !== document.body && document.activeElement !== given) return;
  look ??= requestAnimationFrame(() => {
    look = requestAnimationFrame(() => {
      look = undefined;
      takeFocus();
    });
  });
}

function takeFocus(): void {
  const { activeElement } = document;
  const isFree = activeElement === document.body || activeElement === given;
  if ((!isFree && !isWanted) || document.querySelector(OVERLAY) || activeElement?.matches(TEXT)) return;
  const view = focusView();
  if (view) isWanted = false;
  given = view;
}

/** @returns the view that has the focus now */
export function focusView(): HTMLElement | undefined {
  for (const selector of VIEWS) {
    const view = document.querySelector<HTMLElement>(`main ${selector}`);
    if (!view) continue;
    view.focus({ preventScroll: true });
    return view;
  }
  return undefined;
}

/** Keys that act wherever no text is typed; others belong to the view when nothing has the focus. */
function onKey(event: KeyboardEvent): void {
  const { target, key } = event;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!(target instanceof Element) || target.matches(TEXT) || document.querySelector(OVERLAY)) return;
  if (key === '/') {
    const search = document.querySelector<HTMLInputElement>('main [role=search] input');
    search?.focus();
    search?.select();
  } else if (key === '?') openDialog('keys');
  else if (target === document.body && key !== 'Tab') {
    const view = focusView();
    if (view?.dispatchEvent(new KeyboardEvent('keydown', event)) !== false) return;
  } else return;
  event.preventDefault();
}
