/* SPDX-License-Identifier: MIT */
/* Cards: imported from the issuer's list, listed, shown, and held against a code. */
#include "giftcards.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

int64_t giftcards_mark(const char *serial)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (; *serial; serial++)
        hash = (hash ^ (unsigned char)*serial) * 1099511628211u;
    return (int64_t)(hash >> 1);
}

struct giftcards_card giftcards_card_row(const struct alm_host *host, struct alm_statement *st)
{
    return (struct giftcards_card){.number = host->column_int(host, st, 0),
                                   .serial = host->column_text(host, st, 1),
                                   .currency = host->column_text(host, st, 2),
                                   .face = host->column_int(host, st, 3),
                                   .expires = host->column_int(host, st, 4),
                                   .state = host->column_int(host, st, 5),
                                   .holder = host->column_int(host, st, 6),
                                   .replaced_by = alm_column_int(host, st, 7)};
}

struct alm_value giftcards_expiry(int64_t expires)
{
    return expires == GIFTCARDS_NEVER ? alm_null() : alm_number(expires);
}

enum alm_status giftcards_holder_name(const struct alm_host *host, alm_id holder, char *buf, size_t size,
                                      struct alm_error *err)
{
    char name[120];
    if (holder == GIFTCARDS_SECRETARIAT) {
        snprintf(buf, size, "the secretariat");
        return ALM_OK;
    }
    enum alm_status status = host->name_of(host, ALM_NOUN_GROUP, holder, name, sizeof name, err);
    snprintf(buf, size, "group %s", name);
    return status;
}

static bool keep_text(const struct alm_host *host, const char **text)
{
    char *copy = host->alloc(host, strlen(*text) + 1);
    if (copy)
        *text = strcpy(copy, *text);
    return copy != NULL;
}

enum alm_status giftcards_find(const struct alm_host *host, const char *serial, struct giftcards_card *card,
                               struct alm_error *err)
{
    struct alm_statement *st = NULL;
    bool row = false;
    char code[GIFTCARDS_MAX_SERIAL + 1];
    enum alm_status status = ALM_OK;
    if (alm_code(serial, code, sizeof code)) {
        status = alm_query(host, &st, err,
                           "SELECT " GIFTCARDS_CARD_COLUMNS "FROM giftcards_serial s "
                           "JOIN giftcards_card c ON c.programme = s.programme AND c.number = s.number "
                           "WHERE s.programme = $1 AND s.mark = $2 AND s.serial = $3",
                           "iit", host->programme_id(host), giftcards_mark(code), code);
        if (status == ALM_OK)
            status = host->step(host, st, &row, err);
    }
    if (status != ALM_OK)
        return status;
    if (!row)
        return alm_fail(err, ALM_BAD_DATA, "cards come into being by `import`", "there is no card '%.60s'", serial);
    *card = giftcards_card_row(host, st);
    if (!keep_text(host, &card->serial) || !keep_text(host, &card->currency))
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    return ALM_OK;
}

/* ---- secret codes ---- */

/* The digest stands for serial and code together: cards with the same code don't look alike. */
static enum alm_status token_of(const struct alm_host *host, const char *serial, const char *code, char digits[65],
                                struct alm_error *err)
{
    char text[GIFTCARDS_MAX_SERIAL + 300];
    if (!ALM_HOST_HAS(host, token) || !host->token)
        return alm_fail(err, ALM_UNAVAILABLE, "bring almoner up to date, or leave the column out",
                        "this almoner cannot keep secret codes");
    snprintf(text, sizeof text, "%s\n%s", serial, code);
    return host->token(host, text, digits, err);
}

/* A line of standard input.  What stands on a command line is seen by others, and kept by shells. */
static enum alm_status read_code(char *code, size_t size, struct alm_error *err)
{
    if (!fgets(code, (int)size, stdin))
        code[0] = '\0';
    size_t len = strcspn(code, "\r\n");
    if (len == size - 1)
        return alm_fail(err, ALM_BAD_DATA, "give it the code alone", "a code has less than %zu bytes", size - 1);
    code[len] = '\0';
    return len ? ALM_OK : alm_fail(err, ALM_NO_INPUT, "type it, or pipe it in", "there is no code on standard input");
}

