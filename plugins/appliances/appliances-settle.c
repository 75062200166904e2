/* SPDX-License-Identifier: MIT */
/*
 * Deliveries give appliances.  What the households of a chunk have, and whose the serials are that it names, come by
 * one query each; all lines draw together.  The rule saw what was given before the day; here it is seen what was given
 * after it too, and to whom the kind is only known from what they asked for.
 */
#include "appliances.h"
#include <stdlib.h>

/* An appliance that a household has, or gets in this call. */
struct had {
    alm_id household;
    const struct appliances_kind *kind;
    alm_date date;
    struct had *next; /* in its bucket */
};

/* A serial that is somebody's, or is claimed in this call. */
struct claim {
    int64_t mark;
    alm_id household;
    char serial[APPLIANCES_MOST_SERIAL + 1];
    struct claim *next;
};

struct settling {
    struct appliances *self;
    struct had **had; /* by household, in 2^n buckets */
    struct claim **claims;
    size_t n_buckets;
    const struct appliances_kind **kinds; /* of the lines; NULL: refused */
};

static enum alm_status no_memory(struct alm_error *err)
{
    return alm_fail(err, ALM_INTERNAL, "give it a smaller file", "out of memory while giving appliances");
}

int64_t appliances_mark(const char *serial)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (; *serial; serial++)
        hash = (hash ^ (unsigned char)*serial) * 1099511628211u;
    return (int64_t)(hash >> 1);
}

static const char *text_of(const struct alm_line *line, size_t column)
{
    const struct alm_value *value = line->n_detail > column ? &line->detail[column] : NULL;
    return value && !value->is_null && value->text && *value->text ? value->text : NULL;
}

static size_t bucket_of(const struct settling *s, int64_t number)
{
    return (size_t)((uint64_t)number * 0x9e3779b97f4a7c15u >> 32) & (s->n_buckets - 1);
}

static bool settling_init(struct settling *s, size_t n)
{
    for (s->n_buckets = 16; s->n_buckets < n * 2; s->n_buckets *= 2)
        ;
    s->had = calloc(s->n_buckets, sizeof *s->had);
    s->claims = calloc(s->n_buckets, sizeof *s->claims);
    s->kinds = calloc(n + 1, sizeof *s->kinds);
    return s->had && s->claims && s->kinds;
}

static void settling_release(struct settling *s)
{
    for (size_t i = 0; i < s->n_buckets; i++) {
        for (struct had *had = s->had ? s->had[i] : NULL; had;) {
            struct had *next = had->next;
            free(had);
            had = next;
        }
        for (struct claim *claim = s->claims ? s->claims[i] : NULL; claim;) {
            struct claim *next = claim->next;
            free(claim);
            claim = next;
        }
    }
    free(s->had);
    free(s->claims);
    free(s->kinds);
}

static bool had_add(struct settling *s, alm_id household, const struct appliances_kind *kind, alm_date date)
{
    struct had *had = malloc(sizeof *had);
    if (!had)
        return false;
    struct had **bucket = &s->had[bucket_of(s, household)];
    *had = (struct had){household, kind, date, *bucket};
    *bucket = had;
    return true;
}

static bool claim_add(struct settling *s, alm_id household, const char *serial)
{
    struct claim *claim = calloc(1, sizeof *claim);
    if (!claim)
        return false;
    claim->mark = appliances_mark(serial);
    claim->household = household;
    snprintf(claim->serial, sizeof claim->serial, "%s", serial);
    struct claim **bucket = &s->claims[bucket_of(s, claim->mark)];
    claim->next = *bucket;
    *bucket = claim;
    return true;
}

static const struct claim *claim_find(const struct settling *s, const char *serial)
{
    int64_t mark = appliances_mark(serial);
    const struct claim *claim = s->claims[bucket_of(s, mark)];
    while (claim && (claim->mark != mark || strcmp(claim->serial, serial) != 0))
        claim = claim->next;
    return claim;
}

/* ---- what is there ---- */

static int compare_ids(const void *left, const void *right)
{
    const int64_t *a = left;
    const int64_t *b = right;
    return *a < *b ? -1 : *a > *b;
}

