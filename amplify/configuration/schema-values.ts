/** The forms of single values, shared by the schemas of an environment's parts. */
import { z } from 'zod/v4';
import { REPLACE_ME } from './environment.js';

export function text(pattern: RegExp) {
  return z.string().refine((value) => value !== REPLACE_ME && pattern.test(value));
}

/** EC2 ids are 8 digits long in old resources and 17 in new ones. */
export function resourceId(prefix: 'vpc' | 'subnet' | 'sg') {
  return text(new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`));
}

export function wholeNumber(minimum: number, maximum: number) {
  return z.number().int().min(minimum).max(maximum);
}

/** Without two that are the same. */
export function distinct<Item extends z.ZodType>(items: z.ZodArray<Item>) {
  return items.refine((list) => new Set(list.map((item) => JSON.stringify(item))).size === list.length);
}

/**
 * An object of which exactly one field is set. One object and not a union of several, because a union would hide which
 * value is wrong.
 */
export function oneOf<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape).superRefine((choices, context) => {
    // A field that is wrong in itself is absent here, and has been reported.
    const chosen = Object.values(choices).filter((choice) => choice !== undefined).length;
    if (context.issues.length === 0 && chosen !== 1) context.addIssue({ code: 'custom' });
  });
}

export const existingSecurityGroup = z.strictObject({ id: resourceId('sg'), rules: z.enum(['add', 'print']) });