enum alm_status giftcards_check(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    (void)state;
    const char *serial = alm_arg_text(args, "serial");
    struct giftcards_card card;
    struct alm_statement *st = NULL;
    char code[256];
    char token[65];
    bool row = false;
    if (strcmp(alm_arg_text(args, "code"), "-") != 0)
        return alm_fail(err, ALM_USAGE, "write --code - and give the code to standard input",
                        "a secret code does not stand on a command line");
    enum alm_status status = giftcards_find(host, serial, &card, err);
    if (status == ALM_OK)
        status = alm_query(host, &st, err, "SELECT token FROM giftcards_card WHERE programme = $1 AND number = $2",
                           "ii", host->programme_id(host), card.number);
    if (status == ALM_OK)
        status = host->step(host, st, &row, err);
    if (status != ALM_OK)
        return status;
    const char *known = row ? host->column_text(host, st, 0) : NULL;
    if (!known)
        return alm_fail(err, ALM_BAD_DATA, "import the issuer's list with its codes",
                        "the code of card %s is not known", card.serial);
    char kept[65];
    snprintf(kept, sizeof kept, "%s", known);
    status = read_code(code, sizeof code, err);
    if (status == ALM_OK)
        status = token_of(host, card.serial, code, token, err);
    memset(code, 0, sizeof code);
    if (status == ALM_OK && strcmp(token, kept) != 0)
        status = alm_fail(err, ALM_REFUSED, NULL, "that is not the code of card %s", card.serial);
    if (status == ALM_OK)
        host->say(host, "that is the card's code");
    return status;
}

/* ---- import ---- */

enum { SERIAL, VALUE, CURRENCY, EXPIRES, ISSUER, CODE };
static const struct alm_import_column import_columns[] = {
    [SERIAL] = {.name = "serial",
                .aliases = "serial_number|card|سریال|شماره سریال",
                .type = ALM_STRING,
                .flags = ALM_REQUIRED},
    [VALUE] = {.name = "value", .aliases = "face_value|amount|مبلغ|ارزش", .type = ALM_DECIMAL, .flags = ALM_REQUIRED},
    [CURRENCY] = {.name = "currency", .aliases = "ارز|واحد پول", .type = ALM_STRING},
    [EXPIRES] = {.name = "expires", .aliases = "expiry|expiry_date|valid_until|انقضا|تاریخ انقضا", .type = ALM_DATE},
    [ISSUER] = {.name = "issuer", .aliases = "bank|صادرکننده|بانک", .type = ALM_STRING},
    [CODE] = {.name = "code", .aliases = "secret|pin|رمز", .type = ALM_STRING},
};

struct new_card {
    const char *serial, *issuer, *currency, *token;
    int64_t face, expires;
};

