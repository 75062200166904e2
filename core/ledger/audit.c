/* SPDX-License-Identifier: MIT */
/*
 * The audit's pass over the lines, owner by owner: accounts, reach states, and with them the coarse tally and the
 * unique counts, which are small enough to be gathered.  What SQL can put in order by itself is compared in
 * audit-checks.c.
 */
#include "ledger/audit.h"

#include <stdlib.h>

enum {
    BATCH_OWNERS = 4096,
    BATCH_LINES = 65536 /* after so many a batch ends with the owner at hand */
};

/* One row that the lines give. */
struct sum {
    int64_t keys[AUDIT_KEYS];
    int64_t values[AUDIT_VALUES];
};

/* Sums by key: open addressing. */
struct sums {
    struct sum *at;
    size_t n, capacity;
    uint32_t *slots; /* one more */
    size_t n_slots;
};

/* A line that reaches a person who keeps marks of their own. */
struct own {
    alm_id person;
    struct alm_line line;
};

struct pass {
    struct audit *audit;
    struct register_members members;
    struct register_aliases aliases; /* all */
    struct lines_ids groups;         /* households that have aliases */
    struct alm_line *lines;          /* of the batch; those of one owner stand together */
    size_t n_lines, lines_capacity;
    alm_id *owners;
    size_t n_owners, owners_capacity;
    struct lines_ids reversed;
    alm_id *scratch;
    size_t scratch_size;
    struct audit_join accounts;
    struct sums tally;
    struct reach *reach;
    struct reach_counts *counts;
    struct store_stmt *states;
    bool state_row;
    struct own *own; /* few */
    size_t n_own, own_capacity;
    struct own *grouped; /* lines of households that are aliases or have some, by survivor; few */
    size_t n_grouped, grouped_capacity;
    struct lines_ids persons; /* whose own rows were met */
};

/* ---- sums ---- */

static size_t sum_slot(const struct sums *s, const int64_t *keys)
{
    uint64_t h = 0;
    for (int i = 0; i < AUDIT_KEYS; i++) {
        h = (h ^ (uint64_t)keys[i]) * 0x9E3779B97F4A7C15u;
        h ^= h >> 32;
    }
    size_t i = (size_t)h & (s->n_slots - 1);
    while (s->slots[i] && memcmp(s->at[s->slots[i] - 1].keys, keys, sizeof s->at->keys) != 0)
        i = (i + 1) & (s->n_slots - 1);
    return i;
}

static struct sum *sums_find(struct sums *s, const int64_t *keys)
{
    if (s->n * 2 >= s->n_slots) {
        free(s->slots);
        s->n_slots = s->n_slots ? s->n_slots * 2 : 256;
        s->slots = xcalloc(s->n_slots, sizeof *s->slots);
        for (size_t i = 0; i < s->n; i++)
            s->slots[sum_slot(s, s->at[i].keys)] = (uint32_t)(i + 1);
    }
    const size_t slot = sum_slot(s, keys);
    if (!s->slots[slot]) {
        ARRAY_ROOM(s->at, s->n, s->capacity);
        struct sum *sum = &s->at[s->n++];
        memset(sum, 0, sizeof *sum);
        memcpy(sum->keys, keys, sizeof sum->keys);
        s->slots[slot] = (uint32_t)s->n;
    }
    return &s->at[s->slots[slot] - 1];
}

static int compare_sums(const void *a, const void *b)
{
    const struct sum *x = a, *y = b;
    for (int i = 0; i < AUDIT_KEYS; i++)
        if (x->keys[i] != y->keys[i])
            return x->keys[i] < y->keys[i] ? -1 : 1;
    return 0;
}

/* Compare with the table that keeps them. */
static enum alm_status sums_check(struct sums *s, struct audit *audit, const struct audit_table *table,
                                  struct alm_error *err)
{
    struct audit_join j;
    enum alm_status status = audit_join_begin(&j, audit, table, err);
    if (s->n)
        qsort(s->at, s->n, sizeof *s->at, compare_sums);
    for (size_t i = 0; i < s->n && status == ALM_OK; i++) {
        int64_t row[AUDIT_KEYS + AUDIT_VALUES];
        memcpy(row, s->at[i].keys, (size_t)table->n_keys * sizeof *row);
        memcpy(row + table->n_keys, s->at[i].values, (size_t)table->n_values * sizeof *row);
        status = audit_join_push(&j, row, err);
    }
    return status == ALM_OK ? audit_join_end(&j, err) : status;
}

