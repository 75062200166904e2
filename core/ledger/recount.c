/* SPDX-License-Identifier: MIT */
/*
 * recount: make the reach states of some owners anew from their lines, and with them the kept counts of unique
 * beneficiaries: when members changed, and when a line was taken back.
 */
#include "ledger/recount.h"

#include "ledger/lines.h"

#include <stdlib.h>

enum { BATCH_OWNERS = 1024, MAX_HOUSEHOLDS = 64 };

struct recount {
    struct ledger *ledger;
    struct register_members members;
    struct register_aliases aliases; /* of the owners, and of those whom lines name */
    struct lines_ids moved;          /* persons with a row of their own */
    struct lines_ids dropped;        /* persons whose own row goes; in the order in which they came */
    struct lines_ids reversed;
    struct lines_ids spans;
    alm_id *scratch;
    size_t scratch_size;
    struct alm_line *lines;
    size_t n_lines, lines_capacity;
};

/* Take the marks of these states out of the counts; `found` (may be NULL) gets the owners that have one. */
static enum alm_status subtract(struct ledger *ledger, const alm_id *owners, size_t n, struct lines_ids *found,
                                struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    enum alm_status status =
        store_query(ledger->services.store, &stmt, err,
                    "SELECT state, owner FROM reach WHERE owner = ANY ($1) ORDER BY owner", "I", owners, n);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        if (found)
            lines_ids_add(found, store_int(stmt, 1));
        if ((status = reach_load(ledger->reach, store_text(stmt, 0), err)) == ALM_OK)
            reach_subtract(ledger->reach, ledger->counts);
        else
            store_done(stmt);
    }
    return status;
}

/* Lines name survivors. */
static enum alm_status resolve_lines(struct recount *r, struct alm_error *err)
{
    struct lines_ids named = {0};
    for (size_t i = 0; i < r->n_lines; i++) {
        if (r->lines[i].person)
            lines_ids_add(&named, r->lines[i].person);
        if (r->lines[i].partner)
            lines_ids_add(&named, r->lines[i].partner);
    }
    lines_ids_sort(&named);
    enum alm_status status =
        named.n ? register_aliases_read(r->ledger->services.store, &r->aliases, named.at, named.n, err) : ALM_OK;
    for (size_t i = 0; i < r->n_lines; i++)
        lines_resolve(&r->lines[i], &r->aliases);
    free(named.at);
    return status;
}

/* The lines of these owners that stand, by owner.  `partners` (may be NULL) gets those of other households whom a line
 * names, be it taken back or not. */
static enum alm_status read_lines(struct recount *r, const alm_id *owners, size_t n, struct lines_ids *partners,
                                  struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    r->n_lines = r->reversed.n = 0;
    enum alm_status status =
        store_query(r->ledger->services.store, &stmt, err,
                    LINES_OF_OWNERS " WHERE o.owner = ANY ($1) AND o.span = ANY ($2) ORDER BY o.owner, o.id", "II",
                    owners, n, r->spans.at, r->spans.n);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        struct ledger_extra extra;
        alm_id entry;
        ARRAY_ROOM(r->lines, r->n_lines, r->lines_capacity);
        struct alm_line *line = &r->lines[r->n_lines++];
        lines_fetch(r->ledger, stmt, line, &extra, &entry);
        if (!line->reverses)
            continue;
        lines_ids_add(&r->reversed, line->reverses);
        r->n_lines--;
    }
    if (status == ALM_OK)
        status = resolve_lines(r, err);
    lines_ids_sort(&r->reversed);
    size_t kept = 0;
    for (size_t i = 0; i < r->n_lines; i++) {
        const struct alm_line *line = &r->lines[i];
        if (partners && line->partner &&
            reach_own_row(&r->members, register_members_find(&r->members, line->owner), line->partner))
            lines_ids_add(partners, line->partner);
        if (!lines_ids_have(&r->reversed, line->id))
            r->lines[kept++] = *line;
    }
    r->n_lines = kept;
    return status;
}

