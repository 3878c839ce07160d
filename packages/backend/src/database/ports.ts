/** PostgreSQL's port, and the only one on which an RDS Proxy listens. */
export const POSTGRES_PORT = 5432;