static void sums_release(struct sums *s)
{
    free(s->at);
    free(s->slots);
}

/* ---- one owner ---- */

static void tally_line(struct pass *p, const struct alm_line *line)
{
    const int64_t keys[AUDIT_KEYS] = {line->programme, line->stage,
                                      lines_county(p->audit->ledger->services.directory, line->area), line->body,
                                      date_month(line->date)};
    struct sum *sum = sums_find(&p->tally, keys);
    sum->values[0] += line->reverses ? -1 : 1;
    sum->values[1] += line->quantity;
    sum->values[2] += line->value;
}

static bool stands(const struct pass *p, const struct alm_line *line)
{
    return !line->reverses && !lines_ids_have(&p->reversed, line->id);
}

/* The accounts of an owner, by programme; few of them, so each is found by going over the lines again. */
static enum alm_status check_accounts(struct pass *p, const struct alm_line *lines, size_t n, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    for (alm_id programme = 0, next; status == ALM_OK; programme = next) {
        next = INT64_MAX;
        for (size_t i = 0; i < n; i++)
            if (lines[i].programme > programme && lines[i].programme < next && stands(p, &lines[i]))
                next = lines[i].programme;
        if (next == INT64_MAX)
            break;
        int64_t deliveries = 0, quantity = 0, value = 0;
        alm_date last = ALM_NO_DATE;
        alm_id last_line = 0;
        for (size_t i = 0; i < n; i++) {
            if (lines[i].programme != next || !stands(p, &lines[i]))
                continue;
            deliveries++;
            quantity += lines[i].quantity;
            value += lines[i].value;
            if (lines[i].date >= last) { /* lines come by id: the later of a day */
                last = lines[i].date;
                last_line = lines[i].id;
            }
        }
        const int64_t row[] = {lines->owner, next, deliveries, quantity, value, last, last_line};
        status = audit_join_push(&p->accounts, row, err);
    }
    return status;
}

static void add_own(struct pass *p, alm_id person, const struct alm_line *line)
{
    ARRAY_ROOM(p->own, p->n_own, p->own_capacity);
    p->own[p->n_own++] = (struct own){person, *line};
}

/* The household whose state an owner's lines make; 0: its own, and no other's. */
static alm_id group_of(const struct pass *p, alm_id owner)
{
    const alm_id survivor = register_survivor(&p->aliases, owner);
    return lines_ids_have(&p->groups, survivor) ? survivor : 0;
}

static void note_grouped(struct pass *p, alm_id survivor, const struct alm_line *line)
{
    ARRAY_ROOM(p->grouped, p->n_grouped, p->grouped_capacity);
    p->grouped[p->n_grouped++] = (struct own){survivor, *line};
}

static void note_own(struct pass *p, const struct register_household *household, const struct alm_line *line)
{
    alm_id last = 0;
    bool partner_seen = false;
    for (size_t i = 0; household && i < household->n; i++) {
        const alm_id person = p->members.members[household->first + i].member.id;
        partner_seen = partner_seen || person == line->partner;
        if (person == last || !reach_own_row(&p->members, household, person) ||
            !lines_reach_person(line, &p->members, household, person))
            continue;
        add_own(p, person, line);
        last = person;
    }
    if (household && line->partner && !partner_seen)
        add_own(p, line->partner, line);
}

/* Rows of table reach before `owner` belong to no owner of lines: to persons with a row of their own, or to
 * nobody. */
static enum alm_status skip_states(struct pass *p, alm_id owner, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    while (status == ALM_OK && p->state_row && store_int(p->states, 0) < owner) {
        const alm_id id = store_int(p->states, 0);
        int64_t known = 0;
        char name[160];
        const bool grouped = group_of(p, id) != 0 && !register_alias_of(&p->aliases, id);
        if (store_text(p->states, 1).len && !grouped)
            status = store_number(p->audit->ledger->services.store, &known, 0, err,
                                  "SELECT person.id FROM home "
                                  "JOIN person ON person.owner = home.owner AND person.id = home.id WHERE home.id = $1",
                                  "i", id);
        if (known)
            lines_ids_add(&p->persons, id);
        else if (store_text(p->states, 1).len && !grouped)
            audit_fault(p->audit, _("reach of %s is kept, but no line gives cause for it"),
                        audit_owner(p->audit, id, name, sizeof name));
        if (status == ALM_OK)
            status = store_next(p->states, &p->state_row, err);
    }
    return status;
}

