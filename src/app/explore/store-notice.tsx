/** What the store did otherwise than asked: samples of this service without their labels, profiles kept for the clock. */
import { type ReactElement, useState } from 'react';
import { IconButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { useServerStatus } from '../source-queries.ts';
import { overBudget } from './budget-words.ts';
import styles from './explore.module.css';

export function StoreNotice({ service }: { service: string | undefined }): ReactElement | null {
  const { data } = useServerStatus();
  const [dismissed, setDismissed] = useState('');
  const budget = data?.store?.services.find((one) => one.service === service);
  const text = [data?.store?.clock, budget && overBudget(budget)].filter((one) => one !== undefined).join(' ');
  // Counts grow while one looks: what was dismissed is what it is about.
  const about = `${service ?? ''} ${text.replaceAll(/\d/g, '')}`;
  if (text === '' || dismissed === about) return null;
  return (
    <div className={styles['server']} role="status">
      <Icon name="warn" />
      <span>{text}</span>
      <IconButton label="Dismiss" icon="close" onClick={() => setDismissed(about)} />
    </div>
  );
}
