/* SPDX-License-Identifier: MIT */
/* Opening a dowry for a couple, and giving it up.  Its certificate and both persons are claimed: no two dowries share
 * one. */
#include "dowries.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- finding ---- */

static enum alm_status certificate_of(const char *text, char *certificate, struct alm_error *err)
{
    if (alm_code(text, certificate, DOWRIES_MOST_CERTIFICATE + 1))
        return ALM_OK;
    return alm_fail(err, ALM_BAD_DATA, NULL, "the number of a certificate has 1 to %d bytes", DOWRIES_MOST_CERTIFICATE);
}

static enum alm_status read_dowry(const struct alm_host *host, alm_id id, struct dowries_dowry *dowry, bool *found,
                                  struct alm_error *err)
{
    struct alm_statement *st = NULL;
    enum alm_status status =
        alm_query(host, &st, err,
                  "SELECT certificate, person, partner, opened, body, grp, state, line FROM dowries_dowry "
                  "WHERE programme = $1 AND id = $2",
                  "ii", host->programme_id(host), id);
    if (status == ALM_OK)
        status = host->step(host, st, found, err);
    if (status != ALM_OK || !*found)
        return status;
    *dowry = (struct dowries_dowry){.id = id,
                                    .person = host->column_int(host, st, 1),
                                    .partner = host->column_int(host, st, 2),
                                    .opened = (alm_date)host->column_int(host, st, 3),
                                    .body = host->column_int(host, st, 4),
                                    .group = host->column_int(host, st, 5),
                                    .state = host->column_int(host, st, 6),
                                    .line = host->column_int(host, st, 7)};
    snprintf(dowry->certificate, sizeof dowry->certificate, "%s", host->column_text(host, st, 0));
    return ALM_OK;
}

/* The dowry that has a claim, of a person or an alias of theirs; *found false: there is none. */
static enum alm_status claimed(const struct alm_host *host, const char *certificate, alm_id person,
                               struct dowries_dowry *dowry, bool *found, struct alm_error *err)
{
    struct alm_statement *st = NULL;
    alm_id id = 0;
    enum alm_status status =
        certificate ? alm_query(host, &st, err,
                                "SELECT dowry FROM dowries_certificate WHERE programme = $1 AND certificate = $2", "it",
                                host->programme_id(host), certificate)
                    : alm_query(host, &st, err,
                                "SELECT dowry FROM dowries_person WHERE programme = $1 AND (person = $2 OR person IN "
                                "(SELECT id FROM alias WHERE survivor = $2 AND until IS NULL)) ORDER BY person",
                                "ii", host->programme_id(host), person);
    *found = false;
    while (alm_next(host, st, &status, err))
        id = host->column_int(host, st, 0);
    return status == ALM_OK && id ? read_dowry(host, id, dowry, found, err) : status;
}

enum alm_status dowries_find(const struct alm_host *host, const char *certificate, struct dowries_dowry *dowry,
                             struct alm_error *err)
{
    char number[DOWRIES_MOST_CERTIFICATE + 1];
    bool found = false;
    enum alm_status status = certificate_of(certificate, number, err);
    if (status == ALM_OK)
        status = claimed(host, number, 0, dowry, &found, err);
    if (status == ALM_OK && !found)
        status = alm_fail(err, ALM_BAD_DATA, "open one, or see `list`", "there is no dowry for certificate %s", number);
    return status;
}

enum alm_status dowries_lock(const struct alm_host *host, const struct dowries_dowry *dowry, struct alm_error *err)
{
    int64_t locked = 0;
    char hint[160] = "";
    enum alm_status status = alm_run(
        host, &locked, err, "UPDATE dowries_dowry SET state = $3 WHERE programme = $1 AND id = $2 AND state = $3",
        "iii", host->programme_id(host), dowry->id, (int64_t)DOWRIES_OPEN);
    if (status != ALM_OK || locked)
        return status;
    if (dowry->state != DOWRIES_DELIVERED)
        return alm_fail(err, ALM_AGAIN, "try again", "somebody else just changed the dowry of certificate %s",
                        dowry->certificate);
    snprintf(hint, sizeof hint, "take the delivery back first: almoner delivery reverse %lld --reason WHY",
             (long long)dowry->line);
    return alm_fail(err, ALM_REFUSED, hint, "the dowry of certificate %s is delivered", dowry->certificate);
}

