/** A and B, each a query of its own, in equal halves with the swap on the seam. */
import { formatAmount } from '#model/changes-text.ts';
import { coveredMsOf, isCoverageShown } from '#model/covered-time.ts';
import { formatInterval, formatOffsetMs } from '#model/interval.ts';
import { printLabelSelector } from '#model/label-selector.ts';
import { useIsBelow } from '../components/use-narrow.ts';
import { type ReactElement, useMemo } from 'react';
import { joinService } from '#model/labels.ts';
import { parseProfileType, profileTypeTitle, sampleTypeTitle } from '#model/profile-type.ts';
import { rangeTitle } from '#model/range-title.ts';
import { type TimeRangeText } from '#model/time-range.ts';
import { readable } from '#render/text.ts';
import { formatDuration, formatSpan } from '#model/time-text.ts';
import { Button, IconButton } from '../components/button.tsx';
import { CutInside } from '../components/cut-inside.tsx';
import { Choice, MenuButton } from '../components/menu.tsx';
import { PopoverField } from '../components/popover.tsx';
import { labelSourceOf } from '../source/label-source.ts';
import { parsedTypes, sampleTypeOf } from '../source/subject.ts';
import { type OpenFile, useFiles } from '../screen/files-store.ts';
import { useOpen } from '../files/use-open.ts';
import { rememberRange, usePreference } from '../state/preferences.ts';
import { FileLabels } from '../query-bar/file-labels.tsx';
import { fileLabelSource } from '../source/file-label-source.ts';
import { useAnalysis } from '../queries/analysis-queries.ts';
import { LabelChips } from '../query-bar/label-chips.tsx';
import { ServicePicker } from '../query-bar/service-picker.tsx';
import type { CostRow } from '../source/suggestions.ts';
import { TypePicker } from '../query-bar/type-picker.tsx';
import { useAskAgain, useSource, useUnmatched } from '../queries/source-queries.ts';
import { RangePanel } from '../time/range-panel.tsx';
import { refresh, useNow } from '../time/refresh-clock.ts';
import { zoneName } from '../time/zone-name.ts';
import { navigate } from '../url/url-store.ts';
import { sampleTypeKey } from '../screen/shown.ts';
import { aroundMarkerNote, isAroundMarker, leftOutText } from '../sides/ranges.ts';
import { linkAlone } from './side-commands.ts';
import {
  type FileSide,
  linkOfSide,
  linkOfSides,
  openSource,
  type Side,
  type SideName,
  sideNames,
  sideTitles,
  type SourceSide,
} from '../sides/sides.ts';
import type { Comparison } from './use-comparison.ts';
import styles from './sides-bar.module.css';

export function SidesBar({ comparison }: { comparison: Comparison }): ReactElement {
  const isFolded = useIsBelow(FOLDED_BELOW);
  if (!isFolded) return <Sides comparison={comparison} />;
  const { a, b } = comparison.sides;
  const isOneService = a.kind === 'source' && b.kind === 'source' && a.service === b.service;
  const zone = zoneName(comparison.explored.zone);
  // The text by which the sides differ.
  const wordsOf = (side: Side): string =>
    side.kind === 'file'
      ? [readable(side.file), side.during && formatInterval(side.during)].filter(Boolean).join(' ')
      : [
          isOneService ? '' : readable(side.service ?? ''),
          readable(printLabelSelector(side.matchers).slice(1, -1)),
          side.range ? formatSpan(side.range, zone) : '',
        ]
          .filter(Boolean)
          .join(' ');
  return (
    <details className={styles['folded']}>
      <summary>
        {sideNames.map((name) => (
          <span key={name}>
            <b data-side={name}>{name.toUpperCase()}</b>
            <CutInside text={wordsOf(comparison.sides[name]).slice(0, 200)} />
          </span>
        ))}
      </summary>
      <Sides comparison={comparison} />
    </details>
  );
}

/** In css px: in a narrower window the controls of both sides would take half of it. */
const FOLDED_BELOW = 561;

function Sides({ comparison }: { comparison: Comparison }): ReactElement {
  const { sides } = comparison;
  return (
    <div className={styles['sides']}>
      {sideNames.map((name) => (
        <div
          key={name}
          className={styles['side']}
          role="group"
          aria-label={`Side ${name.toUpperCase()}, ${sideTitles[name]}`}
        >
          <SideMenu name={name} comparison={comparison} />
          {sides[name].kind === 'source' ? (
            <SourceFields name={name} side={sides[name]} comparison={comparison} />
          ) : (
            <FileFields name={name} side={sides[name]} comparison={comparison} />
          )}
          {name === 'a' && (
            <span className={styles['swap']}>
              <IconButton
                label="Swap the sides"
                icon="swap"
                onClick={() => navigate(linkOfSides({ a: sides.b, b: sides.a }), 'push')}
              />
            </span>
          )}
        </div>
      ))}
    </div>
  );
}

