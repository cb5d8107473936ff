/** One function between its callers (above) and its callees (below), each merged over all places where it occurs. */
import type { ReactElement } from 'react';
import type { CallTree } from '#model/call-tree.ts';
import { ownCostInHalf } from '#model/own-cost.ts';
import { isInverted } from '#model/transforms/invert.ts';
import { formatShare } from '#model/units.ts';
import { useSandwich } from '../../queries/analysis-queries.ts';
import { ProfileGraph } from '../flamegraph/profile-graph.tsx';
import { ZoomCrumb } from '../flamegraph/zoom-crumb.tsx';
import { valueText } from '../../screen/shown.ts';
import type { ViewProps } from '../view.ts';
import { type HalfOf, Halves } from './halves.tsx';
import { useSandwiched } from './use-sandwiched.ts';
import { useUrl } from '../../url/url-store.ts';
import { useLook } from './use-look.ts';
import styles from './sandwich.module.css';

export function View({ shown, colours, hit, selected, onKey }: ViewProps): ReactElement {
  const { names } = shown.opened.profile.functions;
  const func = useSandwiched(names, selected > 0 ? shown.tree.func[selected] : -1);
  const asked = useUrl((state) => state.sw);
  const { data, error } = useSandwich(shown.request, func);
  const name = names[func] ?? '';
  const whole = shown.tree.total[0];
  if (error) return <p className={styles['message']}>{error.message}</p>;
  if (func < 0)
    return (
      <p className={styles['message']}>
        {asked === '' ? (
          'Choose a function in the list to see its callers and callees.'
        ) : (
          <>
            <bdi>{asked.slice(0, 300)}</bdi> is not in this {shown.opened.asked ? 'range' : 'file'}.
          </>
        )}
      </p>
    );
  if (!data) return <div className={styles['sandwich']} aria-busy="true" />;
  return (
    <div className={styles['sandwich']}>
      <p className={styles['facts']}>
        <strong>
          <bdi>{name.slice(0, 300) || '(empty name)'}</bdi>
        </strong>
        <span>
          total {valueText(shown, data.total)} <span className={styles['dim']}>{formatShare(data.total, whole)}</span>
        </span>
        <span>
          self {valueText(shown, data.self)} <span className={styles['dim']}>{formatShare(data.self, whole)}</span>
        </span>
      </p>
      <Halves
        func={func}
        name={name}
        callers={{ tree: data.callers }}
        callees={{ tree: data.callees }}
        render={(half) => <Half {...{ shown, colours, hit, half, onKey }} self={data.self} />}
      />
    </div>
  );
}

interface HalfProps extends Pick<ViewProps, 'shown' | 'colours' | 'hit' | 'onKey'> {
  readonly half: HalfOf<{ readonly tree: CallTree }>;
  /** The self cost of the function in the middle. */
  readonly self: number;
}

function Half({ shown, colours, hit, half, self, onKey }: HalfProps): ReactElement {
  const { of, which, name, title, direction } = half;
  const { look, menu } = useLook(of.tree, shown.opened.profile.functions.names, onKey);
  return (
    <>
      <ZoomCrumb
        tree={of.tree}
        names={shown.opened.profile.functions.names}
        root={name}
        zoom={look.zoom.node}
        onZoom={(node) => look.onZoom(node)}
      />
      <ProfileGraph
        {...look}
        shown={shown}
        tree={of.tree}
        rootTitle={name}
        title={title}
        direction={direction}
        whole={shown.tree.total[0]}
        colours={colours}
        definitionColours={undefined}
        kinds={undefined}
        hit={hit}
        ownCostAt={ownCostInHalf(which, isInverted(shown.request.transforms))}
        rootSelf={self}
        hitNodes={undefined}
        byFunction={shown.answer.byFunction}
      />
      {menu}
    </>
  );
}
