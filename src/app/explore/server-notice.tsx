/** Reports that the server cannot write, and uploads that it refused or stored with changes. */
import type { ReactElement } from 'react';
import type { UploadReport } from '#datasource/server-status.ts';
import { formatCount } from '#model/units.ts';
import { IconButton } from '../components/button.tsx';
import { Note } from '../components/message.tsx';
import { useServerStatus } from '../queries/source-queries.ts';
import { useNow } from '../time/refresh-clock.ts';
import { uiStore, useUi } from '../state/ui-store.ts';
import { reportsAbout } from './reports-about.ts';

/** Older reports are left out. */
const MAX_AGE_MS = 3_600_000;
const MAX_LENGTH = 300;

/** @param service that is shown; reports about other services are left out */
export function ServerNotice({ service }: { service: string | undefined }): ReactElement | null {
  const { data } = useServerStatus();
  const nowMs = useNow();
  const dismissedMs = useUi((ui) => ui.reportsDismissedMs);
  const afterMs = Math.max(dismissedMs, nowMs - MAX_AGE_MS);
  const recent = (reports: readonly UploadReport[] = []): readonly UploadReport[] =>
    reportsAbout(reports, service).filter(({ lastMs }) => lastMs > afterMs);
  const refusals = recent(data?.refusals);
  const alterations = recent(data?.alterations);
  const problem = data?.problem;
  const sentences = [
    ...(problem === undefined ? [] : [problem.slice(0, MAX_LENGTH)]),
    ...summaryOf(refusals, 'refused'),
    ...summaryOf(alterations, 'stored with changes'),
  ];
  if (sentences.length === 0) return null;
  const latestMs = Math.max(0, ...[...refusals, ...alterations].map(({ lastMs }) => lastMs));
  const dismiss = (): void => uiStore.setState({ reportsDismissedMs: latestMs });
  return (
    <Note kind="warn" actions={latestMs > 0 && <IconButton label="Dismiss" icon="close" onClick={dismiss} />}>
      {sentences.join(' ')}
    </Note>
  );
}

/** @returns nothing where there is no report */
function summaryOf(reports: readonly UploadReport[], what: string): string[] {
  if (reports.length === 0) return [];
  const count = reports.reduce((sum, report) => sum + report.count, 0);
  const { last } = reports.reduce((a, b) => (b.lastMs > a.lastMs ? b : a));
  const uploads = `${formatCount(count)} ${count === 1 ? 'upload was' : 'uploads were'}`;
  return [`${uploads} ${what} since the server started; the last: ${last.slice(0, MAX_LENGTH)}`];
}
