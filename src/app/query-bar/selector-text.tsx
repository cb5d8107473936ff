/** The whole selector as text. A mistake is underlined and explained; the text stays until it is applied. */
import { type ReactElement, useId, useRef } from 'react';
import type { LabelMatcher } from '#model/labels.ts';
import { parseTypedSelector } from '#model/label-selector.ts';
import { findPatternProblem } from '#model/pattern-problem.ts';
import { readable } from '#render/text.ts';
import { Button } from '../components/button.tsx';
import styles from './selector-text.module.css';

interface SelectorTextProps {
  readonly text: string;
  onText(text: string): void;
  onApply(matchers: readonly LabelMatcher[]): void;
  onLeave(): void;
}

export function SelectorText({ text, onText, onApply, onLeave }: SelectorTextProps): ReactElement {
  const parsed = parseTypedSelector(text);
  const mistake = parsed.ok ? patternMistake(parsed.matchers) : `At character ${parsed.at + 1}: ${parsed.message}.`;
  const mistakeId = useId();
  const mirror = useRef<HTMLDivElement>(null);
  const apply = (): void => {
    if (parsed.ok && mistake === undefined) onApply(parsed.matchers);
  };
  return (
    <div className={styles['mode']}>
      <div className={styles['field']} data-wrong={mistake !== undefined || undefined}>
        <div ref={mirror} className={styles['mirror']} aria-hidden="true">
          {parsed.ok ? (
            text
          ) : (
            <>
              {text.slice(0, parsed.at)}
              {/* A mistake at the end has no character to underline. */}
              <mark>{text.slice(parsed.at) || '\u00a0'}</mark>
            </>
          )}
        </div>
        <input
          type="text"
          aria-label="Label selector"
          aria-invalid={mistake !== undefined}
          aria-describedby={mistakeId}
          autoFocus
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={(event) => onText(event.target.value)}
          onScroll={(event) => {
            if (mirror.current) mirror.current.scrollLeft = event.currentTarget.scrollLeft;
          }}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === 'Enter') apply();
            else if (event.key === 'Escape') onLeave();
            else return;
            // The focus moves to a button meanwhile, which this key must not press.
            event.preventDefault();
          }}
        />
        <p id={mistakeId} className={styles['words']} role="status">
          {mistake}
        </p>
      </div>
      <Button kind="edged" className={styles['wide']} disabled={mistake !== undefined} onClick={apply}>
        Apply
      </Button>
      <Button onClick={onLeave}>as chips</Button>
    </div>
  );
}

function patternMistake(matchers: readonly LabelMatcher[]): string | undefined {
  for (const { name, operator, value } of matchers) {
    const problem = operator === '=~' || operator === '!~' ? findPatternProblem(value) : undefined;
    if (problem)
      return `In the pattern of ${readable(name).slice(0, 60)}, character ${problem.at + 1}: ${problem.message}.`;
  }
  return undefined;
}
