/** Finds and changes what is in the templates of the example. */
import type { Template } from '../../src/testing/templates.js';

// biome-ignore lint/suspicious/noExplicitAny: the parts of any template, to be changed.
export type Editable = any;

export interface EditableTemplates {
  /** The first resource of the type whose logical id begins so. */
  find(type: string, logicalId?: string): Editable;
  /** Adds a resource to the stack of the function. */
  add(logicalId: string, type: string, properties: object): void;
  /** Gives orders-api a statement. */
  allow(action: string, resource: unknown): void;
  /** The root template. */
  readonly root: Editable;
}

export function editable(files: Record<string, Template>): EditableTemplates {
  const templates: Editable[] = Object.values(files);
  const find = (type: string, logicalId = '') => {
    const found = templates
      .flatMap(({ Resources = {} }) => Object.entries<Editable>(Resources))
      .find(([id, { Type }]) => Type === type && id.startsWith(logicalId));
    if (found === undefined) throw new Error(`The example has no ${type} ${logicalId}.`);
    return found[1].Properties;
  };
  return {
    find,
    add(logicalId, Type, Properties) {
      const stack = templates.find(({ Resources = {} }) =>
        Object.keys(Resources).some((id) => id.startsWith('ordersapilambda')),
      );
      stack.Resources[logicalId] = { Type, Properties };
    },
    allow(Action, Resource) {
      find('AWS::IAM::Policy', 'ordersapilambdaServiceRoleDefault').PolicyDocument.Statement.push({
        Effect: 'Allow',
        Action,
        Resource,
      });
    },
    root: templates.find(({ Resources = {} }) =>
      Object.keys(Resources).some((id) => id.startsWith('networkAndDatabase')),
    ),
  };
}