/** Changes one side and writes both to the link, which then names everything that is compared. */
function setSide({ sides }: Comparison, name: SideName, side: Side): void {
  navigate({ ...linkOfSides(sides), ...linkOfSide(name, side) }, 'push');
}

interface SideProps {
  readonly name: SideName;
  readonly comparison: Comparison;
}

function SideMenu({ name, comparison }: SideProps): ReactElement {
  const side = comparison.sides[name];
  const other = comparison.sides[name === 'a' ? 'b' : 'a'];
  const open = useFiles().filter((file): file is OpenFile => file.kind === 'open');
  const source = side.kind === 'source' ? side : other.kind === 'source' ? other : undefined;
  const { pick } = useOpen();
  return (
    <>
      <span className={styles['badge']} data-side={name} title={sideTitles[name]} aria-hidden="true">
        {name.toUpperCase()}
      </span>
      <MenuButton
        label={`${name.toUpperCase()}, ${sideTitles[name]}: source`}
        icon="down"
        groups={[
          { entries: [{ id: 'alone', title: `Show ${name.toUpperCase()} alone` }] },
          {
            title: 'From',
            entries: [
              { id: 'source', title: 'The server', checked: side.kind === 'source' },
              ...open.map(({ name: file }, i) => ({
                id: `file:${i}`,
                title: file.slice(0, 120),
                checked: side.kind === 'file' && side.file === file,
              })),
              { id: 'open', title: 'Open a file…' },
            ],
          },
        ]}
        onPick={(id) => {
          if (id === 'alone') navigate(linkAlone(side), 'push');
          else if (id === 'open') pick(name);
          else if (id !== 'source')
            setSide(comparison, name, {
              kind: 'file',
              file: open[Number(id.slice(5))].name,
              st: undefined,
              matchers: [],
              during: undefined,
            });
          else if (source) setSide(comparison, name, source);
          else navigate(linkOfSide(name, openSource), 'push');
        }}
      />
    </>
  );
}

function SourceFields({ name, side, comparison }: SideProps & { side: SourceSide }): ReactElement {
  const { explored } = comparison;
  const { service, profileType, matchers, range } = side;
  const source = useSource();
  const askAgain = useAskAgain();
  const nowMs = useNow();
  const zone = zoneName(explored.zone);
  const recent = usePreference('recentRanges');
  const type = profileType === undefined ? undefined : parseProfileType(profileType);
  const own = explored.catalogue?.services.find((one) => one.name === service)?.types ?? [];
  const types = parsedTypes(type && !own.includes(type.id) ? [...own, type.id] : own);
  const unmatched = useUnmatched(joinService(service, []), matchers, range);
  const labels = useMemo(() => labelSourceOf(source, range, profileType), [source, range, profileType]);
  const services = explored.catalogue?.services.map((one): CostRow => ({ name: one.name, cost: undefined }));
  const change = (patch: Partial<SourceSide>): void => setSide(comparison, name, { ...side, ...patch });
  const show = (text: TimeRangeText): void => {
    refresh();
    change({ text });
  };
  return (
    <>
      <ServicePicker
        services={services}
        failed={explored.catalogueError?.message}
        onRetry={askAgain}
        service={service}
        costType={sampleTypeOf(undefined)}
        onService={(next) => change({ service: next })}
        onAllServices={() => navigate({ view: 'explore', grid: 'services' }, 'push')}
      />
      <TypePicker types={types} type={type} onType={({ id }) => change({ profileType: id })} />
      <LabelChips
        wraps
        matchers={matchers}
        unmatched={unmatched.data ?? []}
        fixed={joinService(service, [])}
        source={labels}
        costType={sampleTypeOf(profileType)}
        costTitle={type ? profileTypeTitle(type) : ''}
        onMatchers={(next) => change({ matchers: next })}
      />
      <span className={styles['range']}>
        <PopoverField
          label={`Range of ${name.toUpperCase()}`}
          edged
          value={
            range ? (
              <>
                {formatSpan(range, zone, nowMs)}{' '}
                <span className={styles['dim']}>{formatDuration(range.endMs - range.startMs)}</span>
              </>
            ) : (
              rangeTitle(side.text, zone) || 'no range'
            )
          }
        >
          {(close) => (
            <RangePanel
              text={side.text}
              range={range}
              zone={explored.zone}
              nowMs={nowMs}
              recent={recent}
              onRange={show}
              onTyped={(text) => {
                rememberRange(text);
                show(text);
              }}
              onClose={close}
            />
          )}
        </PopoverField>
      </span>
      {name === 'b' && <LeftOutBetween comparison={comparison} />}
      <Coverage name={name} comparison={comparison} />
    </>
  );
}