static enum alm_status read_had(const struct alm_host *host, struct settling *s, const struct alm_line *lines, size_t n,
                                struct alm_error *err)
{
    struct alm_statement *st = NULL;
    const struct alm_alias *aliases = NULL;
    alm_id *households = malloc((n + 1) * sizeof *households);
    size_t kept = 0, n_aliases = 0;
    if (!households)
        return no_memory(err);
    for (size_t i = 0; i < n; i++)
        households[i] = lines[i].owner;
    qsort(households, n, sizeof *households, compare_ids);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || households[i] != households[kept - 1])
            households[kept++] = households[i];
    enum alm_status status = ALM_OK;
    if (ALM_HOST_HAS(host, aliases) && host->aliases)
        status = host->aliases(host, households, kept, &aliases, &n_aliases, err);
    alm_id *all = status == ALM_OK ? realloc(households, (kept + n_aliases + 1) * sizeof *all) : NULL;
    if (status == ALM_OK && !all)
        status = no_memory(err);
    households = all ? all : households;
    for (size_t i = 0; status == ALM_OK && i < n_aliases; i++)
        households[kept++] = aliases[i].id;
    if (status == ALM_OK)
        status = alm_query(host, &st, err,
                           "SELECT household, kind, date FROM appliances_given "
                           "WHERE programme = $1 AND household = ANY ($2) ORDER BY household, line",
                           "ia", host->programme_id(host), households, kept);
    while (alm_next(host, st, &status, err)) {
        const struct appliances_kind *kind = appliances_kind_of(s->self->settings, host->column_text(host, st, 1));
        const alm_id household = alm_survivor(aliases, n_aliases, host->column_int(host, st, 0));
        if (kind && !had_add(s, household, kind, (alm_date)host->column_int(host, st, 2)))
            status = no_memory(err);
    }
    free(households);
    return status;
}

static enum alm_status read_claims(const struct alm_host *host, struct settling *s, const struct alm_line *lines,
                                   size_t n, struct alm_error *err)
{
    struct alm_statement *st = NULL;
    int64_t *marks = malloc((n + 1) * sizeof *marks);
    char serial[APPLIANCES_MOST_SERIAL + 1];
    size_t n_marks = 0;
    if (!marks)
        return no_memory(err);
    for (size_t i = 0; i < n; i++)
        if (text_of(&lines[i], DETAIL_SERIAL) && alm_code(text_of(&lines[i], DETAIL_SERIAL), serial, sizeof serial))
            marks[n_marks++] = appliances_mark(serial);
    enum alm_status status = ALM_OK;
    if (n_marks)
        status = alm_query(host, &st, err,
                           "SELECT household, serial FROM appliances_serial "
                           "WHERE programme = $1 AND mark = ANY ($2) ORDER BY mark, serial",
                           "ia", host->programme_id(host), marks, n_marks);
    while (n_marks && alm_next(host, st, &status, err))
        if (!claim_add(s, host->column_int(host, st, 0), host->column_text(host, st, 1)))
            status = no_memory(err);
    free(marks);
    return status;
}

/* ---- a line ---- */

/* The kind that the line names, or else that of the case that it delivers: the two agree. */
static enum alm_status find_kind(const struct alm_host *host, const struct settling *s, struct alm_line *line,
                                 const struct appliances_kind **kind, struct alm_verdict *verdict,
                                 struct alm_error *err)
{
    const struct appliances_settings *settings = s->self->settings;
    const char *named = text_of(line, DETAIL_KIND);
    struct alm_request request = {.size = sizeof request, .subject = ""};
    char kinds[120];
    enum alm_status status = ALM_OK;
    *kind = NULL;
    if (ALM_HOST_HAS(host, request_of) && host->request_of)
        status = host->request_of(host, line, &request, err);
    if (status != ALM_OK)
        return status;
    const bool asked = request.id && *request.subject;
    *kind = named ? appliances_kind_of(settings, named) : asked ? appliances_kind_of(settings, request.subject) : NULL;
    if (asked && named && *kind && *kind != appliances_kind_of(settings, request.subject)) {
        alm_refuse(verdict, "the household's case is for '%.40s', and this is a %.40s", request.subject, (*kind)->name);
        *kind = NULL;
        return ALM_OK;
    }
    named = named || !asked ? named : request.subject;
    appliances_kinds_text(settings, kinds, sizeof kinds);
    if (!named)
        alm_refuse(verdict, "the kind is missing: give it as `kind`; %s", kinds);
    else if (!*kind)
        alm_refuse(verdict, "there is no kind '%.40s' of appliance; %s", named, kinds);
    else if (line->n_detail > DETAIL_KIND)
        line->detail[DETAIL_KIND] = alm_string((*kind)->name); /* which lives as long as the programme */
    return ALM_OK;
}

