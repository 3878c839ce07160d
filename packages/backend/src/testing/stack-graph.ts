/**
 * Finds circular dependencies between the resources of a template. A nested stack is a resource of its parent, and its
 * parameters are references to other nested stacks' outputs, so this finds cycles between nested stacks as well: those
 * that synth does not report and CloudFormation refuses.
 */
export interface TemplateJson {
  readonly Resources?: Readonly<Record<string, unknown>>;
}

/** The ids of the resources on one cycle, in order; nothing when there is none. */
export function findCycle(template: TemplateJson): string[] | undefined {
  const resources = template.Resources ?? {};
  const dependencies = new Map(
    Object.entries(resources).map(([id, resource]) => [
      id,
      [...referencesIn(resource)].filter((to) => to in resources),
    ]),
  );
  const finished = new Set<string>();

  const visit = (id: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id];
    if (finished.has(id)) return undefined;
    for (const next of dependencies.get(id) ?? []) {
      const cycle = visit(next, [...path, id]);
      if (cycle) return cycle;
    }
    finished.add(id);
    return undefined;
  };

  for (const id of dependencies.keys()) {
    const cycle = visit(id, []);
    if (cycle) return cycle;
  }
  return undefined;
}

/** Logical ids named by Ref, Fn::GetAtt, Fn::Sub and DependsOn anywhere inside a value. */
function* referencesIn(value: unknown): Generator<string> {
  if (Array.isArray(value)) {
    for (const item of value) yield* referencesIn(item);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'Ref' || key === 'DependsOn') yield* strings(inner);
      else if (key === 'Fn::GetAtt') yield* strings(inner).map((target) => target.split('.')[0] ?? target);
      else if (key === 'Fn::Sub') yield* substitutions(inner);
      else yield* referencesIn(inner);
    }
  }
}

const strings = (value: unknown): string[] => [value].flat().filter((item) => typeof item === 'string');

const substitutions = (value: unknown): string[] =>
  strings(value).flatMap((text) => [...text.matchAll(/\$\{([A-Za-z0-9]+)/g)].map((match) => match[1] ?? ''));
