/** Makes transactions of the function slow, or refuses its writes, from within the database. */
import type { FaultStack } from '../fault-stack.js';

type StatementFault = 'none' | 'slow' | 'disk full';

/**
 * Once, before the first request. Even without a fault each transaction pauses as long as a busy database takes, twice when
 * it writes, so that a fault finds most of them under way. SECURITY DEFINER: the function's user may not read the table.
 */
export async function installStatementFaults(stack: FaultStack): Promise<void> {
  await stack.asSuperuser((client) =>
    client.query(`
      create schema faults;
      grant usage on schema faults to app;
      create table faults.statement (fault text not null);
      insert into faults.statement values ('none');

      create function faults.strike() returns trigger language plpgsql security definer as $$
      begin
        case (select fault from faults.statement)
          when 'slow' then perform pg_sleep(20);
          when 'disk full' then
            raise 'could not extend file "base/5/16385": No space left on device' using errcode = 'disk_full';
          else perform pg_sleep(0.1);
        end case;
        return null;
      end $$;
      create trigger strike before insert or update on orders for each statement execute function faults.strike();

      alter function identity.assume(uuid, text[]) rename to assume_at_once;
      create function identity.assume(sub uuid, groups text[]) returns void language plpgsql as $$
      begin
        perform pg_sleep(0.1);
        perform identity.assume_at_once(sub, groups);
      end $$`),
  );
}

export async function setStatementFault(stack: FaultStack, fault: StatementFault): Promise<void> {
  await stack.asSuperuser((client) => client.query('update faults.statement set fault = $1', [fault]));
}
