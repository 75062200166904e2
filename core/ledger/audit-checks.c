/* SPDX-License-Identifier: MIT */
/* What the audit compares, how it names it, and the comparisons that SQL can put in order by itself. */
#include "ledger/audit.h"

#include <stdlib.h>

/* ---- names ---- */

const char *audit_owner(struct audit *audit, alm_id owner, char *buf, size_t size)
{
    char name[128];
    struct store *store = audit->ledger->services.store;
    if (register_name(store, ALM_NOUN_HOUSEHOLD, owner, name, sizeof name, NULL) == ALM_OK)
        snprintf(buf, size, _("household %s"), name);
    else if (register_name(store, ALM_NOUN_PLACE, owner, name, sizeof name, NULL) == ALM_OK)
        snprintf(buf, size, _("place %s"), name);
    else
        snprintf(buf, size, "%lld", (long long)owner);
    return buf;
}

const char *audit_code(struct audit *audit, enum register_noun noun, alm_id id)
{
    const struct register_entry *entry = id ? register_by_id(audit->ledger->services.directory, noun, id) : NULL;
    return entry ? entry->code : id ? "?" : "-";
}

const char *audit_area(struct audit *audit, alm_id id)
{
    const struct register_area *areas;
    size_t n;
    const int32_t area = id ? register_area_by_id(audit->ledger->services.directory, id) : -1;
    if (area < 0 || register_areas(audit->ledger->services.directory, &areas, &n, NULL) != ALM_OK)
        return id ? "?" : "-";
    return areas[area].code;
}

static void account_subject(struct audit *audit, const int64_t *key, char *buf, size_t size)
{
    char owner[160];
    snprintf(buf, size, _("account of %s under %s"), audit_owner(audit, key[0], owner, sizeof owner),
             audit_code(audit, REGISTER_PROGRAMME, key[1]));
}

static void tally_subject(struct audit *audit, const int64_t *key, char *buf, size_t size)
{
    char month[16];
    date_format_month((int32_t)key[4], month, sizeof month);
    snprintf(buf, size, _("tally of %s, stage %s, area %s, body %s, month %s"),
             audit_code(audit, REGISTER_PROGRAMME, key[0]), audit_code(audit, REGISTER_STAGE, key[1]),
             audit_area(audit, key[2]), audit_code(audit, REGISTER_BODY, key[3]), month);
}

static void detail_subject(struct audit *audit, const int64_t *key, char *buf, size_t size)
{
    char day[16];
    date_format((alm_date)key[0], DATE_ISO, day, sizeof day);
    snprintf(buf, size, _("daily tally of %s, stage %s, area %s, body %s, group %s, day %s"),
             audit_code(audit, REGISTER_PROGRAMME, key[1]), audit_code(audit, REGISTER_STAGE, key[2]),
             audit_area(audit, key[3]), audit_code(audit, REGISTER_BODY, key[4]),
             audit_code(audit, REGISTER_GROUP, key[5]), day);
}

static void unique_subject(struct audit *audit, const int64_t *key, char *buf, size_t size)
{
    char month[16];
    const char *programme = key[1] ? audit_code(audit, REGISTER_PROGRAMME, key[1]) : _("all programmes");
    switch (key[0]) {
    case 0:
        snprintf(buf, size, _("unique count of %s"), programme);
        break;
    case 1:
        snprintf(buf, size, _("unique count of %s, stage %s"), programme, audit_code(audit, REGISTER_STAGE, key[2]));
        break;
    case 2:
        snprintf(buf, size, _("unique count of %s, body %s"), programme, audit_code(audit, REGISTER_BODY, key[2]));
        break;
    case 3:
        date_format_month((int32_t)key[2], month, sizeof month);
        snprintf(buf, size, _("unique count of %s, month %s"), programme, month);
        break;
    default:
        snprintf(buf, size, _("unique count of %s, area %s"), programme, audit_area(audit, key[2]));
    }
}

/* People know a recipient by the household; a person's name is no matter for an audit's listing. */
static void claim_subject(struct audit *audit, const int64_t *key, char *buf, size_t size)
{
    char owner[160];
    snprintf(buf, size, _("claim of %s on period %lld of %s"), audit_owner(audit, key[2], owner, sizeof owner),
             (long long)key[1], audit_code(audit, REGISTER_PROGRAMME, key[0]));
}

static void key_subject(struct audit *audit, const int64_t *key, char *buf, size_t size)
{
    char owner[160];
    snprintf(buf, size, _("key of delivery or refusal %lld of %s"), (long long)key[1],
             audit_owner(audit, key[0], owner, sizeof owner));
}

