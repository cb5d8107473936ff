/**
 * Notices about changes made by the store: samples of this service stored without their labels, profiles kept because
 * of the clock.
 */
import { type ReactElement, useState } from 'react';
import { IconButton } from '../components/button.tsx';
import { Note } from '../components/message.tsx';
import { useServerStatus } from '../queries/source-queries.ts';
import { overBudget } from './budget-text.ts';

export function StoreNotice({ service }: { service: string | undefined }): ReactElement | null {
  const { data } = useServerStatus();
  const [dismissed, setDismissed] = useState('');
  const budget = data?.store?.services.find((one) => one.service === service);
  const text = [data?.store?.clock, budget && overBudget(budget)].filter((one) => one !== undefined).join(' ');
  // The key of a dismissed notice ignores its counts, which keep growing.
  const about = `${service ?? ''} ${text.replaceAll(/\d/g, '')}`;
  if (text === '' || dismissed === about) return null;
  return (
    <Note kind="warn" actions={<IconButton label="Dismiss" icon="close" onClick={() => setDismissed(about)} />}>
      {text}
    </Note>
  );
}
