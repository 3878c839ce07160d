/** Reads the root fields that a request asks for. */
import { type DocumentNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import type { ParsedRequest } from './request.js';

/** For the log: "listOrders, orderTotals"; empty when there is no such operation. */
export function rootFields({ document, operationName }: Pick<ParsedRequest, 'document' | 'operationName'>): string {
  const operation = document.definitions.find(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      (operationName === undefined || definition.name?.value === operationName),
  );
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return '';
  return operation.selectionSet.selections
    .map((selection) => (selection.kind === Kind.FIELD ? selection.name.value : '…'))
    .join(', ');
}

/** Under which name each root field stands in the response: its alias, or its own. Those of fragments too. */
export function fieldNamesByResponseKey(
  document: DocumentNode,
  { selectionSet }: OperationDefinitionNode,
): Map<string, string> {
  const names = new Map<string, string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD)
        names.set(selection.alias?.value ?? selection.name.value, selection.name.value);
      if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      if (selection.kind !== Kind.FRAGMENT_SPREAD) continue;
      const { name } = selection;
      for (const definition of document.definitions) {
        const isNamed = definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name.value;
        if (isNamed) collect(definition.selectionSet);
      }
    }
  };
  collect(selectionSet);
  return names;
}
