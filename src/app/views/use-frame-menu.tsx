/** The menu of a frame: one list for the graph, Sandwich and the keyboard. */
import { type ReactElement, useRef, useState } from 'react';
import { nodeName } from '#model/call-tree.ts';
import { type Command, type FrameTarget, frameCommands } from '../state/commands.ts';
import { MenuAt } from '../components/menu.tsx';
import type { Place } from '../state/ui-store.ts';

interface OpenMenu {
  readonly target: FrameTarget;
  readonly at: Place;
  /** What the frame costs, in words. */
  readonly numbers: string | undefined;
}

/** @param except ids of commands that make no sense where the menu opens; @param more what can be done only there */
export function useFrameMenu(
  except: readonly string[],
  more: readonly Command[] = [],
): {
  menu: ReactElement | null;
  open(target: FrameTarget, at: Place, numbers?: string): void;
} {
  const [shown, setShown] = useState<OpenMenu>();
  const anchor = useRef<HTMLSpanElement>(null);
  const opener = useRef<HTMLElement>(undefined);
  const commands = [...more, ...frameCommands];
  const entries = commands
    .filter(({ id, fits }) => !except.includes(id) && shown && (fits?.(shown.target) ?? true))
    .map(({ id, title, key, isTransform }) => ({
      id,
      title,
      isTransform,
      hint: key === undefined ? undefined : key.length === 1 && key !== key.toLowerCase() ? `Shift ${key}` : key,
    }));
  const close = (): void => {
    setShown(undefined);
    // Back to the keys of the graph, from wherever the menu was opened.
    opener.current?.focus({ preventScroll: true });
  };
  const menu = shown ? (
    <>
      <span ref={anchor} style={{ position: 'fixed', left: shown.at.x, top: shown.at.y, width: 1, height: 1 }} />
      <MenuAt
        label="Frame"
        anchor={anchor}
        heading={
          <>
            <bdi>{nodeName(shown.target.tree, shown.target.names, shown.target.node).slice(0, 200)}</bdi>
            {shown.numbers !== undefined && <span>{shown.numbers}</span>}
          </>
        }
        groups={[
          { entries: entries.filter(({ isTransform }) => !isTransform) },
          { title: 'Transform', entries: entries.filter(({ isTransform }) => isTransform) },
        ]}
        onPick={(id) => commands.find((one) => one.id === id)?.run(shown.target)}
        onClose={close}
      />
    </>
  ) : null;
  const open = (target: FrameTarget, at: Place, numbers?: string): void => {
    if (target.node <= 0) return;
    opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    setShown({ target, at, numbers });
  };
  return { menu, open };
}
