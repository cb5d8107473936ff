/** Which profile type of the service, in groups and in the field's words. */
import { type ReactElement, useMemo, useState } from 'react';
import {
  inListOrder,
  type ProfileType,
  profileTypeGroup,
  profileTypeTitle,
  shortProfileTypeId,
} from '#model/profile-type.ts';
import { readable } from '#render/text.ts';
import { PickField, PickOptions, usePickList } from '../components/pick-list.tsx';
import { PopoverField } from '../components/popover.tsx';
import { Notice } from './notice.tsx';
import { withWords } from './suggestions.ts';
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
    <PopoverField label="Profile type" edged value={type ? <bdi>{readable(profileTypeTitle(type))}</bdi> : 'none'}>
      {(close) => <Types {...props} onClose={close} />}
    </PopoverField>
  );
}

function Types({ types, type, onType, onClose }: TypePickerProps & { onClose(): void }): ReactElement {
  const [text, setText] = useState('');
  const all = useMemo(
    () => inListOrder(types).map((one) => ({ type: one, name: `${profileTypeTitle(one)} ${one.id}` })),
    [types],
  );
  const rows = useMemo(() => withWords(all, text), [all, text]);
  const list = usePickList(all.findIndex((one) => one.type.id === type?.id));
  const pick = (row: number): void => {
    onClose();
    onType(rows[row].type);
  };
  const groupAt = (row: number): string | undefined => rows[row] && profileTypeGroup(rows[row].type);
  return (
    <div className={styles['types']}>
      <div className={styles['head']}>
        <PickField
          takesFocus
          list={list}
          count={rows.length}
          label="Find a profile type"
          placeholder="Find a profile type"
          text={text}
          onText={(next) => {
            setText(next);
            list.setActive(0);
          }}
          onPick={pick}
        />
      </div>
      <div className={styles['list']}>
        {rows.length === 0 && (
          <Notice>
            {all.length === 0 ? 'This service has no profiles in this range.' : 'No type has these letters.'}
          </Notice>
        )}
        <PickOptions
          list={list}
          label="Profile types"
          count={rows.length}
          isChosen={(row) => rows[row].type.id === type?.id}
          headingOf={(row) => (groupAt(row) === groupAt(row - 1) ? undefined : groupAt(row))}
          onPick={pick}
        >
          {(row) => (
            <>
              <bdi>{readable(profileTypeTitle(rows[row].type))}</bdi>
              <span className={styles['id']}>
                <bdi>{readable(shortProfileTypeId(rows[row].type, types))}</bdi>
              </span>
            </>
          )}
        </PickOptions>
      </div>
    </div>
  );
}