enum alm_status dowries_missing(const struct alm_host *host, alm_id dowry, char *buf, size_t size, size_t *n,
                                struct alm_error *err)
{
    struct alm_statement *st = NULL;
    size_t len = 0;
    enum alm_status status = alm_query(host, &st, err,
                                       "SELECT item FROM dowries_item WHERE programme = $1 AND dowry = $2 "
                                       "AND handed IS NULL ORDER BY number",
                                       "ii", host->programme_id(host), dowry);
    *n = 0;
    buf[0] = '\0';
    while (alm_next(host, st, &status, err)) {
        if (len < size)
            len += (size_t)snprintf(buf + len, size - len, "%s%s", *n ? ", " : "", host->column_text(host, st, 0));
        (*n)++;
    }
    if (len >= size && size > 4)
        memcpy(buf + size - 4, "...", 4);
    return status;
}

/* ---- opening ---- */

struct opening {
    char certificate[DOWRIES_MOST_CERTIFICATE + 1];
    alm_id person, partner, body, group;
    alm_date date;
};

static enum alm_status check_opening(const struct alm_host *host, const struct opening *o, struct alm_error *err)
{
    char day[40];
    if (o->person == o->partner)
        return alm_fail(err, ALM_BAD_DATA, NULL, "a couple is two persons");
    if (!o->body && !o->group)
        return alm_fail(err, ALM_BAD_DATA, "give a body or a group", "who gives the dowry of certificate %s?",
                        o->certificate);
    host->format_date(host, o->date, day, sizeof day);
    return o->date > host->today(host) ? alm_fail(err, ALM_BAD_DATA, NULL, "%s lies in the future", day) : ALM_OK;
}

/* As the rule has it, so that nobody is promised what the ledger refuses at the end. */
static enum alm_status check_need(const struct alm_host *host, const struct dowries_settings *s,
                                  const struct opening *o, struct alm_error *err)
{
    const int64_t couple[] = {o->person, o->partner};
    struct alm_statement *st = NULL;
    bool in_need = false;
    bool of_age = true;
    enum alm_status status = alm_query(host, &st, err,
                                       "SELECT p.criteria, p.birth_date FROM home h "
                                       "JOIN person p ON p.owner = h.owner AND p.id = h.id WHERE h.id = ANY ($1) "
                                       "ORDER BY p.id",
                                       "a", couple, COUNT_OF(couple));
    while (alm_next(host, st, &status, err)) {
        const char *criteria = host->column_text(host, st, 0);
        const int64_t birth = alm_column_int(host, st, 1);
        const struct alm_member member = {.criteria = criteria ? criteria : ""};
        in_need = in_need || dowries_in_need(s, &member);
        of_age = of_age && (birth == ALM_NULL || alm_has_age((alm_date)birth, o->date, s->age_from));
    }
    if (status == ALM_OK && !of_age)
        status = alm_fail(err, ALM_REFUSED, NULL, "one of the couple is younger than %lld years",
                          (long long)(s->age_from / 86400 / 365));
    if (status == ALM_OK && !in_need)
        status = alm_fail(err, ALM_REFUSED, "criteria come with `almoner person import`",
                          "neither of the couple is in need by the register");
    return status;
}

static enum alm_status whose(const struct alm_host *host, const char *certificate, alm_id person,
                             struct dowries_dowry *old, struct alm_error *err)
{
    bool found = false;
    enum alm_status status = claimed(host, certificate, person, old, &found, err);
    if (status == ALM_OK && !found)
        status = alm_fail(err, ALM_AGAIN, "try again", "somebody else is changing a dowry of this couple");
    return status;
}

/* Where the programme's aid is asked for and decided on: the couple's approved case, which the delivery will need. */
static enum alm_status check_case(const struct alm_host *host, const struct opening *o, struct alm_error *err)
{
    const struct alm_line line = {
        .person = o->person, .partner = o->partner, .date = o->date, .quantity = ALM_UNIT, .body = o->body};
    struct alm_request request = {.size = sizeof request};
    return host->request_of(host, &line, &request, err);
}

/* Claims of the certificate and of both; *old is whose claim stands in the way, id 0 if none does. */
static enum alm_status claim(const struct alm_host *host, const struct opening *o, alm_id id, struct dowries_dowry *old,
                             struct alm_error *err)
{
    const alm_id couple[] = {o->person < o->partner ? o->person : o->partner,
                             o->person < o->partner ? o->partner : o->person};
    int64_t made = 0;
    *old = (struct dowries_dowry){0};
    enum alm_status status = alm_run(host, &made, err,
                                     "INSERT INTO dowries_certificate (programme, certificate, dowry) "
                                     "VALUES ($1, $2, $3) ON CONFLICT (programme, certificate) DO NOTHING",
                                     "iti", host->programme_id(host), o->certificate, id);
    if (status == ALM_OK && !made)
        return whose(host, o->certificate, 0, old, err);
    for (size_t i = 0; status == ALM_OK && i < COUNT_OF(couple); i++) {
        bool found = false;
        status = claimed(host, NULL, couple[i], old, &found, err);
        if (status != ALM_OK || found)
            return status;
        status = alm_run(host, &made, err,
                         "INSERT INTO dowries_person (programme, person, dowry) VALUES ($1, $2, $3) "
                         "ON CONFLICT (programme, person) DO NOTHING",
                         "iii", host->programme_id(host), couple[i], id);
        if (status == ALM_OK && !made)
            return whose(host, NULL, couple[i], old, err);
    }
    return status;
}

