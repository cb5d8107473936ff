/** The functions of a profile: a view of its own, or the list beside another view. */
import type { ReactElement } from 'react';
import { pathOf } from '#model/call-path.ts';
import { showSandwich } from '../../state/commands.ts';
import { navigate, useUrl } from '../../url/url-store.ts';
import { largestNode, largestNodeOf } from '../largest-node.ts';
import { useSandwiched } from '../sandwich/use-sandwiched.ts';
import type { ViewProps } from '../view.ts';
import { FunctionsTable } from './functions-table.tsx';

/** @param isList narrow, beside another view */
export function FunctionsView(props: ViewProps & { readonly isList?: boolean }): ReactElement {
  const { shown, selected, isList = false } = props;
  const { tree } = shown;
  const { names } = shown.opened.profile.functions;
  const sort = useUrl((state) => state.sort);
  const isSandwich = useUrl((state) => state.pane === 'sandwich');
  const selectLargest = (func: number): void => {
    const largest = largestNode(tree, func);
    if (largest > 0) navigate({ sel: pathOf(tree, names, largest) }, 'replace');
  };
  const selectDefinition = (definition: number): void => {
    const { definitions } = shown.answer;
    if (!definitions) return;
    const node = largestNodeOf(tree, definitions, definition);
    navigate({ sel: pathOf(tree, names, node), sf: definitions.files[definition] }, 'replace');
  };
  const selectedFunction = selected > 0 ? tree.func[selected] : -1;
  const sandwiched = useSandwiched(names, selectedFunction);
  const own = isSandwich ? sandwiched : selectedFunction;
  return (
    <FunctionsTable
      {...props}
      answer={shown.answer}
      whole={tree.total[0]}
      sort={sort}
      selected={own}
      wide={!isList}
      onSort={(next) => navigate({ sort: next }, 'replace')}
      onSelect={isSandwich ? (func) => showSandwich(names[func]) : selectLargest}
      onSelectDefinition={selectDefinition}
      onSandwich={(func) => showSandwich(names[func])}
    />
  );
}
