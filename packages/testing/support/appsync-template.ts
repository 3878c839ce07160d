/** Evaluates an AppSync response mapping template (VTL) with the parts of $ctx and $util that ours uses. */
import velocity from 'velocityjs';

export interface TemplateContext {
  readonly result?: unknown;
  readonly error?: { readonly type: string; readonly message: string };
}

export type TemplateOutcome =
  | { readonly data: unknown }
  | { readonly error: { message: string; type: string; data: unknown; info: unknown } };

/** $util.error ends the evaluation, as it does in AppSync. */
class RaisedError extends Error {
  constructor(readonly raised: { message: string; type: string; data: unknown; info: unknown }) {
    super(raised.message);
  }
}

const util = {
  isNull: (value: unknown) => value === null || value === undefined,
  isMap: (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value),
  toJson: (value: unknown) => JSON.stringify(value ?? null),
  error: (message: string, type: string, data: unknown, info: unknown) => {
    throw new RaisedError({ message, type, data: data ?? null, info: info ?? null });
  },
};

export function render(template: string, ctx: TemplateContext): TemplateOutcome {
  try {
    return { data: JSON.parse(velocity.render(template, { ctx, util })) };
  } catch (error) {
    if (error instanceof RaisedError) return { error: error.raised };
    throw error;
  }
}