static void more_scratch(struct pass *p, const struct register_household *household)
{
    const size_t need = (household ? household->n : 0) + 2;
    if (need <= p->scratch_size)
        return;
    p->scratch_size = need * 2;
    p->scratch = xreallocarray(p->scratch, p->scratch_size, sizeof *p->scratch);
}

/* Of a household that is an alias or has some, the lines wait for those of the others; an alias has no state. */
static enum alm_status put_aside(struct pass *p, alm_id survivor, const struct register_household *household,
                                 const struct alm_line *lines, size_t n, struct alm_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (stands(p, &lines[i])) {
            note_grouped(p, survivor, &lines[i]);
            note_own(p, household, &lines[i]);
        }
    enum alm_status status = skip_states(p, lines->owner, err);
    if (status != ALM_OK || !p->state_row || store_int(p->states, 0) != lines->owner)
        return status;
    return lines->owner == survivor ? store_next(p->states, &p->state_row, err) : skip_states(p, lines->owner + 1, err);
}

static enum alm_status check_state(struct pass *p, const struct register_household *household,
                                   const struct alm_line *lines, size_t n, struct alm_error *err)
{
    const alm_id survivor = group_of(p, lines->owner);
    if (survivor)
        return put_aside(p, survivor, household, lines, n, err);
    more_scratch(p, household);
    enum alm_status status = reach_load(p->reach, (struct alm_text){0}, err);
    if (status != ALM_OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        if (!stands(p, &lines[i]))
            continue;
        lines_add_reach(p->reach, &lines[i], &p->members, household, p->scratch, p->counts);
        note_own(p, household, &lines[i]);
    }
    status = skip_states(p, lines->owner, err);
    if (status != ALM_OK)
        return status;
    const struct alm_text counted = reach_text(p->reach);
    const bool kept = p->state_row && store_int(p->states, 0) == lines->owner;
    const struct alm_text state = kept ? store_text(p->states, 1) : (struct alm_text){"", 0};
    if (state.len != counted.len || (state.len && memcmp(state.at, counted.at, state.len) != 0)) {
        char name[160];
        audit_fault(p->audit, _("reach of %s is not what its lines give"),
                    audit_owner(p->audit, lines->owner, name, sizeof name));
    }
    return kept ? store_next(p->states, &p->state_row, err) : ALM_OK;
}

static enum alm_status check_owner(struct pass *p, const struct alm_line *lines, size_t n, struct alm_error *err)
{
    p->reversed.n = 0;
    for (size_t i = 0; i < n; i++) {
        tally_line(p, &lines[i]);
        if (lines[i].reverses)
            lines_ids_add(&p->reversed, lines[i].reverses);
    }
    const size_t reversals = p->reversed.n;
    lines_ids_sort(&p->reversed);
    if (p->reversed.n != reversals) {
        char name[160];
        audit_fault(p->audit, _("a line of %s was taken back twice"),
                    audit_owner(p->audit, lines->owner, name, sizeof name));
    }
    enum alm_status status = check_accounts(p, lines, n, err);
    if (status == ALM_OK)
        status = check_state(p, register_members_find(&p->members, lines->owner), lines, n, err);
    return status;
}

/* ---- the pass ---- */

static enum alm_status check_batch(struct pass *p, struct alm_error *err)
{
    register_members_reset(&p->members);
    enum alm_status status =
        register_members_read(p->audit->ledger->services.store, &p->members, p->owners, p->n_owners, err);
    for (size_t from = 0, to; from < p->n_lines && status == ALM_OK; from = to) {
        for (to = from + 1; to < p->n_lines && p->lines[to].owner == p->lines[from].owner;)
            to++;
        status = check_owner(p, &p->lines[from], to - from, err);
    }
    p->audit->lines += (int64_t)p->n_lines;
    p->n_lines = p->n_owners = 0;
    if (p->audit->progress)
        p->audit->progress(p->audit->context, p->audit->lines, p->audit->total);
    return status;
}