static void note_members(struct recount *r, struct lines_ids *settled)
{
    for (size_t h = 0; h < r->members.n_households; h++) {
        const struct register_household *household = &r->members.households[h];
        for (size_t i = 0; i < household->n; i++) {
            const struct register_member *member = &r->members.members[household->first + i];
            if (reach_own_row(&r->members, household, member->member.id))
                lines_ids_add(&r->moved, member->member.id);
            else if (settled)
                lines_ids_add(settled, member->member.id);
            /* What an alias had of its own, its survivor has. */
            if (member->alias && settled)
                lines_ids_add(settled, member->alias);
        }
    }
}

/* Whose moves were all struck out, or who became an alias, has no row of their own any more. */
static enum alm_status drop_rows(struct recount *r, struct lines_ids *settled, struct alm_error *err)
{
    struct lines_ids found = {0};
    size_t n = 0;
    lines_ids_sort(settled);
    /* An alias may be met under several households, and its row is there until all is written. */
    for (size_t i = 0; i < settled->n; i++) {
        bool dropped = false;
        for (size_t k = 0; k < r->dropped.n && !dropped; k++)
            dropped = r->dropped.at[k] == settled->at[i];
        if (!dropped)
            settled->at[n++] = settled->at[i];
    }
    enum alm_status status = n ? subtract(r->ledger, settled->at, n, &found, err) : ALM_OK;
    for (size_t i = 0; i < found.n && status == ALM_OK; i++) {
        ledger_write_reach(r->ledger->writer, found.at[i], text_of(""));
        lines_ids_add(&r->dropped, found.at[i]);
    }
    free(found.at);
    return status;
}

static void more_scratch(struct recount *r, const struct register_household *household)
{
    const size_t need = (household ? household->n : 0) + 2;
    if (need <= r->scratch_size)
        return;
    r->scratch_size = need * 2;
    r->scratch = xreallocarray(r->scratch, r->scratch_size, sizeof *r->scratch);
}

/* From its own lines, and those of its aliases. */
static enum alm_status recount_owner(struct recount *r, alm_id owner, const struct alm_line *lines, size_t n,
                                     struct alm_error *err)
{
    struct ledger *ledger = r->ledger;
    const struct register_household *household = NULL;
    enum alm_status status = reach_load(ledger->reach, (struct alm_text){0}, err);
    if (status != ALM_OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || lines[i].owner != lines[i - 1].owner) {
            household = register_members_find(&r->members, lines[i].owner);
            more_scratch(r, household);
        }
        lines_add_reach(ledger->reach, &lines[i], &r->members, household, r->scratch, ledger->counts);
    }
    ledger_write_reach(ledger->writer, owner, reach_text(ledger->reach));
    return ALM_OK;
}

/* `survivor`: the owners are this household and its aliases, which have one state together; 0: each has its own. */
static enum alm_status recount_batch(struct recount *r, const alm_id *owners, size_t n, alm_id survivor,
                                     struct alm_error *err)
{
    register_members_reset(&r->members);
    enum alm_status status = register_members_read(r->ledger->services.store, &r->members, owners, n, err);
    if (status == ALM_OK)
        status = subtract(r->ledger, owners, n, NULL, err);
    if (status == ALM_OK)
        status = read_lines(r, owners, n, &r->moved, err);
    struct lines_ids settled = {0};
    note_members(r, &settled);
    if (status == ALM_OK)
        status = drop_rows(r, &settled, err);
    free(settled.at);
    for (size_t i = 0; i < n && survivor && status == ALM_OK; i++)
        if (owners[i] == survivor)
            status = recount_owner(r, survivor, r->lines, r->n_lines, err);
        else
            ledger_write_reach(r->ledger->writer, owners[i], text_of(""));
    for (size_t i = 0, from = 0; i < n && !survivor && status == ALM_OK; i++) {
        size_t to = from;
        while (to < r->n_lines && r->lines[to].owner == owners[i])
            to++;
        status = recount_owner(r, owners[i], &r->lines[from], to - from, err);
        from = to;
    }
    return status;
}

