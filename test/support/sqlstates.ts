/** Reads every SQLSTATE of PostgreSQL 17 from the list that comes with its server. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findBinaries } from '../../src/local/postgres/binaries.js';

const { postgres } = await findBinaries();
const list = readFileSync(join(dirname(postgres), '../share/postgresql/errcodes.txt'), 'utf8');

/** Successes and warnings too: a RAISE can have any of them. */
export const SQLSTATES: readonly string[] = [...new Set(list.match(/^[0-9A-Z]{5}(?= )/gm))];
