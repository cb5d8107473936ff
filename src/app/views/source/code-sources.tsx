/** The source of code: a folder of this device, or links into a repository. */
import { type ReactElement, useId, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { setPreference, usePreference } from '../../state/preferences.ts';
import { canPickFolder, chooseFolder, pickFolder, useLocalCode } from './local-code.ts';
import styles from './source-view.module.css';

interface CodeSourcesProps {
  /** Path of the shown file in the profile. */
  readonly path: string;
  readonly exampleLine: number;
  /** By the current template; undefined if it makes no http(s) address. */
  linkOf(line: number): string | undefined;
}

export function CodeSources({ path, exampleLine, linkOf }: CodeSourcesProps): ReactElement {
  const { folder } = useLocalCode();
  const template = usePreference('sourceLink');
  const [isEditing, setEditing] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const help = useId();
  const pick = async (): Promise<void> => {
    setRefusal(undefined);
    try {
      await pickFolder();
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
    }
  };
  const example = linkOf(exampleLine);
  return (
    <>
      <header className={styles['head']}>
        <h2 title={path.slice(-600)}>
          <bdi>{path.slice(-160)}</bdi>
        </h2>
        <Button kind="edged" onClick={() => (canPickFolder() ? void pick() : input.current?.click())}>
          {folder === undefined ? 'Code from a folder…' : `Folder: ${folder.slice(0, 40)}`}
        </Button>
        <input
          ref={(element) => {
            input.current = element;
            // React does not know this attribute.
            element?.setAttribute('webkitdirectory', '');
          }}
          type="file"
          multiple
          className="visually-hidden"
          tabIndex={-1}
          aria-label="Folder with the source code"
          onChange={({ target }) => target.files && chooseFolder(target.files)}
        />
        <Button aria-expanded={isEditing} onClick={() => setEditing(!isEditing)}>
          Repository link…
        </Button>
      </header>
      {refusal !== undefined && (
        <p className={styles['note']} role="alert">
          Could not open the folder: {refusal}
        </p>
      )}
      {isEditing && (
        <div className={styles['template']}>
          <label>
            Address of a line, with {'{file}'}, {'{line}'} and {'{version}'}
            <input
              value={template}
              placeholder="https://git.example/shop/blob/{version}/{file}#L{line}"
              spellCheck={false}
              aria-describedby={help}
              onChange={({ target }) => setPreference('sourceLink', target.value.slice(0, 1000))}
            />
          </label>
          <p id={help}>
            {template === ''
              ? 'Stored on this device. This page never requests it; it only links to it.'
              : example === undefined
                ? 'The template must start with http:// or https://.'
                : `Line ${exampleLine} opens `}
            {template !== '' && example !== undefined && <code>{example.slice(0, 400)}</code>}
          </p>
        </div>
      )}
    </>
  );
}