static void owner_subject(struct audit *audit, const int64_t *key, char *buf, size_t size)
{
    char owner[160];
    snprintf(buf, size, _("line %lld in the list of %s"), (long long)key[2],
             audit_owner(audit, key[1], owner, sizeof owner));
}

static void partner_subject(struct audit *audit, const int64_t *key, char *buf, size_t size)
{
    (void)audit;
    snprintf(buf, size, _("line %lld in the list of partner %lld"), (long long)key[2], (long long)key[0]);
}

static void reversal_subject(struct audit *audit, const int64_t *key, char *buf, size_t size)
{
    char owner[160];
    snprintf(buf, size, _("reversal of line %lld of %s"), (long long)key[1],
             audit_owner(audit, key[0], owner, sizeof owner));
}

/* ---- tables ---- */

const struct audit_table audit_account = {
    .kept = "SELECT owner, programme, deliveries, quantity, value, last_date, last_line FROM account "
            "ORDER BY owner, programme",
    .n_keys = 2,
    .n_values = 5,
    .names = {N_("deliveries"), N_("thousandths"), N_("minor units"), N_("as last day"), N_("as last line")},
    .subject = account_subject,
};

#define SUMS "CAST(SUM(deliveries) AS BIGINT), CAST(SUM(quantity) AS BIGINT), CAST(SUM(value) AS BIGINT)"

const struct audit_table audit_tally = {
    .kept = "SELECT programme, stage, county, body, month, " SUMS " FROM tally "
            "GROUP BY programme, stage, county, body, month ORDER BY programme, stage, county, body, month",
    .n_keys = 5,
    .n_values = 3,
    .names = {N_("deliveries"), N_("thousandths"), N_("minor units")},
    .sums = true,
    .subject = tally_subject,
};

const struct audit_table audit_unique = {
    .kept = "SELECT cut, programme, value, CAST(SUM(households) AS BIGINT), CAST(SUM(persons) AS BIGINT), "
            "CAST(SUM(places) AS BIGINT) FROM unique_count "
            "GROUP BY cut, programme, value ORDER BY cut, programme, value",
    .n_keys = 3,
    .n_values = 3,
    .names = {N_("households"), N_("persons"), N_("places")},
    .sums = true,
    .subject = unique_subject,
};

static const struct audit_table detail = {
    .kept = "SELECT day, programme, stage, area, body, grp, " SUMS " FROM tally_detail "
            "GROUP BY day, programme, stage, area, body, grp ORDER BY day, programme, stage, area, body, grp",
    .n_keys = 6,
    .n_values = 3,
    .names = {N_("deliveries"), N_("thousandths"), N_("minor units")},
    .sums = true,
    .subject = detail_subject,
};
static const char detail_counted[] =
    "SELECT date, programme, stage, area, body, grp, "
    "CAST(SUM(CASE WHEN reverses IS NULL THEN 1 ELSE -1 END) AS BIGINT), CAST(SUM(quantity) AS BIGINT), "
    "CAST(SUM(value) AS BIGINT) FROM line "
    "GROUP BY date, programme, stage, area, body, grp ORDER BY date, programme, stage, area, body, grp";

static const struct audit_table claim = {
    .kept = "SELECT programme, period, recipient, line, owner FROM claim ORDER BY programme, period, recipient",
    .n_keys = 3,
    .n_values = 2,
    .names = {N_("as its line"), N_("as its owner")},
    .subject = claim_subject,
};
#define STANDS "reverses IS NULL AND id NOT IN (SELECT line FROM reversal)"
/* Of several lines that use one period (they were recorded past a double) one has the claim, whichever. */
static const char claim_counted[] =
    "SELECT a.programme, a.period, a.recipient, "
    "COALESCE(MAX(CASE WHEN c.line = a.id THEN a.id END), MIN(a.id)), "
    "COALESCE(MAX(CASE WHEN c.line = a.id THEN a.owner END), MIN(a.owner)) "
    "FROM (SELECT COALESCE(person, owner) AS recipient, programme, period, id, owner FROM line "
    "WHERE period IS NOT NULL AND " STANDS " "
    "UNION ALL "
    "SELECT partner AS recipient, programme, period, id, owner FROM line "
    "WHERE period IS NOT NULL AND partner IS NOT NULL AND " STANDS ") a "
    "LEFT JOIN claim c ON c.recipient = a.recipient AND c.programme = a.programme AND c.period = a.period "
    "GROUP BY a.programme, a.period, a.recipient "
    "ORDER BY a.programme, a.period, a.recipient";

