/** Describes a change of a single field, and the ways to write one. */
import type { DatabaseSettings } from '../../../src/configuration/database-settings.js';
import type { Environment } from '../../../src/configuration/environment.js';
import type { NetworkSettings } from '../../../src/configuration/network-settings.js';

export interface Change {
  /** The path of the field. */
  readonly field: string;
  /** From what to what, in words. */
  readonly change: string;
  /** What the environment has besides, so that it can change. @default - the shape alone */
  readonly before?: (environment: Environment) => Environment | undefined;
  /** @returns undefined where the shape does not have the field, or has that value already. */
  readonly apply: (environment: Environment) => Environment | undefined;
}

/** A change of one field, where `edit` says that the part has it. */
export function change<Part extends 'network' | 'database'>(
  part: Part,
  field: string,
  words: string,
  edit: (value: Environment[Part], environment: Environment) => object | undefined,
  before?: Change['before'],
): Change {
  return { field, change: words, apply: editing(part, edit), ...(before && { before }) };
}

/** @returns the environment with the edited part; undefined where `edit` returns nothing. */
export function editing<Part extends 'network' | 'database'>(
  part: Part,
  edit: (value: Environment[Part], environment: Environment) => object | undefined,
): Change['apply'] {
  return (environment) => {
    const edited = edit(environment[part], environment);
    if (edited === undefined) return undefined;
    return { ...environment, [part]: { ...environment[part], ...edited } } as Environment;
  };
}

export const existing = (network: NetworkSettings) => (network.kind === 'existing' ? network : undefined);
export const created = (network: NetworkSettings) => (network.kind === 'new' ? network : undefined);

export const onServer =
  (kinds: readonly string[], edit: object) =>
  ({ server }: DatabaseSettings) =>
    server !== undefined && kinds.includes(server.kind) ? { server: { ...server, ...edit } } : undefined;

export const onProxy =
  (kind: string, edit: object) =>
  ({ proxy }: DatabaseSettings) =>
    proxy.kind === kind ? { proxy: { ...proxy, ...edit } } : undefined;

/** A security group that exists. @param digit What its id is made of. */
export const group = (digit: string, rules: 'add' | 'print' = 'add') => ({ id: `sg-0${digit.repeat(16)}`, rules });
