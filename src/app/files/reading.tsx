/** A file that is being read. */
import { type ReactElement, useEffect, useState } from 'react';
import { Button } from '../components/button.tsx';
import { Note } from '../components/message.tsx';
import type { ReadingFile } from '../screen/files-store.ts';

/** Shown once reading takes longer than a glance: how far it is, and a way to stop it. */
export function Reading({ file }: { file: ReadingFile }): ReactElement | null {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), 300);
    return () => clearTimeout(timer);
  }, []);
  if (!isLong) return null;
  return (
    <Note
      kind="info"
      isSilent
      actions={
        <Button icon="stop" onClick={file.stop}>
          Stop
        </Button>
      }
    >
      <progress max={1} value={file.share} aria-label={`Reading ${file.name}`} /> Reading <bdi>{file.name}</bdi>,{' '}
      {Math.round(file.share * 100)} %
    </Note>
  );
}
