/** The search field: what matches, its share, the next and the previous match, and where a mistake is. */
import { type ReactElement, useMemo } from 'react';
import type { SearchAnswer } from '#analysis/analysis.ts';
import { parseSearch } from '#model/search.ts';
import { formatCount, formatShare } from '#model/units.ts';
import { Button, IconButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { navigate, useUrl } from '../url/url-store.ts';
import { asPlainText, searchOfPasted } from './pasted-search.ts';
import styles from './search-box.module.css';

interface SearchBoxProps {
  readonly found: SearchAnswer | undefined;
  readonly whole: number;
  /** Matches within the frame that fills the view, shown beside those of the whole; undefined if all is in view. */
  readonly inView: { readonly nodes: number; readonly value: number; readonly whole: number } | false | undefined;
  /** Function names, to recognise pasted ones. */
  readonly names: readonly string[] | undefined;
  onStep(step: 1 | -1): void;
  /** Enter turns the search into a transform. */
  onFocusSearch(): void;
  onLeave(): void;
}

export function SearchBox({
  found,
  whole,
  inView,
  names,
  onStep,
  onFocusSearch,
  onLeave,
}: SearchBoxProps): ReactElement {
  const text = useUrl((state) => state.s);
  const parsed = useMemo(() => parseSearch(text), [text]);
  const mistake = parsed.ok ? undefined : parsed.message;
  const plain = asPlainText(text);
  const counted = text !== '' && parsed.ok && found;
  return (
    <div className={styles['box']} data-wrong={mistake !== undefined || undefined} role="search">
      <Icon name="search" />
      <input
        type="text"
        value={text}
        spellCheck={false}
        autoComplete="off"
        placeholder="Search functions, /regex/, file:, pkg:"
        aria-label="Search functions"
        aria-invalid={mistake !== undefined}
        aria-describedby="search-result"
        onPaste={(event) => {
          const { value, selectionStart, selectionEnd } = event.currentTarget;
          const isAll = selectionStart === 0 && selectionEnd === value.length;
          const search = isAll && names ? searchOfPasted(event.clipboardData.getData('text'), names) : undefined;
          if (search === undefined) return;
          event.preventDefault();
          navigate({ s: search }, 'replace');
        }}
        onChange={(event) => navigate({ s: event.target.value }, 'replace')}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && event.shiftKey) onStep(-1);
          else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onFocusSearch();
          else if (event.key === 'Enter') onStep(1);
          else if (event.key === 'Escape') onLeave();
        }}
      />
      <span id="search-result" className={styles['result']} role="status">
        {mistake !== undefined && <span className={styles['mistake']}>{mistake}</span>}
        {counted && (
          <>
            <strong>{formatShare(counted.value, whole)}</strong> in {formatCount(counted.nodes)}{' '}
            {counted.nodes === 1 ? 'frame' : 'frames'}
            {inView && (
              <>
                {' · '}
                {formatShare(inView.value, inView.whole)} of view in {formatCount(inView.nodes)}
              </>
            )}
          </>
        )}
      </span>
      {counted && counted.nodes === 0 && plain !== undefined && (
        <Button
          title="As plain text: without the operators - (not) and | (or)"
          onClick={() => navigate({ s: plain }, 'replace')}
        >
          Search for exactly this text
        </Button>
      )}
      {counted && (
        <>
          <IconButton label="Previous match (N)" icon="up" onClick={() => onStep(-1)} disabled={counted.nodes === 0} />
          <IconButton label="Next match (n)" icon="down" onClick={() => onStep(1)} disabled={counted.nodes === 0} />
          <IconButton
            label="Focus on what matches (Ctrl Enter)"
            icon="focus"
            onClick={onFocusSearch}
            disabled={counted.nodes === 0}
          />
        </>
      )}
      {text === '' ? (
        <kbd aria-hidden="true">/</kbd>
      ) : (
        <IconButton label="Clear the search" icon="close" onClick={() => navigate({ s: '' }, 'push')} />
      )}
    </div>
  );
}
