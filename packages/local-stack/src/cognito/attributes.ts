/** Checks the attributes of a user against the schema of the pool. */
import { CognitoError, invalidParameter } from './errors.js';
import type { UserPoolSettings } from './settings.js';
import type { StoredUser } from './users.js';

export interface AttributeValue {
  Name: string;
  Value: string;
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const PHONE_NUMBER = /^\+[1-9]\d{1,14}$/;

export const isEmailAddress = (text: string) => EMAIL.test(text);

/**
 * @param by `client` may write what the app client allows; `admin` anything
 * @throws CognitoError with all attributes that do not fit
 */
export function readAttributes(
  list: readonly AttributeValue[],
  settings: UserPoolSettings,
  by: 'client' | 'admin',
): Record<string, string> {
  if (by === 'client' && list.some(({ Name }) => !settings.writeAttributes.includes(Name))) {
    const isKnown = list.every(({ Name }) => Object.hasOwn(settings.attributes, Name));
    if (isKnown) throw new CognitoError('NotAuthorizedException', 'A client attempted to write unauthorized attribute');
  }
  const problems = list.flatMap(({ Name, Value }) => {
    const problem = problemOf(Name, Value, settings);
    return problem === undefined ? [] : [`${Name}: ${problem}`];
  });
  if (problems.length > 0) {
    throw invalidParameter(`Attributes did not conform to the schema: ${problems.join('\n')}\n`);
  }
  const attributes = Object.fromEntries(list.map(({ Name, Value }) => [Name, Value]));
  if (attributes.email && !isEmailAddress(attributes.email)) throw invalidParameter('Invalid email address format.');
  if (attributes.phone_number && !PHONE_NUMBER.test(attributes.phone_number)) {
    throw invalidParameter('Invalid phone number format.');
  }
  return attributes;
}

/** @throws CognitoError with all that a new user lacks */
export function requireAttributes(attributes: Readonly<Record<string, string>>, settings: UserPoolSettings): void {
  const missing = Object.entries(settings.attributes).flatMap(([name, { required }]) =>
    required && !attributes[name] ? [`${name}: The attribute is required`] : [],
  );
  if (missing.length > 0) throw invalidParameter(`Attributes did not conform to the schema: ${missing.join('\n')}\n`);
}

/** @throws CognitoError for one that keeps its first value */
export function requireMutable(names: readonly string[], settings: UserPoolSettings): void {
  for (const name of names) {
    if (settings.attributes[name]?.mutable === false)
      throw invalidParameter(`user.${name}: Attribute cannot be updated.\n`);
  }
}

/** As the API lists them, `sub` first. */
export function listAttributes({ sub, attributes }: StoredUser): AttributeValue[] {
  return [{ Name: 'sub', Value: sub }, ...Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }))];
}

function problemOf(name: string, value: string, { attributes }: UserPoolSettings): string | undefined {
  const settings = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (settings === undefined) return 'Attribute does not exist in the schema.';
  const { dataType, min, max } = settings;
  if (dataType === 'Boolean' && !/^(true|false)$/.test(value)) return 'Attribute must be true or false.';
  if (dataType === 'Number' && !/^-?\d+(\.\d+)?$/.test(value)) return 'Attribute must be a number.';
  if (dataType === 'DateTime' && Number.isNaN(Date.parse(value))) return 'Attribute must be a date and time.';
  const size = dataType === 'Number' ? Number(value) : dataType === 'String' ? value.length : undefined;
  if (size === undefined) return undefined;
  if (min !== undefined && size < min) return `Attribute is below the minimum of ${min}.`;
  if (max !== undefined && size > max) return `Attribute is above the maximum of ${max}.`;
  return undefined;
}