/* One with a row of their own: from the lines of every household that they belonged to or that named them. */
static enum alm_status recount_person(struct recount *r, alm_id person, struct alm_error *err)
{
    struct ledger *ledger = r->ledger;
    struct lines_ids households = {0};
    register_members_reset(&r->members);
    enum alm_status status = lines_owners_of_person(ledger->services.store, person, &households, err);
    if (status == ALM_OK)
        status = register_members_read(ledger->services.store, &r->members, households.at, households.n, err);
    if (status == ALM_OK)
        status = subtract(ledger, &person, 1, NULL, err);
    if (status == ALM_OK)
        status = read_lines(r, households.at, households.n, NULL, err);
    if (status == ALM_OK)
        status = reach_load(ledger->reach, (struct alm_text){0}, err);
    for (size_t i = 0; status == ALM_OK && i < r->n_lines; i++) {
        const struct register_household *household = register_members_find(&r->members, r->lines[i].owner);
        if (household && lines_reach_person(&r->lines[i], &r->members, household, person))
            reach_add_person(ledger->reach, &r->lines[i], person, ledger->counts);
    }
    if (status == ALM_OK)
        ledger_write_reach(ledger->writer, person, reach_text(ledger->reach));
    free(households.at);
    return status;
}

/* A person who moved just now still stands in the state of the household that they left: recount all households of all
 * who moved. */
static enum alm_status add_other_households(struct recount *r, struct lines_ids *owners, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    const size_t n = owners->n;
    for (size_t from = 0; from < n && status == ALM_OK; from += BATCH_OWNERS) {
        register_members_reset(&r->members);
        status = register_members_read(r->ledger->services.store, &r->members, owners->at + from,
                                       n - from < BATCH_OWNERS ? n - from : BATCH_OWNERS, err);
        if (status == ALM_OK)
            note_members(r, NULL);
    }
    lines_ids_sort(&r->moved);
    for (size_t i = 0; i < r->moved.n && status == ALM_OK; i++) {
        alm_id households[MAX_HOUSEHOLDS];
        size_t n_households;
        status = register_households_of(r->ledger->services.store, r->moved.at[i], households, MAX_HOUSEHOLDS,
                                        &n_households, err);
        for (size_t h = 0; status == ALM_OK && h < n_households; h++)
            lines_ids_add(owners, households[h]);
    }
    lines_ids_sort(owners);
    return status;
}

/* Households that are aliases, or have some, group by group; what is left in `owners` has a state of its own. */
static enum alm_status recount_groups(struct recount *r, struct lines_ids *owners, struct alm_error *err)
{
    struct lines_ids survivors = {0};
    size_t kept = 0;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < owners->n; i++) {
        const alm_id survivor = register_survivor(&r->aliases, owners->at[i]);
        if (register_has_aliases(&r->aliases, survivor))
            lines_ids_add(&survivors, survivor);
        else
            owners->at[kept++] = owners->at[i];
    }
    owners->n = kept;
    lines_ids_sort(&survivors);
    for (size_t i = 0; i < survivors.n && status == ALM_OK; i++) {
        struct lines_ids group = {0};
        lines_ids_add(&group, survivors.at[i]);
        for (size_t k = 0; k < r->aliases.n; k++)
            if (r->aliases.at[k].survivor == survivors.at[i])
                lines_ids_add(&group, r->aliases.at[k].id);
        lines_ids_sort(&group);
        status = recount_batch(r, group.at, group.n, survivors.at[i], err);
        free(group.at);
    }
    free(survivors.at);
    return status;
}

/* All owners that have to be counted with these, ascending; they are locked. */
static enum alm_status gather_owners(struct recount *r, const alm_id *ids, size_t n, struct lines_ids *owners,
                                     struct alm_error *err)
{
    for (size_t i = 0; i < n; i++)
        lines_ids_add(owners, ids[i]);
    lines_ids_sort(owners);
    enum alm_status status = add_other_households(r, owners, err);
    if (status == ALM_OK)
        status = register_aliases_add(r->ledger->services.store, &r->aliases, &owners->at, &owners->n, err);
    return status == ALM_OK ? recount_lock(r->ledger, owners->at, owners->n, err) : status;
}

