/* SPDX-License-Identifier: MIT */
/*
 * A delivery is a whole dowry.  It is entered with the last item that is handed over, and until then it is refused with
 * what is missing.  What left the stock left it item by item: nothing is drawn here, and a reversal opens the dowry
 * again, with all that the couple has.
 */
#include "dowries.h"
#include <stdlib.h>

/* A dowry that a line of this call may deliver. */
struct dowry {
    alm_id id, person, partner;
    int64_t state;
    char certificate[DOWRIES_MOST_CERTIFICATE + 1];
    int64_t missing;
    alm_date last; /* when the last item was handed over; ALM_NO_DATE: none was */
    alm_money cost;
};

/* Whose it is, by now. */
struct whose {
    alm_id person, dowry;
};

struct settling {
    struct dowry *at; /* by id */
    alm_id *ids;
    size_t n;
    struct whose *whose; /* by person; several of one who had another dowry under an alias */
    size_t n_whose;
    const struct alm_alias *aliases; /* of the couples */
    size_t n_aliases;
};

static enum alm_status no_memory(struct alm_error *err)
{
    return alm_fail(err, ALM_INTERNAL, "give it a smaller file", "out of memory while delivering dowries");
}

static int compare_ids(const void *left, const void *right)
{
    const alm_id *a = left;
    const alm_id *b = right;
    return *a < *b ? -1 : *a > *b;
}

static int compare_whose(const void *left, const void *right)
{
    const struct whose *a = left;
    const struct whose *b = right;
    return a->person != b->person ? compare_ids(&a->person, &b->person) : compare_ids(&a->dowry, &b->dowry);
}

/* The dowries of those who are named: a couple's is found by each of them. */
static enum alm_status find_dowries(const struct alm_host *host, struct settling *s, const struct alm_line *lines,
                                    size_t n, struct alm_error *err)
{
    struct alm_statement *st = NULL;
    alm_id *couples = malloc((2 * n + 1) * sizeof *couples);
    if (!couples)
        return no_memory(err);
    for (size_t i = 0; i < n; i++) {
        couples[2 * i] = lines[i].person;
        couples[2 * i + 1] = lines[i].partner;
    }
    enum alm_status status = ALM_OK;
    if (ALM_HOST_HAS(host, aliases) && host->aliases)
        status = host->aliases(host, couples, 2 * n, &s->aliases, &s->n_aliases, err);
    free(couples);
    if (status != ALM_OK)
        return status;
    const size_t most = n + s->n_aliases + 1;
    alm_id *persons = malloc(most * sizeof *persons);
    s->ids = malloc(most * sizeof *s->ids);
    s->at = calloc(most, sizeof *s->at);
    s->whose = calloc(most, sizeof *s->whose);
    if (!persons || !s->ids || !s->at || !s->whose) {
        free(persons);
        return no_memory(err);
    }
    for (size_t i = 0; i < n; i++)
        persons[i] = lines[i].person;
    qsort(persons, n, sizeof *persons, compare_ids);
    size_t n_persons = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || persons[i] != persons[n_persons - 1])
            persons[n_persons++] = persons[i];
    for (size_t i = 0; i < s->n_aliases; i++)
        persons[n_persons++] = s->aliases[i].id;
    status =
        alm_query(host, &st, err,
                  "SELECT person, dowry FROM dowries_person WHERE programme = $1 AND person = ANY ($2) ORDER BY person",
                  "ia", host->programme_id(host), persons, n_persons);
    while (alm_next(host, st, &status, err)) {
        const alm_id person = alm_survivor(s->aliases, s->n_aliases, host->column_int(host, st, 0));
        s->whose[s->n_whose++] = (struct whose){person, host->column_int(host, st, 1)};
        s->ids[s->n++] = host->column_int(host, st, 1);
    }
    free(persons);
    if (s->n_whose)
        qsort(s->whose, s->n_whose, sizeof *s->whose, compare_whose);
    /* Locked in one order by all. */
    qsort(s->ids, s->n, sizeof *s->ids, compare_ids);
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++)
        if (i == 0 || s->ids[i] != s->ids[kept - 1])
            s->ids[kept++] = s->ids[i];
    s->n = kept;
    return status;
}

