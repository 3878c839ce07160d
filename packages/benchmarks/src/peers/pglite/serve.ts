/**
 * PGlite behind its socket server, as a program: prints {"port":…} when it can be connected to, and ends at SIGINT.
 *
 * Usage: node --import tsx packages/benchmarks/src/peers/pglite/serve.ts FOLDER
 */
import process from 'node:process';
import { startPglite } from './pglite.js';

const [folder = ''] = process.argv.slice(2);
const server = await startPglite(folder);
process.once('SIGINT', () => void server.stop());
console.log(JSON.stringify({ port: server.port }));