/** Explains the gap between the ranges before and after a marker. */
function LeftOutBetween({ comparison: { sides } }: { comparison: Comparison }): ReactElement | null {
  const { a, b } = sides;
  if (a.kind === 'file' || b.kind === 'file' || !isAroundMarker(a.range, b.range)) return null;
  return (
    <span className={styles['dim']} title={`Around an event: ${aroundMarkerNote}`}>
      {leftOutText}
    </span>
  );
}

/** `40 of 60 min have profiles`, where that makes another rate. */
function Coverage({ name, comparison: { shown } }: SideProps): ReactElement | null {
  const open = shown?.open[name];
  const range = open?.side.kind === 'source' ? open.side.range : undefined;
  if (!open || !range || open.covered === undefined || open.isSnapshot) return null;
  const rangeMs = range.endMs - range.startMs;
  const coveredMs = coveredMsOf(range, open.covered);
  const { sampleTypes, totals } = open.profile;
  const unit = { kind: 'per-second', sampleType: sampleTypes[open.sampleType] } as const;
  const total = Number(totals[open.sampleType]);
  if (!isCoverageShown(total, coveredMs, rangeMs, (rate) => formatAmount(rate, unit))) return null;
  return (
    <span className={styles['dim']} title="Rates count only the time that has profiles">
      {formatDuration(coveredMs)} of {formatDuration(rangeMs)} have profiles
    </span>
  );
}

function FileFields({ name, side, comparison }: SideProps & { side: FileSide }): ReactElement {
  const file = useFiles().find((one): one is OpenFile => one.kind === 'open' && one.name === side.file);
  const types = file?.profile.sampleTypes ?? [];
  const keys = types.map((_, i) => sampleTypeKey(types, i));
  return (
    <>
      <strong className={styles['file']} title={side.file}>
        <CutInside text={readable(side.file)} />
      </strong>
      {file && types.length > 1 && (
        <Choice
          label={`Sample type of ${name.toUpperCase()}`}
          edged
          value={side.st !== undefined && keys.includes(side.st) ? side.st : keys[file.profile.defaultSampleType]}
          options={keys.map((id, i) => ({ id, title: sampleTypeTitle(types[i].type), hint: types[i].unit }))}
          onChange={(st) => setSide(comparison, name, { ...side, st })}
        />
      )}
      {file && file.profile.labelKeys.length > 0 && (
        <SideLabels name={name} side={side} file={file} comparison={comparison} />
      )}
      {side.during && (
        <Button
          icon="close"
          title="Show the whole recording on this side"
          onClick={() => setSide(comparison, name, { ...side, during: undefined })}
        >
          {formatInterval(side.during)}
        </Button>
      )}
      {side.during && file?.profile.recordedMs !== undefined && (
        <span className={styles['dim']}>of {formatOffsetMs(file.profile.recordedMs)}</span>
      )}
      {!side.during && file?.profile.durationMs !== undefined && (
        <span className={styles['dim']}>{formatDuration(file.profile.durationMs)}</span>
      )}
    </>
  );
}

/** Which samples of the file are the side. */
function SideLabels({ name, side, file, comparison }: SideProps & { side: FileSide; file: OpenFile }): ReactElement {
  const analysis = useAnalysis();
  const { handle, labelKeys, sampleTypes, defaultSampleType } = file.profile;
  const asked = sampleTypes.findIndex((_, i) => sampleTypeKey(sampleTypes, i) === side.st);
  const sampleType = asked < 0 ? defaultSampleType : asked;
  const source = useMemo(() => fileLabelSource(analysis, { handle, sampleType }), [analysis, handle, sampleType]);
  return (
    <FileLabels
      keys={labelKeys}
      matchers={side.matchers}
      source={source}
      type={sampleTypes[sampleType]}
      of={name.toUpperCase()}
      onMatchers={(matchers) => setSide(comparison, name, { ...side, matchers })}
    />
  );
}
