/** Exports the view as a file. */
import { useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { reasonOf } from '#analysis/refusal.ts';
import { MenuButton } from '../components/menu.tsx';
import { diffExports, type ExportKind, treeExports } from './export-kinds.ts';
import { isExportedPage } from '../state/exported-page.ts';
import { useAnalysis } from '../queries/analysis-queries.ts';
import { notify, refuse } from '../state/ui-store.ts';
import { comparisonOf, treeOf, useCurrentView, type View } from '../screen/current-view.ts';

export function ExportMenu(): ReactElement | null {
  const analysis = useAnalysis();
  const queries = useQueryClient();
  const view = useCurrentView();
  const comparison = comparisonOf(view);
  if (!comparison && !treeOf(view)) return null;
  const run = async (kind: ExportKind, what: View): Promise<void> => {
    try {
      const { saveExport } = await import('./exports.ts');
      const { name, notes } = await saveExport(analysis, queries, what, kind);
      notify([`Saved as ${name}.`, ...notes].join(' '));
    } catch (error) {
      refuse({ file: `Export as ${kind}`, verb: 'failed', reason: reasonOf(error) });
    }
  };
  const [title, kinds] = comparison
    ? (['The shown comparison, with its transforms', diffExports] as const)
    : (['The shown tree, with its transforms', treeExports] as const);
  const offered = kinds.filter(({ id }) => id !== 'html' || !isExportedPage());
  return (
    <MenuButton
      label="Export what is shown"
      icon="download"
      text="Export"
      groups={[{ title, entries: offered.map(({ id, title: name, hint }) => ({ id, title: name, hint })) }]}
      onPick={(id) => void run(id as ExportKind, view)}
    />
  );
}