static struct dowry *dowry_at(const struct settling *s, alm_id id)
{
    return s->n ? bsearch(&id, s->at, s->n, sizeof *s->at, compare_ids) : NULL;
}

/* Locked first: what is read may not change any more. */
static enum alm_status read_dowries(const struct alm_host *host, struct settling *s, struct alm_error *err)
{
    const alm_id programme = host->programme_id(host);
    struct alm_statement *st = NULL;
    size_t n = 0;
    enum alm_status status = alm_run(host, NULL, err,
                                     "UPDATE dowries_dowry SET state = $3 WHERE programme = $1 AND id = ANY ($2) "
                                     "AND state = $3",
                                     "iai", programme, s->ids, s->n, (int64_t)DOWRIES_OPEN);
    if (status == ALM_OK)
        status = alm_query(host, &st, err,
                           "SELECT id, person, partner, state, certificate FROM dowries_dowry "
                           "WHERE programme = $1 AND id = ANY ($2) ORDER BY id",
                           "ia", programme, s->ids, s->n);
    while (alm_next(host, st, &status, err)) {
        struct dowry *dowry = &s->at[n++];
        *dowry = (struct dowry){.id = host->column_int(host, st, 0),
                                .person = host->column_int(host, st, 1),
                                .partner = host->column_int(host, st, 2),
                                .state = host->column_int(host, st, 3),
                                .last = ALM_NO_DATE};
        snprintf(dowry->certificate, sizeof dowry->certificate, "%s", host->column_text(host, st, 4));
    }
    s->n = n;
    if (status == ALM_OK)
        status = alm_query(host, &st, err,
                           "SELECT dowry, COUNT(*) - COUNT(handed), MAX(handed), CAST(SUM(cost) AS BIGINT) "
                           "FROM dowries_item WHERE programme = $1 AND dowry = ANY ($2) GROUP BY dowry ORDER BY dowry",
                           "ia", programme, s->ids, s->n);
    while (alm_next(host, st, &status, err)) {
        struct dowry *dowry = dowry_at(s, host->column_int(host, st, 0));
        if (!dowry)
            continue;
        dowry->missing = host->column_int(host, st, 1);
        dowry->last = host->column_is_null(host, st, 2) ? ALM_NO_DATE : (alm_date)host->column_int(host, st, 2);
        dowry->cost = host->column_int(host, st, 3);
    }
    return status;
}

/* Of several the one that is open. */
static struct dowry *dowry_of(const struct settling *s, const struct alm_line *line)
{
    const struct whose *whose =
        s->n_whose ? bsearch(&line->person, s->whose, s->n_whose, sizeof *s->whose, compare_ids) : NULL;
    struct dowry *found = NULL;
    while (whose && whose > s->whose && whose[-1].person == line->person)
        whose--;
    for (; whose && whose < s->whose + s->n_whose && whose->person == line->person; whose++) {
        struct dowry *dowry = dowry_at(s, whose->dowry);
        if (!dowry)
            continue;
        const alm_id person = alm_survivor(s->aliases, s->n_aliases, dowry->person);
        const alm_id partner = alm_survivor(s->aliases, s->n_aliases, dowry->partner);
        if (line->partner == (person == line->person ? partner : person) && (!found || found->state != DOWRIES_OPEN))
            found = dowry;
    }
    return found;
}