enum alm_status recount_lock_all(struct ledger *ledger, const alm_id *ids, size_t n, struct alm_error *err)
{
    struct recount r = {.ledger = ledger};
    struct lines_ids owners = {0};
    if (store_driver(ledger->services.store)->flags & ALM_STORE_ONE_WRITER)
        return ALM_OK;
    enum alm_status status = gather_owners(&r, ids, n, &owners, err);
    free(owners.at);
    free(r.moved.at);
    register_members_release(&r.members);
    register_aliases_release(&r.aliases);
    return status;
}

enum alm_status recount_owners(struct ledger *ledger, const alm_id *ids, size_t n, struct alm_error *err)
{
    struct recount r = {.ledger = ledger};
    struct lines_ids owners = {0};
    enum alm_status status = gather_owners(&r, ids, n, &owners, err);
    if (status == ALM_OK)
        status = lines_all_spans(ledger->services.store, &r.spans, err);
    r.moved.n = 0;
    if (status == ALM_OK && r.aliases.n)
        status = recount_groups(&r, &owners, err);
    for (size_t from = 0; from < owners.n && status == ALM_OK; from += BATCH_OWNERS)
        status = recount_batch(&r, owners.at + from, owners.n - from < BATCH_OWNERS ? owners.n - from : BATCH_OWNERS, 0,
                               err);
    lines_ids_sort(&r.moved);
    if (status == ALM_OK)
        status = recount_lock(ledger, r.moved.at, r.moved.n, err);
    for (size_t i = 0; i < r.moved.n && status == ALM_OK; i++)
        status = recount_person(&r, r.moved.at[i], err);
    free(owners.at);
    free(r.moved.at);
    free(r.dropped.at);
    free(r.reversed.at);
    free(r.spans.at);
    free(r.scratch);
    free(r.lines);
    register_members_release(&r.members);
    register_aliases_release(&r.aliases);
    return status;
}

enum alm_status recount_lock(struct ledger *ledger, const alm_id *owners, size_t n, struct alm_error *err)
{
    static const struct store_bulk_spec specs[] = {{"owner", ALM_BULK_KEY, false}, {"state", ALM_BULK_SET, true}};
    struct store *store = ledger->services.store;
    if (!n || (store_driver(store)->flags & ALM_STORE_ONE_WRITER))
        return ALM_OK;
    struct store_bulk *bulk = store_bulk_new(store, "reach", ALM_BULK_LOCK, specs, COUNT_OF(specs));
    for (size_t i = 0; i < n; i++) {
        store_bulk_row(bulk);
        store_bulk_int(bulk, 0, owners[i]);
        store_bulk_text(bulk, 1, text_of(""));
    }
    enum alm_status status = store_bulk_flush(bulk, 1, NULL, err);
    store_bulk_free(bulk);
    return status;
}

enum alm_status ledger_members_changed(void *ledger, const alm_id *households, size_t n, struct alm_error *err)
{
    struct ledger *l = ledger;
    ledger_forget(l);
    enum alm_status status = recount_owners(l, households, n, err);
    if (status == ALM_OK)
        return ledger_writer_flush(l->writer, l->counts, err);
    ledger_writer_reset(l->writer);
    reach_counts_reset(l->counts);
    return status;
}

enum alm_status ledger_persons_merge(void *ledger, const alm_id *persons, size_t n, bool merged, struct alm_error *err)
{
    struct ledger *l = ledger;
    struct register_aliases aliases = {0};
    struct lines_ids owners = {0};
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < n && status == ALM_OK; i++)
        status = lines_owners_of_person(l->services.store, persons[i], &owners, err);
    if (status == ALM_OK)
        status = register_aliases_add(l->services.store, &aliases, &owners.at, &owners.n, err);
    if (status == ALM_OK)
        status = merged ? ledger_members_changed(ledger, owners.at, owners.n, err)
                        : recount_lock_all(l, owners.at, owners.n, err);
    register_aliases_release(&aliases);
    free(owners.at);
    return status;
}
