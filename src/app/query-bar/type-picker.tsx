/** Which profile type of the service, in groups and in the field's words. */
import { type ReactElement, useMemo } from 'react';
import {
  inListOrder,
  type ProfileType,
  profileTypeGroup,
  profileTypeTitle,
  shortProfileTypeId,
} from '#model/profile-type.ts';
import { readable } from '#render/text.ts';
import { PopoverField } from '../components/popover.tsx';
import { ListNotice, SearchList } from '../components/search-list.tsx';
import { withWords } from '../source/suggestions.ts';
import styles from './query-bar.module.css';

export interface TypePickerProps {
  /** In any order. */
  readonly types: readonly ProfileType[];
  readonly type: ProfileType | undefined;
  onType(type: ProfileType): void;
}

export function TypePicker(props: TypePickerProps): ReactElement {
  const { type } = props;
  return (
    <PopoverField
      label="Profile type"
      edged
      value={type ? <bdi>{readable(profileTypeTitle(type))}</bdi> : 'Profile type'}
    >
      {(close) => <Types {...props} onClose={close} />}
    </PopoverField>
  );
}

function Types({ types, type, onType, onClose }: TypePickerProps & { onClose(): void }): ReactElement {
  const all = useMemo(
    () => inListOrder(types).map((one) => ({ type: one, name: `${profileTypeTitle(one)} ${one.id}` })),
    [types],
  );
  return (
    <div className={styles['types']}>
      <SearchList
        find="Find a profile type"
        label="Profile types"
        rowsFor={(text) => withWords(all, text)}
        isChosen={(row) => row.type.id === type?.id}
        headingOf={(row) => profileTypeGroup(row.type)}
        onPick={(row) => {
          onClose();
          onType(row.type);
        }}
        renderNotice={(hasRows) =>
          !hasRows && (
            <ListNotice>
              {all.length === 0 ? 'This service has no profiles in this range.' : 'No matching profile types.'}
            </ListNotice>
          )
        }
      >
        {({ type: one }) => (
          <>
            <bdi>{readable(profileTypeTitle(one))}</bdi>
            <span className={styles['id']}>
              <bdi>{readable(shortProfileTypeId(one, types))}</bdi>
            </span>
          </>
        )}
      </SearchList>
    </div>
  );
}
