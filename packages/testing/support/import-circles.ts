/** Finds files that import themselves by way of others, types included: two that need each other are one thing, or three. */
import { importsOf, type SourceFile } from './import-rules.js';

/** One line for each circle, from a file to itself. */
export function importCircles(sources: readonly SourceFile[]): string[] {
  const imports = new Map(sources.map((source) => [source.path, importsOf(source).map(indexOf)]));
  const circles = new Map<string, string>();
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const from = way.indexOf(path);
    if (from >= 0) {
      const circle = way.slice(from);
      circles.set(circle.toSorted().join(), [...circle, path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const imported of imports.get(path) ?? []) visit(imported, [...way, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return [...circles.values()];
}

/** A package's name alone is its index. */
function indexOf(imported: string): string {
  return imported.replace(/^@vpc-postgres\/([^/]+)$/, 'packages/$1/src/index.ts');
}
