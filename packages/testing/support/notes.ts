/**
 * A table of the tests' own, in the way that docs/row-level-security.md says: notes that belong to the user who wrote them. So the
 * tests of the data layer stand without the example domain.
 */
import type pg from 'pg';

const NOTES = `
  create table notes (
    id uuid primary key default gen_random_uuid(),
    owner_sub uuid not null default identity.sub(),
    mark integer not null,
    done boolean not null default false,
    idempotency_key text,
    constraint notes_idempotency_key_once unique (owner_sub, idempotency_key)
  );
  alter table notes enable row level security, force row level security;
  create policy own_notes on notes to app
    using (owner_sub = (select identity.sub())) with check (owner_sub = (select identity.sub()));
  grant select, insert, update (done) on notes to app;

  -- For admins: how many notes there are.
  create view note_totals with (security_barrier) as
    select count(*)::integer as notes from notes where (select identity.is_in_group('admins')) having count(*) > 0;
  grant select on note_totals to app;`;

/** @param superuser of the stack's database */
export async function createNotes(superuser: pg.Client): Promise<void> {
  await superuser.query(NOTES);
}