static const struct audit_table key = {
    .kept = "SELECT owner, id FROM delivery_key ORDER BY owner, id",
    .n_keys = 2,
    .subject = key_subject,
};
/* A held offer's key stays with the refusal when it is accepted. */
static const char key_counted[] =
    "SELECT owner, id FROM line "
    "WHERE reverses IS NULL AND id NOT IN (SELECT line FROM refusal WHERE line IS NOT NULL) "
    "UNION ALL "
    "SELECT owner, id FROM refusal "
    "ORDER BY owner, id";

/* The ways to the lines. */
static const struct {
    struct audit_table kept;
    const char *counted;
} ways[] = {
    {{.kept = "SELECT span, owner, id FROM owner_line ORDER BY span, owner, id", .n_keys = 3, .subject = owner_subject},
     "SELECT date / 30 AS span, owner, id FROM line ORDER BY span, owner, id"},
    {{.kept = "SELECT partner, owner, id FROM partner_line ORDER BY partner, owner, id",
      .n_keys = 3,
      .subject = partner_subject},
     "SELECT partner, owner, id FROM line WHERE partner IS NOT NULL ORDER BY partner, owner, id"},
    {{.kept = "SELECT owner, line, id FROM reversal ORDER BY owner, line",
      .n_keys = 2,
      .n_values = 1,
      .names = {N_("as the line that takes it back")},
      .subject = reversal_subject},
     "SELECT owner, reverses, id FROM line WHERE reverses IS NOT NULL ORDER BY owner, reverses, id"},
};

/* ---- the journal ---- */

static void journal_subject(struct audit *audit, const int64_t *entry, char *buf, size_t size)
{
    (void)audit;
    snprintf(buf, size, _("journal entry %lld, of its lines"), (long long)entry[0]);
}

/* What a journal entry's digest takes beside lines: who was found to be whom. */
struct decisions {
    struct decision {
        alm_id entry;
        uint64_t digest[2];
    } * at; /* by entry */
    size_t n, capacity, next;
};

static int compare_decisions(const void *a, const void *b)
{
    const struct decision *x = a, *y = b;
    return (x->entry > y->entry) - (x->entry < y->entry);
}

static void add_decision(struct decisions *decisions, const struct register_decided *decided)
{
    ARRAY_ROOM(decisions->at, decisions->n, decisions->capacity);
    decisions->at[decisions->n].entry = decided->entry;
    register_decided_digest(decided, decisions->at[decisions->n++].digest);
}

static enum alm_status read_decisions(struct audit *audit, struct decisions *decisions, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row;
    enum alm_status status =
        store_query(audit->ledger->services.store, &stmt, err,
                    "SELECT owner, id, decision, chosen, entry, since, who, split_entry, until, split_by FROM alias "
                    "ORDER BY decision, owner, id",
                    "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        struct register_decided decided = {.owner = store_int(stmt, 0),
                                           .id = store_int(stmt, 1),
                                           .decision = store_int(stmt, 2),
                                           .chosen = store_int(stmt, 3),
                                           .entry = store_int(stmt, 4),
                                           .day = (alm_date)store_int(stmt, 5),
                                           .who = store_string(stmt, 6)};
        add_decision(decisions, &decided);
        if (store_is_null(stmt, 8))
            continue;
        decided.split = true;
        decided.entry = store_is_null(stmt, 7) ? 0 : store_int(stmt, 7);
        decided.day = (alm_date)store_int(stmt, 8);
        decided.who = store_string(stmt, 9);
        add_decision(decisions, &decided);
    }
    if (decisions->n)
        qsort(decisions->at, decisions->n, sizeof *decisions->at, compare_decisions);
    return status;
}

static const struct audit_table journal = {
    .kept = "SELECT id, lines, digest_high, digest_low FROM journal ORDER BY id",
    .n_keys = 1,
    .n_values = 3,
    .names = {N_("lines"), N_("as digest"), N_("as digest")},
    .sums = true,
    .subject = journal_subject,
};

/* Compare an entry's sums, after those of entries before it that have decisions alone. */
static enum alm_status push_entry(struct audit_join *j, struct decisions *decisions, alm_id entry, int64_t n,
                                  uint64_t sum[2], struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    while (status == ALM_OK && decisions->next < decisions->n && decisions->at[decisions->next].entry <= entry) {
        const alm_id at = decisions->at[decisions->next].entry;
        uint64_t alone[2] = {0, 0}, *into = at == entry ? sum : alone;
        for (; decisions->next < decisions->n && decisions->at[decisions->next].entry == at; decisions->next++) {
            into[0] += decisions->at[decisions->next].digest[0];
            into[1] += decisions->at[decisions->next].digest[1];
        }
        const int64_t counted[] = {at, 0, (int64_t)alone[0], (int64_t)alone[1]};
        if (at != entry)
            status = audit_join_push(j, counted, err);
    }
    const int64_t counted[] = {entry, n, (int64_t)sum[0], (int64_t)sum[1]};
    return status == ALM_OK && entry != INT64_MAX ? audit_join_push(j, counted, err) : status;
}