/* One that is nearer than so many years, before or after. */
static bool has_one(const struct alm_host *host, const struct settling *s, const struct alm_line *line,
                    const struct appliances_kind *kind, struct alm_verdict *verdict)
{
    char day[40];
    for (const struct had *had = s->had[bucket_of(s, line->owner)]; had; had = had->next) {
        if (had->household != line->owner || had->kind != kind)
            continue;
        const alm_date first = had->date < line->date ? had->date : line->date;
        const alm_date last = had->date < line->date ? line->date : had->date;
        if (last >= appliances_next(s->self, kind, first))
            continue;
        host->format_date(host, had->date, day, sizeof day);
        alm_refuse(verdict, "the household got a %.40s on %s: one in %lld years", kind->name, day,
                   (long long)kind->years);
        return true;
    }
    return false;
}

/* The serial as it is kept, in the line too; "" if there is none. */
static enum alm_status check_serial(const struct alm_host *host, const struct settling *s, struct alm_line *line,
                                    const struct appliances_kind *kind, char *serial, struct alm_verdict *verdict,
                                    struct alm_error *err)
{
    const char *given = text_of(line, DETAIL_SERIAL);
    char name[100];
    serial[0] = '\0';
    if (!given) {
        if (kind->serial == SERIAL_REQUIRED)
            alm_refuse(verdict, "a %.40s has a serial number: give it as `serial`", kind->name);
        return ALM_OK;
    }
    if (!alm_code(given, serial, APPLIANCES_MOST_SERIAL + 1)) {
        alm_refuse(verdict, "a serial number has 1 to %d bytes", APPLIANCES_MOST_SERIAL);
        return ALM_OK;
    }
    const struct claim *claim = claim_find(s, serial);
    if (claim) {
        enum alm_status status = host->name_of(host, ALM_NOUN_HOUSEHOLD, claim->household, name, sizeof name, err);
        alm_refuse(verdict, "the appliance with serial %s was given already, to household %.60s", serial, name);
        return status;
    }
    if (strcmp(serial, given) == 0)
        return ALM_OK;
    /* The ledger reads it when it writes the line, after this call. */
    char *copy = host->alloc(host, strlen(serial) + 1);
    if (!copy)
        return no_memory(err);
    line->detail[DETAIL_SERIAL] = alm_string(strcpy(copy, serial));
    return ALM_OK;
}

static void check_guarantee(const struct settling *s, struct alm_line *line, const struct appliances_kind *kind,
                            struct alm_verdict *verdict)
{
    struct alm_value *guarantee = &line->detail[DETAIL_GUARANTEE];
    if (!guarantee->is_null && guarantee->number < line->date)
        alm_refuse(verdict, "the guarantee ended before the appliance was given");
    else if (guarantee->is_null && kind->guarantee)
        *guarantee = alm_number(appliances_months_after(s->self, line->date, kind->guarantee));
}

static enum alm_status check_line(const struct alm_host *host, struct settling *s, size_t i, struct alm_line *line,
                                  struct alm_verdict *verdict, struct alm_error *err)
{
    char serial[APPLIANCES_MOST_SERIAL + 1];
    const char *model = text_of(line, DETAIL_MODEL);
    if (line->quantity != ALM_UNIT) {
        alm_refuse(verdict, "a delivery is one appliance; record each by itself");
        return ALM_OK;
    }
    if (line->n_detail < DETAILS) {
        alm_refuse(verdict, "the kind and the serial number of the appliance are missing");
        return ALM_OK;
    }
    if (model && strlen(model) > APPLIANCES_MOST_MODEL) {
        alm_refuse(verdict, "a model has at most %d bytes", APPLIANCES_MOST_MODEL);
        return ALM_OK;
    }
    const struct appliances_kind *kind;
    enum alm_status status = find_kind(host, s, line, &kind, verdict, err);
    if (status != ALM_OK || !kind || has_one(host, s, line, kind, verdict))
        return status;
    check_guarantee(s, line, kind, verdict);
    if (verdict->refused)
        return ALM_OK;
    status = check_serial(host, s, line, kind, serial, verdict, err);
    if (status != ALM_OK || verdict->refused)
        return status;
    s->kinds[i] = kind;
    if (kind->value)
        line->value = kind->value;
    if (!had_add(s, line->owner, kind, line->date) || (serial[0] && !claim_add(s, line->owner, serial)))
        return no_memory(err);
    return ALM_OK;
}

/* ---- stock ---- */

