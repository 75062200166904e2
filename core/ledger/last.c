/* SPDX-License-Identifier: MIT */
/* last: what many households and persons got last, under each programme. */
#include "ledger/lines.h"

#include <stdlib.h>

struct lasts {
    struct ledger *ledger;
    struct ledger_last *at;
    size_t n, capacity;
    struct register_aliases aliases; /* of the recipients */
    struct lines_ids persons;        /* sorted, with aliases */
    struct lines_ids owners;         /* with aid that is a person's own */
    struct lines_ids personal;       /* programmes of such aid */
};

static void add(struct lasts *lasts, alm_id recipient, struct store_stmt *stmt, int i)
{
    ARRAY_ROOM(lasts->at, lasts->n, lasts->capacity);
    lasts->at[lasts->n++] = (struct ledger_last){.recipient = register_survivor(&lasts->aliases, recipient),
                                                 .programme = store_int(stmt, i),
                                                 .date = (alm_date)store_int(stmt, i + 1),
                                                 .body = store_int(stmt, i + 2)};
}

/* Of a household, its account tells; whose account is of persons' own aid is noted. */
static enum alm_status read_accounts(struct lasts *lasts, const alm_id *households, size_t n, struct alm_error *err)
{
    static const char sql[] = "SELECT a.owner, a.programme, a.last_date, line.body "
                              "FROM account a "
                              "JOIN line ON line.id = a.last_line AND line.owner = a.owner "
                              "WHERE a.owner = ANY ($1) AND a.deliveries > 0 "
                              "ORDER BY a.owner, a.programme";
    struct register_directory *directory = lasts->ledger->services.directory;
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(lasts->ledger->services.store, &stmt, err, sql, "I", households, n);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const struct register_entry *programme = register_by_id(directory, REGISTER_PROGRAMME, store_int(stmt, 1));
        if (programme && programme->recipient == ALM_PERSON) {
            lines_ids_add(&lasts->owners, store_int(stmt, 0));
            lines_ids_add(&lasts->personal, programme->id);
        } else {
            add(lasts, store_int(stmt, 0), stmt, 1);
        }
    }
    lines_ids_sort(&lasts->owners);
    lines_ids_sort(&lasts->personal);
    return status;
}

/* Of a person, the lines that name them. */
#define NAMED_COLUMNS "SELECT line.person, line.partner, line.programme, line.date, line.body "
#define NAMED_STAND                                                                                                    \
    "line.reverses IS NULL "                                                                                           \
    "AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.owner = line.owner AND r.line = line.id) "                       \
    "ORDER BY line.id, line.owner"

static enum alm_status add_named(struct lasts *lasts, struct store_stmt *stmt, struct alm_error *err)
{
    enum alm_status status;
    bool row;
    while ((status = store_next(stmt, &row, err)) == ALM_OK && row)
        for (int i = 0; i < 2; i++)
            if (store_int(stmt, i) != ALM_NULL && lines_ids_have(&lasts->persons, store_int(stmt, i)))
                add(lasts, store_int(stmt, i), stmt, 2);
    return status;
}

static enum alm_status read_named(struct lasts *lasts, struct alm_error *err)
{
    static const char of_owners[] = NAMED_COLUMNS "FROM owner_line o "
                                                  "JOIN line ON line.id = o.id AND line.owner = o.owner "
                                                  "WHERE o.owner = ANY ($1) AND o.span = ANY ($2) "
                                                  "AND line.programme = ANY ($3) AND " NAMED_STAND;
    static const char of_partners[] = NAMED_COLUMNS "FROM partner_line p "
                                                    "JOIN line ON line.id = p.id AND line.owner = p.owner "
                                                    "WHERE p.partner = ANY ($1) AND " NAMED_STAND;
    struct store *store = lasts->ledger->services.store;
    struct lines_ids spans = {0};
    struct store_stmt *stmt;
    enum alm_status status = ALM_OK;
    if (lasts->owners.n)
        status = lines_all_spans(store, &spans, err);
    if (status == ALM_OK && spans.n)
        status = store_query(store, &stmt, err, of_owners, "III", lasts->owners.at, lasts->owners.n, spans.at, spans.n,
                             lasts->personal.at, lasts->personal.n);
    if (status == ALM_OK && spans.n)
        status = add_named(lasts, stmt, err);
    if (status == ALM_OK)
        status = store_query(store, &stmt, err, of_partners, "I", lasts->persons.at, lasts->persons.n);
    if (status == ALM_OK)
        status = add_named(lasts, stmt, err);
    free(spans.at);
    return status;
}

/* The latest first among equals. */
static int compare(const void *a, const void *b)
{
    const struct ledger_last *x = a, *y = b;
    if (x->recipient != y->recipient)
        return x->recipient < y->recipient ? -1 : 1;
    if (x->programme != y->programme)
        return x->programme < y->programme ? -1 : 1;
    if (x->date != y->date)
        return x->date > y->date ? -1 : 1;
    return (x->body > y->body) - (x->body < y->body);
}

enum alm_status ledger_last(struct ledger *ledger, const alm_id *households, size_t n_households, const alm_id *persons,
                            size_t n_persons, struct ledger_last **out, size_t *n, struct alm_error *err)
{
    struct lasts lasts = {.ledger = ledger};
    enum alm_status status = ALM_OK;
    struct lines_ids owners = {0};
    struct store *store = ledger->services.store;
    for (size_t i = 0; i < n_persons; i++)
        lines_ids_add(&lasts.persons, persons[i]);
    for (size_t i = 0; i < n_households; i++)
        lines_ids_add(&owners, households[i]);
    lines_ids_sort(&lasts.persons);
    lines_ids_sort(&owners);
    if (n_persons)
        status = register_aliases_add(store, &lasts.aliases, &lasts.persons.at, &lasts.persons.n, err);
    if (status == ALM_OK && n_households)
        status = register_aliases_add(store, &lasts.aliases, &owners.at, &owners.n, err);
    if (status == ALM_OK && n_households)
        status = read_accounts(&lasts, owners.at, owners.n, err);
    if (status == ALM_OK && n_persons)
        status = read_named(&lasts, err);
    if (lasts.n > 1)
        qsort(lasts.at, lasts.n, sizeof *lasts.at, compare);
    *n = 0;
    for (size_t i = 0; i < lasts.n; i++)
        if (*n == 0 || lasts.at[*n - 1].recipient != lasts.at[i].recipient ||
            lasts.at[*n - 1].programme != lasts.at[i].programme)
            lasts.at[(*n)++] = lasts.at[i];
    free(lasts.persons.at);
    free(lasts.owners.at);
    free(lasts.personal.at);
    free(owners.at);
    register_aliases_release(&lasts.aliases);
    *out = lasts.at;
    if (status != ALM_OK) {
        free(lasts.at);
        *out = NULL;
        *n = 0;
    }
    return status;
}
