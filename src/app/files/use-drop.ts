/** Files that are dropped on the window, or pasted into it. */
import { useEffect, useRef, useState } from 'react';
import { fromBrowser, pastedSource, useOpen } from './use-open.ts';

/** Opens them. @returns whether files are held over the window now */
export function useDropOnWindow(): boolean {
  const { open } = useOpen();
  const [isOver, setOver] = useState(false);
  const depth = useRef(0);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    addEventListener(
      'dragenter',
      (event) => holdsFiles(event) && (event.preventDefault(), depth.current++, setOver(true)),
      { signal },
    );
    addEventListener('dragover', (event) => holdsFiles(event) && event.preventDefault(), { signal });
    addEventListener('dragleave', (event) => holdsFiles(event) && --depth.current <= 0 && setOver(false), { signal });
    addEventListener(
      'drop',
      (event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        if (event.dataTransfer) void open(fromBrowser(event.dataTransfer.files));
      },
      { signal },
    );
    addEventListener(
      'paste',
      (event) => {
        if ((event.target as Element | null)?.closest?.('input, textarea')) return;
        const { files } = event.clipboardData ?? {};
        const text = event.clipboardData?.getData('text/plain') ?? '';
        if (files && files.length > 0) void open(fromBrowser(files));
        else if (text.trim() !== '') void open([pastedSource(text)]);
      },
      { signal },
    );
    return () => stop.abort();
  }, [open]);
  return isOver;
}