/* Digests are sums over an entry's lines, so the lines are taken by entry. */
static enum alm_status check_journal(struct audit *audit, struct alm_error *err)
{
    struct audit_join j;
    struct store_stmt *stmt;
    bool row;
    uint64_t sum[2] = {0, 0};
    int64_t at = 0, n = 0;
    struct decisions decisions = {0};
    enum alm_status status = read_decisions(audit, &decisions, err);
    if (status == ALM_OK)
        status = audit_join_begin(&j, audit, &journal, err);
    if (status == ALM_OK)
        status = store_query(audit->ledger->services.store, &stmt, err,
                             "SELECT " LINES_COLUMNS " FROM line ORDER BY line.entry", "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK) {
        struct alm_line line;
        struct ledger_extra extra;
        alm_id entry = 0;
        if (row)
            lines_fetch(audit->ledger, stmt, &line, &extra, &entry);
        if (n && (!row || entry != at)) {
            status = push_entry(&j, &decisions, at, n, sum, err);
            n = 0;
            sum[0] = sum[1] = 0;
        }
        if (!row || status != ALM_OK)
            break;
        uint64_t digest[2];
        ledger_line_digest(&line, &extra, entry, digest);
        sum[0] += digest[0];
        sum[1] += digest[1];
        at = entry;
        n++;
    }
    if (status == ALM_OK)
        status = push_entry(&j, &decisions, INT64_MAX, 0, sum, err);
    free(decisions.at);
    return status == ALM_OK ? audit_join_end(&j, err) : status;
}

/* Who stands for whom follows from what was decided, one after the other. */
static enum alm_status check_aliases(struct audit *audit, struct alm_error *err)
{
    static const char sql[] =
        "SELECT DISTINCT a.id FROM alias a WHERE a.until IS NULL AND (a.survivor = a.id "
        "OR EXISTS (SELECT 1 FROM alias b WHERE b.until IS NULL AND (b.id = a.survivor "
        "OR (b.id = a.id AND b.decision <> a.decision))) "
        "OR a.survivor <> COALESCE((SELECT MIN(c.survivor) FROM alias c WHERE c.id = a.chosen AND c.until IS NULL), "
        "a.chosen) "
        "OR NOT (a.owner = a.id AND EXISTS (SELECT 1 FROM household h WHERE h.id = a.id) "
        "OR EXISTS (SELECT 1 FROM home WHERE home.id = a.id AND home.owner = a.owner))) ORDER BY a.id";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(audit->ledger->services.store, &stmt, err, sql, "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        audit_fault(audit, _("%lld is kept as an alias of another than was decided"), (long long)store_int(stmt, 0));
    return status;
}

/* A partner from another household who never moved has to be marked, else two households' lines count them. */
static enum alm_status check_partners(struct audit *audit, struct alm_error *err)
{
    static const char sql[] = "SELECT DISTINCT pl.partner FROM partner_line pl "
                              "JOIN home ON home.id = pl.partner "
                              "JOIN person ON person.owner = home.owner AND person.id = home.id "
                              "WHERE pl.owner <> home.owner AND person.until IS NULL AND person.elsewhere IS NULL "
                              "ORDER BY pl.partner";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(audit->ledger->services.store, &stmt, err, sql, "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        audit_fault(audit, _("person %lld was named in aid to another household, but is not marked: they count twice"),
                    (long long)store_int(stmt, 0));
    return status;
}

enum alm_status audit_checks(struct audit *audit, struct alm_error *err)
{
    enum alm_status status = audit_join_query(audit, &detail, detail_counted, err);
    for (size_t i = 0; status == ALM_OK && i < COUNT_OF(ways); i++)
        status = audit_join_query(audit, &ways[i].kept, ways[i].counted, err);
    if (status == ALM_OK)
        status = audit_join_query(audit, &claim, claim_counted, err);
    if (status == ALM_OK)
        status = audit_join_query(audit, &key, key_counted, err);
    if (status == ALM_OK)
        status = check_partners(audit, err);
    if (status == ALM_OK)
        status = check_aliases(audit, err);
    return status == ALM_OK ? check_journal(audit, err) : status;
}