static enum alm_status insert(const struct alm_host *host, const struct dowries_settings *s, const struct opening *o,
                              alm_id id, struct alm_error *err)
{
    enum alm_status status =
        alm_run(host, NULL, err,
                "INSERT INTO dowries_dowry (programme, id, certificate, person, partner, opened, body, grp, state) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                "iitiiiiii", host->programme_id(host), id, o->certificate, o->person, o->partner, (int64_t)o->date,
                o->body ? o->body : ALM_NULL, o->group ? o->group : ALM_NULL, (int64_t)DOWRIES_OPEN);
    for (size_t i = 0; status == ALM_OK && i < s->items.count; i++) {
        const struct dowries_item *item = dowries_item_at(s, i);
        status =
            alm_run(host, NULL, err,
                    "INSERT INTO dowries_item (programme, dowry, number, item, bought, quantity) "
                    "VALUES ($1, $2, $3, $4, $5, $6)",
                    "iiitii", host->programme_id(host), id, (int64_t)i + 1, item->name, item->from, item->quantity);
    }
    return status;
}

/* Whoever they were when it was opened. */
static enum alm_status same_couple(const struct alm_host *host, const struct dowries_dowry *dowry,
                                   const struct opening *o, bool *same, struct alm_error *err)
{
    const alm_id couple[] = {dowry->person, dowry->partner};
    const struct alm_alias *aliases = NULL;
    size_t n = 0;
    enum alm_status status = ALM_OK;
    if (ALM_HOST_HAS(host, aliases) && host->aliases)
        status = host->aliases(host, couple, COUNT_OF(couple), &aliases, &n, err);
    if (status != ALM_OK)
        return status;
    const alm_id person = alm_survivor(aliases, n, dowry->person);
    const alm_id partner = alm_survivor(aliases, n, dowry->partner);
    *same = (person == o->person && partner == o->partner) || (person == o->partner && partner == o->person);
    return ALM_OK;
}

/* *same: it was opened before, as it is told now; nothing is to be written. */
static enum alm_status open_dowry(const struct alm_host *host, const struct dowries_settings *s, struct opening *o,
                                  bool *same, struct alm_error *err)
{
    struct dowries_dowry old;
    bool found = false;
    alm_id id = 0;
    *same = false;
    enum alm_status status = check_opening(host, o, err);
    if (status == ALM_OK)
        status = claimed(host, o->certificate, 0, &old, &found, err);
    if (status == ALM_OK && found)
        status = same_couple(host, &old, o, same, err);
    if (status != ALM_OK || *same)
        return status;
    status = check_need(host, s, o, err);
    if (status == ALM_OK)
        status = check_case(host, o, err);
    if (status == ALM_OK)
        status = host->new_id(host, &id, err);
    if (status == ALM_OK)
        status = claim(host, o, id, &old, err);
    if (status == ALM_OK && old.id && strcmp(old.certificate, o->certificate) == 0)
        return alm_fail(err, ALM_REFUSED, NULL, "certificate %s is that of another couple", o->certificate);
    if (status == ALM_OK && old.id)
        return alm_fail(err, ALM_REFUSED, NULL, "one of the couple has the dowry of certificate %s: once in life",
                        old.certificate);
    return status == ALM_OK ? insert(host, s, o, id, err) : status;
}

enum alm_status dowries_open(const struct alm_host *host, void *state, const struct alm_args *args,
                             struct alm_error *err)
{
    struct opening o = {.date = (alm_date)alm_arg_number(args, "date", host->today(host))};
    const char *body = alm_arg_text(args, "body");
    const char *group = alm_arg_text(args, "group");
    bool same = false;
    char text[160];
    enum alm_status status = certificate_of(alm_arg_text(args, "certificate"), o.certificate, err);
    if (status == ALM_OK)
        status = host->find(host, ALM_NOUN_PERSON, alm_arg_text(args, "person"), &o.person, err);
    if (status == ALM_OK)
        status = host->find(host, ALM_NOUN_PERSON, alm_arg_text(args, "partner"), &o.partner, err);
    if (status == ALM_OK && body)
        status = host->find(host, ALM_NOUN_BODY, body, &o.body, err);
    if (status == ALM_OK && group)
        status = host->find(host, ALM_NOUN_GROUP, group, &o.group, err);
    if (status == ALM_OK)
        status = open_dowry(host, state, &o, &same, err);
    if (status != ALM_OK)
        return status;
    snprintf(text, sizeof text,
             same ? "the dowry of certificate %s is open already" : "dowry opened for certificate %s", o.certificate);
    host->say(host, text);
    return ALM_OK;
}