/* A serial stands in the ledger's lines and on command lines: nothing in it may need quoting. */
static enum alm_status check_card(const struct new_card *card, struct alm_error *err)
{
    if (!card->serial || strpbrk(card->serial, "\"'\\`$\x7f"))
        return alm_fail(err, ALM_BAD_DATA, NULL, "a serial has 1 to %d bytes, and no quotes", GIFTCARDS_MAX_SERIAL);
    if (card->face < 1 || card->face > INT64_C(1000000000000000))
        return alm_fail(err, ALM_BAD_DATA, NULL, "the value is more than nothing and at most 1000000000000");
    if (strlen(card->currency) != 3 || strspn(card->currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
        return alm_fail(err, ALM_BAD_DATA, NULL, "'%.20s' is not a currency's code, such as IRR", card->currency);
    return ALM_OK;
}

static enum alm_status insert(const struct alm_host *host, const struct new_card *card, bool *added,
                              struct alm_error *err)
{
    const alm_id programme = host->programme_id(host);
    int64_t changes = 0;
    alm_id number = 0;
    enum alm_status status = host->new_id(host, &number, err);
    if (status == ALM_OK)
        status = alm_run(host, &changes, err,
                         "INSERT INTO giftcards_serial (programme, mark, serial, number) VALUES ($1, $2, $3, $4) "
                         "ON CONFLICT (programme, mark, serial) DO NOTHING",
                         "iiti", programme, giftcards_mark(card->serial), card->serial, number);
    *added = status == ALM_OK && changes > 0;
    if (!*added)
        return status;
    status = alm_run(host, NULL, err,
                     "INSERT INTO giftcards_holder (programme, holder) VALUES ($1, $2) "
                     "ON CONFLICT (programme, holder) DO NOTHING",
                     "ii", programme, (int64_t)GIFTCARDS_SECRETARIAT);
    if (status == ALM_OK)
        status = alm_run(host, NULL, err,
                         "INSERT INTO giftcards_card (programme, number, serial, issuer, face, currency, expires, "
                         "token, state, holder) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                         "iittititii", programme, number, card->serial, card->issuer, card->face, card->currency,
                         card->expires, card->token, (int64_t)GIFTCARDS_HELD, (int64_t)GIFTCARDS_SECRETARIAT);
    if (status == ALM_OK)
        status = alm_run(host, NULL, err,
                         "INSERT INTO giftcards_custody (programme, number, id, kind, from_holder, to_holder, date) "
                         "VALUES ($1, $2, $2, $3, $4, $4, $5)",
                         "iiiii", programme, number, (int64_t)STEP_RECEIVED, (int64_t)GIFTCARDS_SECRETARIAT,
                         (int64_t)host->today(host));
    return status;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

/* A card that is known: what it is worth never changes; its last day may, and a code may come later. */
static enum alm_status change(const struct alm_host *host, const struct new_card *card, enum alm_row_outcome *outcome,
                              struct alm_error *err)
{
    struct giftcards_card old;
    struct alm_statement *st = NULL;
    bool row = false;
    enum alm_status status = giftcards_find(host, card->serial, &old, err);
    if (status == ALM_OK)
        status =
            alm_query(host, &st, err, "SELECT issuer, token FROM giftcards_card WHERE programme = $1 AND number = $2",
                      "ii", host->programme_id(host), old.number);
    if (status == ALM_OK)
        status = host->step(host, st, &row, err);
    if (status != ALM_OK)
        return status;
    const char *token = host->column_text(host, st, 1);
    if (old.face != card->face || !same_text(old.currency, card->currency) ||
        !same_text(host->column_text(host, st, 0), card->issuer))
        return alm_fail(err, ALM_REFUSED, NULL, "card %s is known with another value, currency or issuer",
                        card->serial);
    if (token && card->token && strcmp(token, card->token) != 0)
        return alm_fail(err, ALM_REFUSED, NULL, "card %s is known with another code", card->serial);
    bool new_token = !token && card->token;
    *outcome = ALM_ROW_SAME;
    if (!new_token && old.expires == card->expires)
        return ALM_OK;
    *outcome = ALM_ROW_CHANGED;
    return alm_run(host, NULL, err,
                   "UPDATE giftcards_card SET expires = $3, token = COALESCE(token, $4) "
                   "WHERE programme = $1 AND number = $2",
                   "iiit", host->programme_id(host), old.number, card->expires, card->token);
}

static enum alm_status import_row(const struct alm_host *host, void *context, const struct alm_value *values,
                                  enum alm_row_outcome *outcome, struct alm_error *err)
{
    const struct giftcards *self = context;
    char token[65];
    char serial[GIFTCARDS_MAX_SERIAL + 1];
    bool added = false;
    struct new_card card = {.serial = alm_code(values[SERIAL].text, serial, sizeof serial) ? serial : NULL,
                            .issuer = values[ISSUER].is_null ? NULL : values[ISSUER].text,
                            .currency = values[CURRENCY].is_null ? self->currency : values[CURRENCY].text,
                            .face = values[VALUE].number,
                            .expires = values[EXPIRES].is_null ? GIFTCARDS_NEVER : values[EXPIRES].number};
    enum alm_status status = check_card(&card, err);
    if (status == ALM_OK && !values[CODE].is_null) {
        status = strlen(values[CODE].text) < 255 ? token_of(host, card.serial, values[CODE].text, token, err)
                                                 : alm_fail(err, ALM_BAD_DATA, NULL, "a code has less than 255 bytes");
        card.token = token;
    }
    if (status == ALM_OK)
        status = insert(host, &card, &added, err);
    *outcome = ALM_ROW_NEW;
    return status == ALM_OK && !added ? change(host, &card, outcome, err) : status;
}

enum alm_status giftcards_import(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    const struct alm_import import = {.file = alm_arg_text(args, "file"),
                                      .columns = import_columns,
                                      .n_columns = COUNT_OF(import_columns),
                                      .row = import_row,
                                      .context = state};
    return host->import(host, &import, err);
}

/* ---- list ---- */

enum alm_status giftcards_list(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    static const struct alm_column columns[] = {
        {.name = "serial", .title = "serial", .type = ALM_STRING},
        {.name = "issuer", .title = "issuer", .type = ALM_STRING},
        {.name = "face", .title = "face value", .type = ALM_DECIMAL},
        {.name = "currency", .title = "currency", .type = ALM_STRING},
        {.name = "value", .title = "value", .type = ALM_MONEY, .flags = ALM_TOTAL},
        {.name = "expires", .title = "last day", .type = ALM_DATE},
        {.name = "state", .title = "where it is", .type = ALM_ENUM, .choices = giftcards_place_names},
        {.name = "group", .title = "group", .type = ALM_STRING},
        {.name = "household", .title = "household", .type = ALM_STRING},
        {.name = "date", .title = "given on", .type = ALM_DATE},
    };
    const struct giftcards *self = state;
    const char *group = alm_arg_text(args, "group");
    struct alm_statement *st = NULL;
    alm_id holder = -1;
    enum alm_status status = group ? host->find(host, ALM_NOUN_GROUP, group, &holder, err) : ALM_OK;
    if (status == ALM_OK)
        status = alm_query(host, &st, err,
                           "SELECT x.serial, x.issuer, x.face, x.currency, x.expires, x.place, g.code, h.code, x.date "
                           "FROM (SELECT c.number, c.serial, c.issuer, c.face, c.currency, c.expires, c.holder, "
                           "v.household, v.date, CASE WHEN c.state > 0 THEN c.state + 1 WHEN c.holder = 0 THEN 0 "
                           "ELSE 1 END AS place "
                           "FROM giftcards_card c "
                           "LEFT JOIN giftcards_given v ON v.programme = c.programme AND v.number = c.number "
                           "WHERE c.programme = $1) x "
                           "LEFT JOIN volunteer_group g ON g.id = x.holder "
                           "LEFT JOIN household h ON h.id = x.household "
                           "WHERE (CAST($2 AS BIGINT) = -1 OR x.place = CAST($2 AS BIGINT)) "
                           "AND (CAST($3 AS BIGINT) = -1 OR x.holder = CAST($3 AS BIGINT)) "
                           "ORDER BY x.number",
                           "iii", host->programme_id(host), alm_arg_number(args, "state", -1), holder);
    if (status == ALM_OK)
        status = host->table_begin(host, "gift cards", columns, COUNT_OF(columns), err);
    while (alm_next(host, st, &status, err)) {
        int64_t place = host->column_int(host, st, 5);
        int64_t face = host->column_int(host, st, 2);
        const char *currency = host->column_text(host, st, 3);
        const struct alm_value values[] = {
            alm_string(host->column_text(host, st, 0)),
            alm_string(host->column_text(host, st, 1)),
            alm_number(face),
            alm_string(currency),
            alm_number_or_null(giftcards_value(self, face, currency)),
            giftcards_expiry(host->column_int(host, st, 4)),
            {.number = place, .text = giftcards_place_names[place]},
            alm_string(host->column_text(host, st, 6)),
            alm_string(host->column_text(host, st, 7)),
            alm_number_or_null(alm_column_int(host, st, 8)),
        };
        status = host->row(host, values, err);
    }
    return status == ALM_OK ? host->table_end(host, err) : status;
}

/* ---- show: the chain of one card ---- */

enum { CHAIN_GIVEN = 100, CHAIN_TAKEN_BACK }; /* beside enum giftcards_step */

struct link {
    int64_t kind, date, line;
    const char *from, *to, *household, *other, *reason; /* NULL: the secretariat, or nothing */
};

static enum alm_status emit_link(const struct alm_host *host, const struct link *link, struct alm_error *err)
{
    static const char *const words[] = {
        [STEP_RECEIVED] = "received",   [STEP_HANDED] = "handed", [STEP_RETURNED] = "returned",
        [STEP_VOID] = "void",           [STEP_LOST] = "lost",     [STEP_REPLACED] = "replaced",
        [STEP_REPLACEMENT] = "replaces"};
    char from[160] = "";
    char to[160] = "";
    const char *word = link->kind < CHAIN_GIVEN ? words[link->kind] : "given";
    if (link->from)
        snprintf(from, sizeof from, "group %s", link->from);
    else
        snprintf(from, sizeof from, "secretariat");
    if (link->to)
        snprintf(to, sizeof to, "group %s", link->to);
    else
        snprintf(to, sizeof to, "secretariat");
    if (link->kind == CHAIN_TAKEN_BACK)
        word = "taken back";
    const bool to_household = link->kind == CHAIN_GIVEN || link->kind == STEP_REPLACEMENT;
    const bool from_household = !to_household && link->household;
    if (to_household)
        snprintf(to, sizeof to, "household %s", link->household ? link->household : "?");
    if (from_household)
        snprintf(from, sizeof from, "household %s", link->household);
    const bool ends = link->kind == STEP_VOID || link->kind == STEP_LOST || link->kind == STEP_REPLACED;
    const struct alm_value values[] = {
        alm_number(link->date),
        alm_string(word),
        link->kind == STEP_RECEIVED ? alm_null() : alm_string(from),
        ends ? alm_null() : alm_string(to),
        alm_string(link->other),
        link->line ? alm_number(link->line) : alm_null(),
        alm_string(link->reason),
    };
    return host->row(host, values, err);
}

/* Steps of the plug-in's own and the ledger's lines have ids of one kind, which grow with time. */
static enum alm_status emit_chain(const struct alm_host *host, const struct giftcards_card *card, struct alm_error *err)
{
    struct alm_statement *st = NULL;
    char detail[GIFTCARDS_MAX_SERIAL + 40];
    snprintf(detail, sizeof detail, "{\"serial\":\"%s\"}", card->serial);
    enum alm_status status = alm_query(
        host, &st, err,
        "SELECT x.id, x.kind, x.date, x.line, a.code, b.code, h.code, o.serial, x.reason "
        "FROM (SELECT id, kind, date, 0 AS line, from_holder, to_holder, household, other, reason "
        "FROM giftcards_custody WHERE programme = $1 AND number = $2 "
        "UNION ALL SELECT id, CASE WHEN reverses IS NULL THEN 100 ELSE 101 END, date, id, grp, grp, owner, NULL, note "
        "FROM line WHERE programme = $1 AND id > $2 AND detail = $3) x "
        "LEFT JOIN volunteer_group a ON a.id = x.from_holder "
        "LEFT JOIN volunteer_group b ON b.id = x.to_holder "
        "LEFT JOIN household h ON h.id = x.household "
        "LEFT JOIN giftcards_card o ON o.programme = $1 AND o.number = x.other "
        "ORDER BY x.id",
        "iit", host->programme_id(host), card->number, detail);
    while (alm_next(host, st, &status, err)) {
        const struct link link = {.kind = host->column_int(host, st, 1),
                                  .date = host->column_int(host, st, 2),
                                  .line = host->column_int(host, st, 3),
                                  .from = host->column_text(host, st, 4),
                                  .to = host->column_text(host, st, 5),
                                  .household = host->column_text(host, st, 6),
                                  .other = host->column_text(host, st, 7),
                                  .reason = host->column_text(host, st, 8)};
        status = emit_link(host, &link, err);
    }
    return status;
}

enum alm_status giftcards_show(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    static const struct alm_column columns[] = {
        {.name = "date", .title = "date", .type = ALM_DATE},
        {.name = "step", .title = "step", .type = ALM_STRING},
        {.name = "from", .title = "from", .type = ALM_STRING},
        {.name = "to", .title = "to", .type = ALM_STRING},
        {.name = "other", .title = "other card", .type = ALM_STRING},
        {.name = "line", .title = "delivery", .type = ALM_ID},
        {.name = "reason", .title = "reason", .type = ALM_STRING},
    };
    const struct giftcards *self = state;
    struct giftcards_card card;
    char text[400];
    char title[120];
    char last_day[40] = "";
    enum alm_status status = giftcards_find(host, alm_arg_text(args, "serial"), &card, err);
    if (status != ALM_OK)
        return status;
    snprintf(title, sizeof title, "card %s", card.serial);
    status = host->table_begin(host, title, columns, COUNT_OF(columns), err);
    if (status == ALM_OK)
        status = emit_chain(host, &card, err);
    if (status == ALM_OK)
        status = host->table_end(host, err);
    if (status != ALM_OK)
        return status;
    if (card.expires != GIFTCARDS_NEVER)
        host->format_date(host, (alm_date)card.expires, last_day, sizeof last_day);
    snprintf(text, sizeof text, "%lld.%03lld %s%s%s%s", (long long)(card.face / 1000), (long long)(card.face % 1000),
             card.currency, *last_day ? ", good until " : "", last_day,
             giftcards_value(self, card.face, card.currency) == ALM_NULL ? "; what that is worth is not known" : "");
    char *decimals = strstr(text, ".000 ");
    if (decimals)
        memmove(decimals, decimals + 4, strlen(decimals + 4) + 1);
    host->say(host, text);
    return ALM_OK;
}
