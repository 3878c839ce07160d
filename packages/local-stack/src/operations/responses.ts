/** Judges a response: an answer, a refusal with a type that a client can switch on, or a fault. */
import type { OperationCaller } from './callers.js';

export interface OperationResponse {
  readonly status: number;
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly errorType?: string;
    readonly message: string;
    /** Null for an error of the request itself, before anything is executed. */
    readonly path?: readonly (string | number)[] | null;
  }[];
}

/** Types that say that the server failed. What a domain throws on purpose has a type of its own. */
const FAULT = /^(Lambda:.*|ExecutionTimeout|Internal\w*|Database(Unavailable|Timeout)|MappingTemplate)$/;

/** Text that describes the inside of the server. */
const INTERNAL_TEXT =
  /\n\s+at |node_modules|\.[cm]?[jt]s:\d+|ECONN|\bsyntax error\b|\b(relation|column) ".*" does not exist/;

export interface Fault {
  readonly got: string;
  readonly fix: string;
}

/** @returns every fault of the response; none for an answer, and for a refusal with a type. */
export function faultsOf({ status, errors = [] }: OperationResponse, { isKnown }: OperationCaller): Fault[] {
  if (!isKnown) return status === 401 ? [] : [{ got: `HTTP ${status}`, fix: 'AppSync answers nobody without a token' }];
  if (status !== 200)
    return [{ got: `HTTP ${status}: ${describe(errors)}`, fix: 'read the lines of npm start for it' }];
  return errors.flatMap(({ errorType, message, path }) => {
    const got = describe([{ message, ...(errorType !== undefined && { errorType }) }]);
    if (errorType === undefined && !path) {
      return { got, fix: 'correct the request, or remove it: it does not fit amplify/data/schema.ts' };
    }
    if (errorType === undefined) {
      return { got, fix: 'return what the field’s type in amplify/data/schema.ts says' };
    }
    if (FAULT.test(errorType)) {
      return {
        got,
        fix: 'throw a ClientError for what a caller did, for example an InvalidInputError; correct the handler for what it did',
      };
    }
    return INTERNAL_TEXT.test(message)
      ? { got, fix: 'give the caller a message without the inside of the server' }
      : [];
  });
}

export const isUnauthorized = ({ errors = [] }: OperationResponse): boolean =>
  errors.some(({ errorType }) => errorType === 'Unauthorized');

export const describe = (errors: readonly { readonly errorType?: string; readonly message: string }[]): string =>
  errors.map(({ errorType = 'an error without errorType', message }) => `${errorType}: ${message}`).join('; ');