static enum alm_status check_line(const struct alm_host *host, const struct alm_line *line, const struct dowry *dowry,
                                  struct alm_verdict *verdict, struct alm_error *err)
{
    const struct alm_value *given = line->n_detail > DETAIL_CERTIFICATE ? &line->detail[DETAIL_CERTIFICATE] : NULL;
    char number[DOWRIES_MOST_CERTIFICATE + 1];
    char missing[160];
    char day[40];
    size_t n;
    if (!line->partner) {
        alm_refuse(verdict, "a dowry is for a couple: give the second person as partner");
    } else if (line->quantity != ALM_UNIT) {
        alm_refuse(verdict, "a delivery is one dowry");
    } else if (!dowry) {
        alm_refuse(verdict, "no dowry is open for these two: `open` one, and hand its items over");
    } else if (dowry->state != DOWRIES_OPEN) {
        alm_refuse(verdict, "the dowry of certificate %s is delivered already", dowry->certificate);
    } else if (given && !given->is_null && given->text && *given->text &&
               (!alm_code(given->text, number, sizeof number) || strcmp(number, dowry->certificate) != 0)) {
        alm_refuse(verdict, "the couple's dowry is that of certificate %s", dowry->certificate);
    } else if (dowry->missing) {
        enum alm_status status = dowries_missing(host, dowry->id, missing, sizeof missing, &n, err);
        alm_refuse(verdict, "not handed over yet: %s", missing);
        return status;
    } else if (line->date < dowry->last) {
        host->format_date(host, dowry->last, day, sizeof day);
        alm_refuse(verdict, "its last item was handed over only on %s", day);
    }
    return ALM_OK;
}

static enum alm_status deliver(const struct alm_host *host, struct alm_line *line, struct dowry *dowry,
                               struct alm_error *err)
{
    int64_t delivered = 0;
    dowry->state = DOWRIES_DELIVERED;
    line->value = dowry->cost;
    if (line->n_detail > DETAIL_CERTIFICATE) {
        /* The ledger reads it when it writes the line, after this call. */
        char *copy = host->alloc(host, strlen(dowry->certificate) + 1);
        if (!copy)
            return no_memory(err);
        line->detail[DETAIL_CERTIFICATE] = alm_string(strcpy(copy, dowry->certificate));
    }
    enum alm_status status = alm_run(host, &delivered, err,
                                     "UPDATE dowries_dowry SET state = $3, line = $4, ended = $5 "
                                     "WHERE programme = $1 AND id = $2 AND state = $6",
                                     "iiiiii", host->programme_id(host), dowry->id, (int64_t)DOWRIES_DELIVERED,
                                     line->id, (int64_t)line->date, (int64_t)DOWRIES_OPEN);
    if (status == ALM_OK && !delivered)
        status = alm_fail(err, ALM_AGAIN, "try again", "somebody else just changed the dowry of certificate %s",
                          dowry->certificate);
    return status;
}

enum alm_status dowries_settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                               struct alm_verdict *verdicts, struct alm_error *err)
{
    (void)state;
    struct settling s = {0};
    enum alm_status status = find_dowries(host, &s, lines, n, err);
    if (status == ALM_OK && s.n)
        status = read_dowries(host, &s, err);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        struct dowry *dowry = dowry_of(&s, &lines[i]);
        status = check_line(host, &lines[i], dowry, &verdicts[i], err);
        if (status == ALM_OK && !verdicts[i].refused)
            status = deliver(host, &lines[i], dowry, err);
    }
    free(s.at);
    free(s.ids);
    free(s.whose);
    return status;
}

enum alm_status dowries_unsettle(const struct alm_host *host, void *state, const struct alm_line *lines, size_t n,
                                 struct alm_error *err)
{
    (void)state;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        int64_t back = 0;
        status = alm_run(host, &back, err,
                         "UPDATE dowries_dowry SET state = $3, line = NULL, ended = NULL WHERE programme = $1 "
                         "AND id = (SELECT dowry FROM dowries_person WHERE programme = $1 AND person = $2) "
                         "AND line = $4",
                         "iiii", host->programme_id(host), lines[i].person, (int64_t)DOWRIES_OPEN, lines[i].id);
        /* One that was opened for an alias of that time is not found by the person of the line; dowries are few. */
        if (status == ALM_OK && !back)
            status = alm_run(host, NULL, err,
                             "UPDATE dowries_dowry SET state = $2, line = NULL, ended = NULL WHERE programme = $1 "
                             "AND line = $3",
                             "iii", host->programme_id(host), (int64_t)DOWRIES_OPEN, lines[i].id);
    }
    return status;
}