static enum alm_status take_line(struct pass *p, struct store_stmt *stmt, struct alm_error *err)
{
    const alm_id owner = store_int(stmt, 0);
    const bool fresh = !p->n_owners || p->owners[p->n_owners - 1] != owner;
    if (fresh && (p->n_owners == BATCH_OWNERS || p->n_lines >= BATCH_LINES)) {
        enum alm_status status = check_batch(p, err);
        if (status != ALM_OK)
            return status;
    }
    if (fresh) {
        ARRAY_ROOM(p->owners, p->n_owners, p->owners_capacity);
        p->owners[p->n_owners++] = owner;
    }
    struct ledger_extra extra;
    alm_id entry;
    ARRAY_ROOM(p->lines, p->n_lines, p->lines_capacity);
    lines_fetch(p->audit->ledger, stmt, &p->lines[p->n_lines], &extra, &entry);
    lines_resolve(&p->lines[p->n_lines++], &p->aliases);
    return ALM_OK;
}

static int compare_own(const void *a, const void *b)
{
    const struct own *x = a, *y = b;
    if (x->person != y->person)
        return x->person < y->person ? -1 : 1;
    return (x->line.id > y->line.id) - (x->line.id < y->line.id);
}

/* Whether the state that is kept for an owner is the one that was reckoned. */
static enum alm_status state_is_right(struct pass *p, alm_id owner, bool *right, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(p->audit->ledger->services.store, &stmt, err,
                                         "SELECT state FROM reach WHERE owner = $1", "i", owner);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK)
        return status;
    const struct alm_text counted = reach_text(p->reach);
    const struct alm_text state = row ? store_text(stmt, 0) : (struct alm_text){"", 0};
    *right = state.len == counted.len && (!state.len || memcmp(state.at, counted.at, state.len) == 0);
    if (row)
        store_done(stmt);
    return ALM_OK;
}

/* What is kept of one household and its aliases against the lines of all of them. */
static enum alm_status check_group(struct pass *p, alm_id survivor, const struct own *grouped, size_t n,
                                   struct alm_error *err)
{
    struct lines_ids owners = {0};
    char name[160];
    bool right = true;
    for (size_t i = 0; i < n; i++)
        lines_ids_add(&owners, grouped[i].line.owner);
    lines_ids_sort(&owners);
    register_members_reset(&p->members);
    enum alm_status status = reach_load(p->reach, (struct alm_text){0}, err);
    if (status == ALM_OK)
        status = register_members_read(p->audit->ledger->services.store, &p->members, owners.at, owners.n, err);
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        const struct register_household *household = register_members_find(&p->members, grouped[i].line.owner);
        more_scratch(p, household);
        lines_add_reach(p->reach, &grouped[i].line, &p->members, household, p->scratch, p->counts);
    }
    free(owners.at);
    if (status == ALM_OK)
        status = state_is_right(p, survivor, &right, err);
    if (status == ALM_OK && !right)
        audit_fault(p->audit, _("reach of %s is not what its lines and those of its aliases give"),
                    audit_owner(p->audit, survivor, name, sizeof name));
    return status;
}

static enum alm_status check_groups(struct pass *p, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    size_t from = 0, to;
    if (p->n_grouped)
        qsort(p->grouped, p->n_grouped, sizeof *p->grouped, compare_own);
    for (size_t i = 0; i < p->groups.n && status == ALM_OK; i++) {
        const alm_id survivor = p->groups.at[i];
        for (to = from; to < p->n_grouped && p->grouped[to].person == survivor;)
            to++;
        status = check_group(p, survivor, p->grouped + from, to - from, err);
        from = to;
    }
    return status;
}

static enum alm_status check_person(struct pass *p, const struct own *own, size_t n, struct alm_error *err)
{
    bool right = true;
    enum alm_status status = reach_load(p->reach, (struct alm_text){0}, err);
    for (size_t i = 0; i < n && status == ALM_OK; i++)
        reach_add_person(p->reach, &own[i].line, own->person, p->counts);
    if (status == ALM_OK)
        status = state_is_right(p, own->person, &right, err);
    if (status == ALM_OK && !right)
        audit_fault(p->audit,
                    _("reach of person %lld, who is met under several households, is not what the lines give"),
                    (long long)own->person);
    return status;
}

