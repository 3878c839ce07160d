/** What Lambda has in its environment variables, as every peer reads it. */
import process from 'node:process';

const {
  DATABASE_HOST: host = '',
  DATABASE_PORT,
  DATABASE_NAME: database = '',
  DATABASE_USER: user = '',
  AWS_REGION: region = '',
} = process.env;

export const server = { host, port: Number(DATABASE_PORT), database, user };
export { region };

/** What AppSync sends, as far as these handlers look. */
export interface GetOrderEvent {
  arguments: { id: string };
}
