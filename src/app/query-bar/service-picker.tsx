/** The picker of a service: a field, and a list to search with the cost of each service, the busiest first. */
import { type ReactElement, type ReactNode, useMemo } from 'react';
import type { SampleType } from '#model/profile.ts';
import { formatCount, formatShare } from '#model/units.ts';
import { readable } from '#render/text.ts';
import { Button } from '../components/button.tsx';
import { PopoverField } from '../components/popover.tsx';
import { ListNotice, SearchList } from '../components/search-list.tsx';
import { CostText } from './cost-text.tsx';
import { busiestFirst, type CostRow, withWords } from '../source/suggestions.ts';
import styles from './query-bar.module.css';

export interface ServicePickerProps {
  /** In any order; undefined while they are loading. */
  readonly services: readonly CostRow[] | undefined;
  /** Why the services could not be loaded. */
  readonly failed?: string | undefined;
  onRetry?(): void;
  /** Undefined if the query names no service, or more than one. */
  readonly service: string | undefined;
  /** What `cost` counts. */
  readonly costType: SampleType;
  /** A small series, 64 by 16 px. */
  renderSpark?(service: string): ReactNode;
  onService(name: string): void;
  onAllServices(): void;
}

export function ServicePicker(props: ServicePickerProps): ReactElement {
  const { service } = props;
  return (
    <PopoverField
      label="Service"
      edged
      value={service === undefined ? 'All services' : <bdi>{readable(service) || '(no name)'}</bdi>}
    >
      {(close) => <Services {...props} onClose={close} />}
    </PopoverField>
  );
}

function Services(props: ServicePickerProps & { onClose(): void }): ReactElement {
  const { services, failed, onRetry, service, costType, renderSpark, onService, onAllServices, onClose } = props;
  const all = useMemo(() => busiestFirst(services ?? []), [services]);
  const whole = useMemo(() => all.reduce((sum, { cost }) => sum + (cost ?? 0), 0), [all]);
  return (
    <div className={styles['services']}>
      <SearchList
        find="Find a service"
        label="Services, the busiest first"
        rowsFor={(text) => withWords(all, text)}
        isChosen={({ name }) => name === service}
        onPick={({ name }) => {
          onClose();
          onService(name);
        }}
        renderNotice={(hasRows) =>
          services === undefined && failed !== undefined ? (
            <ListNotice {...(onRetry && { onRetry })}>Could not load the services: {readable(failed)}</ListNotice>
          ) : services === undefined ? (
            <ListNotice>Loading the services</ListNotice>
          ) : (
            !hasRows && (
              <ListNotice>
                {all.length === 0 ? 'No service has profiles in this range.' : 'No matching services.'}
              </ListNotice>
            )
          )
        }
      >
        {({ name, cost }) => (
          <>
            <bdi title={readable(name)}>{readable(name) || '(no name)'}</bdi>
            {renderSpark && <span className={styles['spark']}>{renderSpark(name)}</span>}
            <span className={styles['cost']}>
              <CostText cost={cost} type={costType} />
            </span>
            <span className={styles['share']}>{cost === undefined ? '' : formatShare(cost, whole)}</span>
          </>
        )}
      </SearchList>
      <div className={styles['foot']}>
        <span>
          {formatCount(all.length)} {all.length === 1 ? 'service' : 'services'}
        </span>
        <Button
          onClick={() => {
            onClose();
            onAllServices();
          }}
        >
          All services
        </Button>
      </div>
    </div>
  );
}