/* ---- opening many ---- */

enum { CERTIFICATE, PERSON, PARTNER, BODY, GROUP, DATE };
static const struct alm_import_column columns[] = {
    [CERTIFICATE] = {.name = "certificate",
                     .aliases = "certificate_number|سند ازدواج|شماره سند",
                     .type = ALM_STRING,
                     .flags = ALM_REQUIRED},
    [PERSON] = {.name = "person",
                .aliases = "national_id|کد ملی",
                .type = ALM_ID,
                .noun = ALM_NOUN_PERSON,
                .flags = ALM_REQUIRED},
    [PARTNER] = {.name = "partner",
                 .aliases = "همسر|کد ملی همسر",
                 .type = ALM_ID,
                 .noun = ALM_NOUN_PERSON,
                 .flags = ALM_REQUIRED},
    [BODY] = {.name = "body", .aliases = "نهاد", .type = ALM_ID, .noun = ALM_NOUN_BODY},
    [GROUP] = {.name = "group", .aliases = "گروه", .type = ALM_ID, .noun = ALM_NOUN_GROUP},
    [DATE] = {.name = "date", .aliases = "تاریخ", .type = ALM_DATE},
};

static enum alm_status import_row(const struct alm_host *host, void *context, const struct alm_value *values,
                                  enum alm_row_outcome *outcome, struct alm_error *err)
{
    struct opening o = {.person = values[PERSON].number,
                        .partner = values[PARTNER].number,
                        .body = values[BODY].is_null ? 0 : values[BODY].number,
                        .group = values[GROUP].is_null ? 0 : values[GROUP].number,
                        .date = values[DATE].is_null ? host->today(host) : (alm_date)values[DATE].number};
    bool same = false;
    enum alm_status status = certificate_of(values[CERTIFICATE].text, o.certificate, err);
    if (status == ALM_OK)
        status = open_dowry(host, context, &o, &same, err);
    *outcome = same ? ALM_ROW_SAME : ALM_ROW_NEW;
    return status;
}

enum alm_status dowries_import(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    const struct alm_import import = {.file = alm_arg_text(args, "file"),
                                      .columns = columns,
                                      .n_columns = COUNT_OF(columns),
                                      .row = import_row,
                                      .context = state};
    return host->import(host, &import, err);
}

/* ---- giving up ---- */

enum alm_status dowries_cancel(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    (void)state;
    struct dowries_dowry dowry;
    struct alm_statement *st = NULL;
    char text[160];
    int64_t handed = 0;
    const alm_id programme = host->programme_id(host);
    enum alm_status status = dowries_find(host, alm_arg_text(args, "certificate"), &dowry, err);
    if (status == ALM_OK)
        status = dowries_lock(host, &dowry, err);
    if (status == ALM_OK)
        status = alm_query(host, &st, err, "SELECT COUNT(handed) FROM dowries_item WHERE programme = $1 AND dowry = $2",
                           "ii", programme, dowry.id);
    while (alm_next(host, st, &status, err))
        handed = host->column_int(host, st, 0);
    if (status == ALM_OK && handed)
        return alm_fail(err, ALM_REFUSED, "they come back first: dowries return CERTIFICATE ITEM --reason WHY",
                        "the couple of certificate %s has %lld items already", dowry.certificate, (long long)handed);
    if (status == ALM_OK)
        status = alm_run(
            host, NULL, err,
            "UPDATE dowries_dowry SET state = $3, ended = $4, reason = $5 WHERE programme = $1 AND id = $2", "iiiit",
            programme, dowry.id, (int64_t)DOWRIES_CANCELLED, (int64_t)host->today(host), alm_arg_text(args, "reason"));
    if (status == ALM_OK)
        status = alm_run(host, NULL, err, "DELETE FROM dowries_certificate WHERE programme = $1 AND certificate = $2",
                         "it", programme, dowry.certificate);
    const int64_t couple[] = {dowry.person, dowry.partner};
    if (status == ALM_OK)
        status = alm_run(host, NULL, err, "DELETE FROM dowries_person WHERE programme = $1 AND person = ANY ($2)", "ia",
                         programme, couple, COUNT_OF(couple));
    snprintf(text, sizeof text, "the dowry of certificate %s is cancelled", dowry.certificate);
    if (status == ALM_OK)
        host->say(host, text);
    return status;
}
