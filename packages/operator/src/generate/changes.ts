/** Collects what a command is about to do to the files of an app, so that it can be shown, checked, and done at once. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface FileEdit {
  readonly path: string;
  /** Undefined for a new file. */
  readonly before: string | undefined;
  readonly after: string;
}

export class Changes {
  readonly #written = new Map<string, { text: string; isNew: boolean }>();
  readonly #removed = new Set<string>();
  readonly #renamed = new Map<string, string>();

  /** @param project the folder of the app; every other path is relative to it, with forward slashes */
  constructor(readonly project: string) {}

  /** As it will be. Undefined for what is not there, or is removed. */
  read(path: string): string | undefined {
    const written = this.#written.get(path);
    if (written !== undefined) return written.text;
    const file = join(this.project, path);
    return this.isRemoved(path) || !existsSync(file) ? undefined : readFileSync(file, 'utf8');
  }

  /** Does nothing when the text is what the file has. */
  write(path: string, text: string): void {
    const before = this.read(path);
    const isNew = this.#written.get(path)?.isNew ?? before === undefined;
    if (before !== text) this.#written.set(path, { text, isNew });
  }

  /** @param path a file or a folder; passed over when it is not there */
  remove(path: string): void {
    if (existsSync(join(this.project, path))) this.#removed.add(path);
  }

  rename(path: string, to: string): void {
    if (path !== to) this.#renamed.set(path, to);
  }

  isRemoved(path: string): boolean {
    return [...this.#removed].some((removed) => path === removed || path.startsWith(`${removed}/`));
  }

  /** Files that did not exist. */
  get newFiles(): string[] {
    return [...this.#written].filter(([, { isNew }]) => isNew).map(([path]) => path);
  }

  /** Files that are written, as they are and as they will be. */
  get edits(): FileEdit[] {
    return [...this.#written].map(([path, { text, isNew }]) => ({
      path,
      before: isNew ? undefined : readFileSync(join(this.project, path), 'utf8'),
      after: text,
    }));
  }

  /** A line for each change. */
  describe(): string[] {
    return [
      ...[...this.#removed].map((path) => `  delete  ${path}`),
      ...[...this.#renamed].map(([path, to]) => `  rename  ${path} to ${to}`),
      ...[...this.#written].map(([path, { isNew }]) => `  ${isNew ? 'write ' : 'edit  '}  ${path}`),
    ];
  }

  apply(): void {
    for (const path of this.#removed) rmSync(join(this.project, path), { recursive: true, force: true });
    // In the order of their numbers, downwards: no name is taken when it is given.
    for (const [path, to] of this.#renamed) renameSync(join(this.project, path), join(this.project, to));
    for (const [path, { text }] of this.#written) {
      const file = join(this.project, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
}