static enum alm_status draw(const struct alm_host *host, struct settling *s, struct alm_line *lines, size_t n,
                            struct alm_verdict *verdicts, struct alm_error *err)
{
    const struct appliances_settings *settings = s->self->settings;
    struct alm_draw *draws = calloc(n + 1, sizeof *draws);
    struct alm_goods *goods = calloc(n + 1, sizeof *goods);
    size_t *line_of = calloc(n + 1, sizeof *line_of);
    size_t n_draws = 0;
    enum alm_status status = draws && goods && line_of ? ALM_OK : no_memory(err);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        const alm_id item = s->kinds[i] ? s->self->items[s->kinds[i] - appliances_kind_at(settings, 0)] : 0;
        if (!item)
            continue;
        line_of[n_draws] = i;
        goods[n_draws] = (struct alm_goods){item, ALM_UNIT};
        draws[n_draws] = (struct alm_draw){.line = lines[i].id,
                                           .date = lines[i].date,
                                           .depots = s->self->depots,
                                           .n_depots = settings->depots.count,
                                           .goods = &goods[n_draws],
                                           .n_goods = 1,
                                           .cost = ALM_NULL};
        n_draws++;
    }
    if (status == ALM_OK && n_draws)
        status = host->stock_draw(host, draws, n_draws, err);
    for (size_t k = 0; status == ALM_OK && k < n_draws; k++) {
        struct alm_line *line = &lines[line_of[k]];
        verdicts[line_of[k]] = draws[k].verdict;
        if (draws[k].verdict.refused)
            s->kinds[line_of[k]] = NULL;
        else if (line->value == 0 && draws[k].cost != ALM_NULL)
            line->value = draws[k].cost;
    }
    free(draws);
    free(goods);
    free(line_of);
    return status;
}

/* ---- settle, unsettle ---- */

static enum alm_status write_given(const struct alm_host *host, const struct alm_line *line,
                                   const struct appliances_kind *kind, struct alm_error *err)
{
    const char *serial = text_of(line, DETAIL_SERIAL);
    const struct alm_value *guarantee = &line->detail[DETAIL_GUARANTEE];
    int64_t claimed = 1;
    enum alm_status status = ALM_OK;
    if (serial)
        status = alm_run(host, &claimed, err,
                         "INSERT INTO appliances_serial (programme, mark, serial, household, line) "
                         "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (programme, mark, serial) DO NOTHING",
                         "iitii", host->programme_id(host), appliances_mark(serial), serial, line->owner, line->id);
    if (status == ALM_OK && !claimed) /* somebody else gave it while this was at work */
        return alm_fail(err, ALM_AGAIN, "try again", "the appliance with serial %s is being given by somebody else",
                        serial);
    if (status == ALM_OK)
        status = alm_run(
            host, NULL, err,
            "INSERT INTO appliances_given (programme, household, line, kind, model, serial, date, guarantee) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            "iiitttii", host->programme_id(host), line->owner, line->id, kind->name, text_of(line, DETAIL_MODEL),
            serial, (int64_t)line->date, guarantee->is_null ? ALM_NULL : guarantee->number);
    return status;
}

enum alm_status appliances_settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                                  struct alm_verdict *verdicts, struct alm_error *err)
{
    struct settling s = {.self = state};
    enum alm_status status = settling_init(&s, n) ? ALM_OK : no_memory(err);
    if (status == ALM_OK)
        status = appliances_resolve(host, s.self, err);
    if (status == ALM_OK)
        status = read_had(host, &s, lines, n, err);
    if (status == ALM_OK)
        status = read_claims(host, &s, lines, n, err);
    for (size_t i = 0; status == ALM_OK && i < n; i++)
        status = check_line(host, &s, i, &lines[i], &verdicts[i], err);
    if (status == ALM_OK && s.self->draws)
        status = draw(host, &s, lines, n, verdicts, err);
    for (size_t i = 0; status == ALM_OK && i < n; i++)
        if (s.kinds[i])
            status = write_given(host, &lines[i], s.kinds[i], err);
    settling_release(&s);
    return status;
}

enum alm_status appliances_unsettle(const struct alm_host *host, void *state, const struct alm_line *lines, size_t n,
                                    struct alm_error *err)
{
    (void)state;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        const char *serial = text_of(&lines[i], DETAIL_SERIAL);
        status = alm_run(host, NULL, err,
                         "DELETE FROM appliances_given WHERE programme = $1 AND household = $2 AND line = $3", "iii",
                         host->programme_id(host), lines[i].owner, lines[i].id);
        if (status == ALM_OK && serial)
            status = alm_run(
                host, NULL, err,
                "DELETE FROM appliances_serial WHERE programme = $1 AND mark = $2 AND serial = $3 AND line = $4",
                "iiti", host->programme_id(host), appliances_mark(serial), serial, lines[i].id);
    }
    return status;
}