/* Persons with a row of their own: what reached them under any household. */
static enum alm_status check_persons(struct pass *p, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    struct lines_ids counted = {0};
    if (p->n_own)
        qsort(p->own, p->n_own, sizeof *p->own, compare_own);
    for (size_t from = 0, to; from < p->n_own && status == ALM_OK; from = to) {
        for (to = from + 1; to < p->n_own && p->own[to].person == p->own[from].person;)
            to++;
        lines_ids_add(&counted, p->own[from].person);
        status = check_person(p, &p->own[from], to - from, err);
    }
    for (size_t i = 0; i < p->persons.n && status == ALM_OK; i++)
        if (!lines_ids_have(&counted, p->persons.at[i]))
            audit_fault(p->audit, _("reach of person %lld is kept, but no line gives cause for it"),
                        (long long)p->persons.at[i]);
    free(counted.at);
    return status;
}

static void gather_count(void *context, int cut, alm_id programme, int64_t value, int64_t households, int64_t persons,
                         int64_t places)
{
    const int64_t keys[AUDIT_KEYS] = {cut, programme, value};
    struct sum *sum = sums_find(context, keys);
    sum->values[0] += households;
    sum->values[1] += persons;
    sum->values[2] += places;
}

static enum alm_status check_lines(struct pass *p, struct alm_error *err)
{
    struct store *store = p->audit->ledger->services.store;
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = register_aliases_read(store, &p->aliases, NULL, 0, err);
    for (size_t i = 0; i < p->aliases.n; i++)
        if (p->aliases.at[i].owner == p->aliases.at[i].id)
            lines_ids_add(&p->groups, p->aliases.at[i].survivor);
    lines_ids_sort(&p->groups);
    if (status == ALM_OK)
        status = audit_join_begin(&p->accounts, p->audit, &audit_account, err);
    if (status == ALM_OK)
        status = store_query(store, &p->states, err, "SELECT owner, state FROM reach ORDER BY owner", "");
    if (status == ALM_OK)
        status = store_next(p->states, &p->state_row, err);
    if (status == ALM_OK)
        status = store_query(store, &stmt, err, "SELECT " LINES_COLUMNS " FROM line ORDER BY line.owner, line.id", "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        status = take_line(p, stmt, err);
    if (status == ALM_OK)
        status = check_batch(p, err);
    if (status == ALM_OK)
        status = audit_join_end(&p->accounts, err);
    if (status == ALM_OK)
        status = skip_states(p, INT64_MAX, err);
    if (status == ALM_OK)
        status = check_groups(p, err);
    return status == ALM_OK ? check_persons(p, err) : status;
}

enum alm_status ledger_verify(struct ledger *ledger, void (*fault)(void *context, const char *text), void *context,
                              int64_t *lines, int64_t *faults,
                              void (*progress)(void *context, int64_t done, int64_t total), struct alm_error *err)
{
    struct audit audit = {.ledger = ledger, .fault = fault, .context = context, .progress = progress};
    struct pass p = {.audit = &audit, .reach = reach_new(ledger->services.directory), .counts = reach_counts_new()};
    struct sums unique = {0};
    enum alm_status status =
        store_number(ledger->services.store, &audit.total, 0, err, "SELECT COUNT(*) FROM line", "");
    if (status == ALM_OK)
        status = check_lines(&p, err);
    if (status == ALM_OK)
        status = sums_check(&p.tally, &audit, &audit_tally, err);
    if (status == ALM_OK) {
        reach_counts_each(p.counts, gather_count, &unique);
        status = sums_check(&unique, &audit, &audit_unique, err);
    }
    if (status == ALM_OK)
        status = audit_checks(&audit, err);
    *lines = audit.lines;
    *faults = audit.faults;
    register_members_release(&p.members);
    sums_release(&p.tally);
    sums_release(&unique);
    reach_free(p.reach);
    reach_counts_free(p.counts);
    free(p.lines);
    free(p.owners);
    free(p.reversed.at);
    free(p.scratch);
    free(p.own);
    free(p.grouped);
    free(p.groups.at);
    register_aliases_release(&p.aliases);
    free(p.persons.at);
    return status;
}
