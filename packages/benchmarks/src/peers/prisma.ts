/** Prisma with its adapter for pg: the order and its lines, two statements. */
import { Signer } from '@aws-sdk/rds-signer';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { type GetOrderEvent, region, server } from './environment.js';
import { PrismaClient } from './generated/client.js';

const signer = new Signer({ hostname: server.host, port: server.port, username: server.user, region });
const pool = new pg.Pool({ ...server, password: () => signer.getAuthToken(), ssl: true });
const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });

export async function handler({ arguments: { id } }: GetOrderEvent) {
  const data = await prisma.order.findUnique({
    where: { id },
    include: { lines: { orderBy: { lineNumber: 'asc' } } },
  });
  return { data };
}
