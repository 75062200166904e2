/* SPDX-License-Identifier: MIT */
/* What the plug-in does when it runs: start and stop, migrations, reports, settle, memory. */
#include "sdk/internal.h"

#include <malloc.h>
#include <stdlib.h>

enum alm_status conform_start(const struct conform *conform, FILE *out, struct host **host,
                              struct host_programme **programme, struct alm_error *err)
{
    struct sdk_world world = conform->world;
    enum alm_status status = sdk_world_open(&world, out, host, err);
    return status == ALM_OK ? host_programme(*host, world.name, programme, err) : status;
}

/* The same with its store open. */
static enum alm_status start_with_store(const struct conform *conform, FILE *out, struct host **host,
                                        struct host_programme **programme, struct store **store, struct alm_error *err)
{
    enum alm_status status = conform_start(conform, out, host, programme, err);
    if (status == ALM_OK)
        status = host_store(*host, 0, store, err);
    return status == ALM_OK ? host_programme(*host, conform->world.name, programme, err) : status;
}

/* ---- migrations ---- */

struct migrating {
    struct sdk_answer *answer;
    bool again;
};

static void look_at(void *context, const struct store_migrated *done)
{
    const struct migrating *migrating = context;
    if (migrating->again && done->from != done->to)
        sdk_fail(migrating->answer, NULL, _("the schema of %s is migrated twice, from %u to %u"), done->owner,
                 done->from, done->to);
}

static enum alm_status add_data(struct host *host, const char *file, struct alm_error *err)
{
    char *sql = NULL;
    size_t len;
    struct store *store;
    enum alm_status status = file_read(file, 1 << 24, &sql, &len, err);
    if (status == ALM_OK)
        status = host_store(host, 0, &store, err);
    if (status == ALM_OK) {
        const struct alm_migration data = {1, "data", sql};
        status = store_migrate(store, "conform", &data, 1, NULL, err);
    }
    free(sql);
    return status;
}

void conform_migrates(const struct conform *conform, struct sdk_answer *answer)
{
    struct sdk_world world = conform->world;
    struct alm_error err = {0};
    for (int round = 0; round < 2 && answer->verdict == SDK_PASSED; round++) {
        struct migrating migrating = {answer, round > 0};
        struct host *host = NULL;
        sdk_doing(answer, _("while the store was made"));
        enum alm_status status = sdk_world_open(&world, NULL, &host, &err);
        if (status == ALM_OK)
            status = host_init(host, true, look_at, &migrating, &err);
        if (status == ALM_OK && round == 0 && conform->bench->data)
            status = add_data(host, conform->bench->data, &err);
        if (status != ALM_OK)
            sdk_fail_with(answer, &err);
        host_close(host);
    }
}

/* ---- starting ---- */

void conform_restarts(const struct conform *conform, struct sdk_answer *answer)
{
    struct alm_error err = {0};
    for (int round = 0; round < 3; round++) {
        struct host *host = NULL;
        struct host_programme *programme;
        sdk_doing(answer, round ? _("while it was started again") : _("while it was started"));
        if (conform_start(conform, NULL, &host, &programme, &err) != ALM_OK) {
            sdk_fail_with(answer, &err);
            return;
        }
        sdk_doing(answer, _("while it was stopped"));
        host_close(host);
    }
}

/* A number for all that the rule says of some cases. */
static uint64_t answers_of(const struct host_programme *programme, const struct conform_cases *cases)
{
    enum { ASKED = 500 };
    uint64_t sum = 0;
    for (size_t i = 0; i < ASKED; i++) {
        struct alm_entitlement e = {.size = sizeof e};
        programme->plugin->programme->entitle(programme->state, &cases->cases[i], &e);
        e.reason[sizeof e.reason - 1] = '\0';
        sum = sum * 1099511628211u + digest_quick(e.reason, strlen(e.reason));
        sum = sum * 1099511628211u + (uint64_t)e.quantity + (e.has_period ? (uint64_t)e.period : 0);
    }
    return sum;
}

/* Two INI files that name one plug-in are two programmes: what stops the one must not touch the other. */
void conform_two_programmes(const struct conform *conform, struct sdk_answer *answer)
{
    static const char second[] = "conform-second";
    struct sdk_world world = conform->world;
    struct host *hosts[2] = {NULL, NULL};
    struct host_programme *programmes[2];
    struct conform_cases cases = {0};
    struct strbuf ini = {0};
    struct alm_error err = {0};

    sdk_doing(answer, _("with two programmes at once"));
    enum alm_status status = sdk_world_sample(&world, conform->bench, &ini, &err);
    if (status == ALM_OK)
        status = sdk_world_settings(&world, second, ini.at, &err);
    for (int i = 0; i < 2 && status == ALM_OK; i++)
        status = sdk_world_open(&world, NULL, &hosts[i], &err);
    if (status == ALM_OK)
        status = host_programme(hosts[0], world.name, &programmes[0], &err);
    if (status == ALM_OK)
        status = host_programme(hosts[1], second, &programmes[1], &err);
    if (status == ALM_OK)
        status = conform_cases_make(&cases, programmes[0]->plugin->programme, &err);
    if (status == ALM_OK) {
        uint64_t before = answers_of(programmes[1], &cases);
        if (answers_of(programmes[0], &cases) != before)
            sdk_fail(answer, _("keep what you need in the state that start() makes, not in global variables"),
                     _("two programmes with the same settings answer in two ways"));
        host_close(hosts[0]);
        hosts[0] = NULL;
        sdk_doing(answer, _("with two programmes, of which one was stopped"));
        if (answers_of(programmes[1], &cases) != before)
            sdk_fail(answer, _("keep what you need in the state that start() makes, not in global variables"),
                     _("stopping one programme changes the answers of the other"));
    } else {
        sdk_fail_with(answer, &err);
    }
    host_close(hosts[0]);
    host_close(hosts[1]);
    remove(arena_printf(&world.arena, "%s/programmes/%s.ini", world.folder, second));
    strbuf_release(&ini);
}

/* ---- reports and commands ---- */

/* Arguments as if nothing was given; false if the command wants something. */
static bool args_of(const struct alm_option *options, size_t n, struct arena *arena, struct alm_args *args)
{
    struct alm_arg *at = arena_alloc(arena, (n + 1) * sizeof *at);
    struct alm_error err;
    *args = (struct alm_args){options, n, at};
    for (size_t i = 0; i < n; i++) {
        if (options[i].flags & ALM_REQUIRED)
            return false;
        if (!options[i].fallback)
            continue;
        const struct conf_rule rule = {.type = options[i].type, .choices = options[i].choices};
        struct alm_value *value = arena_alloc(arena, sizeof *value);
        if (conf_value_parse(&rule, text_of(options[i].fallback), arena, value, &err) != ALM_OK)
            return false;
        at[i] = (struct alm_arg){1, value, false};
    }
    return true;
}

static enum alm_status run_report(struct host_programme *programme, const struct alm_report *report,
                                  struct alm_error *err)
{
    struct arena arena = {0};
    struct report *sink = host_options(programme->host)->report;
    struct alm_args args;
    enum alm_status status = ALM_OK;
    if (args_of(report->options, report->n_options, &arena, &args)) {
        status = report_begin(sink, report->summary, report->columns, report->n_columns, err);
        if (status == ALM_OK)
            status = report->run(&programme->services, programme->state, &args, err);
        if (status == ALM_OK)
            status = report_end(sink, err);
    }
    arena_release(&arena);
    return status;
}

static enum alm_status run_command(struct host_programme *programme, const struct alm_command *command,
                                   struct alm_error *err)
{
    struct arena arena = {0};
    struct alm_args args;
    enum alm_status status = ALM_OK;
    if ((command->flags & (ALM_READS | ALM_NO_STORE)) && args_of(command->options, command->n_options, &arena, &args))
        status = command->run(&programme->services, programme->state, &args, err);
    arena_release(&arena);
    return status;
}

/* All reports, and all commands that only read and want no arguments, once; each in its transaction. */
static enum alm_status run_everything(struct host_programme *programme, struct store *store, struct sdk_answer *answer,
                                      struct alm_error *err)
{
    const struct alm_plugin *plugin = programme->plugin;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < plugin->n_reports + plugin->n_commands && status == ALM_OK; i++) {
        const bool report = i < plugin->n_reports;
        const char *name = report ? plugin->reports[i].name : plugin->commands[i - plugin->n_reports].name;
        sdk_doing(answer, report ? _("report %s") : _("command %s"), name);
        status = store_begin(store, false, err);
        if (status == ALM_OK)
            status = report ? run_report(programme, &plugin->reports[i], err)
                            : run_command(programme, &plugin->commands[i - plugin->n_reports], err);
        store_rollback(store);
        if (status != ALM_OK)
            error_prefix(err, "%s", answer->doing);
    }
    return status;
}

void conform_runs_empty(const struct conform *conform, struct sdk_answer *answer)
{
    struct host *host = NULL;
    struct host_programme *programme;
    struct store *store;
    struct alm_error err = {0};
    FILE *out = fopen("/dev/null", "we");
    enum alm_status status = start_with_store(conform, out, &host, &programme, &store, &err);
    if (status == ALM_OK)
        status = run_everything(programme, store, answer, &err);
    if (status != ALM_OK)
        sdk_fail_with(answer, &err);
    host_close(host);
    if (out)
        fclose(out);
}

/* ---- settle and unsettle ---- */

enum { LINES = 60 };

/* Deliveries of the last days, half of those to persons for couples.  Their own columns are empty, but for those that
 * are called as a group of sections: these name one of them. */
struct offers {
    struct alm_line lines[LINES];
    struct alm_verdict verdicts[LINES];
    struct alm_line accepted[LINES];
    size_t n_accepted;
};

static struct alm_value word_of(const struct host_programme *programme, const struct alm_column *column,
                                uint64_t *random)
{
    const struct alm_settings *settings = &programme->plugin->settings;
    for (size_t i = 0; i < settings->n_groups && column->type == ALM_STRING; i++) {
        struct alm_group group;
        const char *name;
        if (strcmp(settings->groups[i].name, column->name) != 0)
            continue;
        memcpy(&group, (const char *)programme->conf->own.data + settings->groups[i].offset, sizeof group);
        if (!group.count)
            continue;
        memcpy(&name, (const char *)group.items + conform_random(random, group.count) * settings->groups[i].item_size,
               sizeof name);
        return alm_string(name);
    }
    return alm_null();
}

static void make_lines(const struct host_programme *programme, struct arena *arena, struct offers *out)
{
    const struct alm_programme *rule = programme->plugin->programme;
    uint64_t random = 1400;
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < LINES; i++) {
        struct alm_line *line = &out->lines[i];
        *line = (struct alm_line){.id = 1000 + (alm_id)i,
                                  .owner = 100 + (alm_id)conform_random(&random, 20),
                                  .programme = programme->id,
                                  .date = SDK_TODAY - (alm_date)conform_random(&random, 3),
                                  .quantity = ALM_UNIT * (1 + (alm_quantity)conform_random(&random, 5)),
                                  .n_detail = rule->n_detail,
                                  .detail = arena_alloc(arena, (rule->n_detail + 1) * sizeof *line->detail)};
        if (rule->recipient == ALM_PLACE)
            line->place = line->owner;
        else
            line->household = line->owner;
        if (rule->recipient == ALM_PERSON)
            line->person = line->owner + 1000000;
        if (rule->recipient == ALM_PERSON && conform_random(&random, 2))
            line->partner = line->owner + 2000000;
        for (size_t k = 0; k < rule->n_detail; k++)
            line->detail[k] = word_of(programme, &rule->detail[k], &random);
    }
}

static int compare_rows(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All rows of one table as text, in an order of their own. */
static enum alm_status dump_table(struct store *store, const char *table, struct strbuf *out, struct alm_error *err)
{
    struct arena arena = {0};
    struct store_stmt *stmt;
    char **rows = NULL;
    size_t n = 0, capacity = 0;
    bool row = true;
    enum alm_status status = store_query(store, &stmt, err, arena_printf(&arena, "SELECT * FROM %s", table), "");
    const int columns = status == ALM_OK ? store_driver(store)->columns(store_driver_statement(stmt)) : 0;
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        struct strbuf text = {0};
        for (int i = 0; i < columns; i++) {
            struct alm_text value = store_is_null(stmt, i) ? text_of("-") : store_text(stmt, i);
            strbuf_addf(&text, "|%.*s", (int)value.len, value.at ? value.at : "");
        }
        ARRAY_ROOM(rows, n, capacity);
        rows[n++] = arena_strdup(&arena, text.at ? text.at : "");
        strbuf_release(&text);
    }
    if (n)
        qsort(rows, n, sizeof *rows, compare_rows);
    strbuf_addf(out, "%s\n", table);
    for (size_t i = 0; i < n; i++)
        strbuf_addf(out, "%s\n", rows[i]);
    free(rows);
    arena_release(&arena);
    return status;
}

/* The plug-in's tables as they are, and what lies where of the stock, from which it may have drawn. */
static enum alm_status dump(const struct host_programme *programme, struct store *store, struct strbuf *out,
                            struct alm_error *err)
{
    struct arena arena = {0};
    const char *const *tables;
    size_t n = conform_tables(programme->plugin, &arena, &tables);
    enum alm_status status = ALM_OK;
    strbuf_reset(out);
    for (size_t i = 0; i < n && status == ALM_OK; i++)
        status = dump_table(store, tables[i], out, err);
    if (status == ALM_OK)
        status = dump_table(store, "stock_balance", out, err);
    arena_release(&arena);
    return status;
}

/* Through the ledger, so that it can draw from stock.  Each time is another transaction, of another entry. */
static enum alm_status settle(struct host_programme *programme, struct offers *offers, size_t chunk, alm_id entry,
                              struct alm_error *err)
{
    const struct ledger_programme *given = host_programme_ledger(programme, err);
    struct ledger *ledger = NULL;
    enum alm_status status = given ? host_ledger(programme->host, &ledger, err) : err->status;
    for (size_t i = 0; i < LINES && status == ALM_OK; i += chunk)
        status = ledger_try_settle(ledger, given, offers->lines + i, chunk, offers->verdicts + i, entry, err);
    offers->n_accepted = 0;
    for (size_t i = 0; i < LINES && status == ALM_OK; i++) {
        if (!offers->verdicts[i].refused)
            offers->accepted[offers->n_accepted++] = offers->lines[i];
        else if (!offers->verdicts[i].reason[0])
            status = error_set(err, ALM_BAD_DATA, _("refuse with alm_refuse(verdict, \"why\")"),
                               _("settle() refuses a line without a reason"));
    }
    return status;
}

static enum alm_status unsettle(struct host_programme *programme, const struct offers *offers, alm_id entry,
                                struct alm_error *err)
{
    const struct alm_programme *rule = programme->plugin->programme;
    struct stock *stock;
    enum alm_status status =
        rule->unsettle(&programme->services, programme->state, offers->accepted, offers->n_accepted, err);
    if (status == ALM_OK)
        status = host_stock(programme->host, &stock, err);
    for (size_t i = 0; i < offers->n_accepted && status == ALM_OK; i++)
        status = stock_undraw(stock, offers->accepted[i].id, LINES + offers->accepted[i].id, SDK_TODAY, entry, err);
    return status;
}

/* Nothing of it stays. */
static void roll_back(struct host_programme *programme, struct store *store)
{
    store_rollback(store);
    host_again(programme->host);
}

static bool same_table(const struct strbuf *a, const struct strbuf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->at, b->at, a->len) == 0);
}

/* Settle and take back, inside a transaction that is rolled back. */
static enum alm_status settle_and_back(struct host_programme *programme, struct store *store, struct offers *offers,
                                       bool *same, struct sdk_answer *answer, struct alm_error *err)
{
    struct strbuf before = {0}, after = {0};
    struct arena arena = {0};
    make_lines(programme, &arena, offers);
    enum alm_status status = store_begin(store, true, err);
    sdk_doing(answer, "settle()");
    if (status == ALM_OK)
        status = dump(programme, store, &before, err);
    if (status == ALM_OK)
        status = settle(programme, offers, LINES, 1, err);
    sdk_doing(answer, "unsettle()");
    if (status == ALM_OK)
        status = unsettle(programme, offers, 1, err);
    if (status == ALM_OK)
        status = dump(programme, store, &after, err);
    roll_back(programme, store);
    *same = same_table(&before, &after);
    strbuf_release(&before);
    strbuf_release(&after);
    arena_release(&arena);
    return status;
}

/* All at once, or one by one: the same tables, the same verdicts, the same values. */
static enum alm_status settle_in_two_ways(struct host_programme *programme, struct store *store,
                                          struct sdk_answer *answer, struct alm_error *err)
{
    static struct offers offers[2];
    static const size_t chunks[] = {LINES, 1};
    struct strbuf tables[2] = {{0}, {0}};
    struct arena arena = {0};
    enum alm_status status = ALM_OK;
    sdk_doing(answer, "settle()");
    for (int way = 0; way < 2 && status == ALM_OK; way++) {
        make_lines(programme, &arena, &offers[way]);
        status = store_begin(store, true, err);
        if (status == ALM_OK)
            status = settle(programme, &offers[way], chunks[way], 2 + way, err);
        if (status == ALM_OK)
            status = dump(programme, store, &tables[way], err);
        roll_back(programme, store);
    }
    bool same = same_table(&tables[0], &tables[1]);
    for (size_t i = 0; i < LINES; i++)
        same = same && offers[0].verdicts[i].refused == offers[1].verdicts[i].refused &&
               offers[0].lines[i].value == offers[1].lines[i].value;
    if (status == ALM_OK && !same)
        sdk_fail(answer,
                 _("the core cuts offers into chunks of any size: look at nothing but the lines and the tables"),
                 _("lines settled one by one come out otherwise than settled together"));
    strbuf_release(&tables[0]);
    strbuf_release(&tables[1]);
    arena_release(&arena);
    return status;
}

void conform_settles(const struct conform *conform, struct sdk_answer *answer)
{
    static struct offers offers;
    struct host *host = NULL;
    struct host_programme *programme;
    struct store *store;
    struct alm_error err = {0};
    bool same = true;
    enum alm_status status = start_with_store(conform, NULL, &host, &programme, &store, &err);
    if (status == ALM_OK && !programme->plugin->programme->settle) {
        sdk_skip(answer, _("it has no settle()"));
    } else {
        if (status == ALM_OK)
            status = settle_and_back(programme, store, &offers, &same, answer, &err);
        if (status == ALM_OK && !same)
            sdk_fail(answer, _("unsettle() puts back all that settle() took, for the same line"),
                     _("settle() and then unsettle() leave its tables changed"));
        if (status == ALM_OK && answer->verdict == SDK_PASSED && !offers.n_accepted)
            sdk_skip(answer,
                     _("settle() refused every line (%s): give its tables rows for the days to 2020-12-05 with --data "
                       "FILE.sql"),
                     offers.verdicts[0].reason);
        if (status == ALM_OK && answer->verdict == SDK_PASSED)
            status = settle_in_two_ways(programme, store, answer, &err);
        if (status != ALM_OK)
            sdk_fail_with(answer, &err);
    }
    host_close(host);
}

/* ---- memory ---- */

struct round {
    struct host_programme *programme;
    struct store *store;
    const struct conform_cases *cases;
    const void *settings;
    struct sdk_answer *answer;
    struct offers *offers;
    FILE *out;
};

static enum alm_status round_start(const struct round *round, struct alm_error *err)
{
    const struct alm_plugin *plugin = round->programme->plugin;
    void *state = (void *)(uintptr_t)round->settings;
    enum alm_status status = ALM_OK;
    if (plugin->start)
        status = plugin->start(&round->programme->services, round->settings, &state, err);
    for (size_t i = 0; i < 100 && status == ALM_OK; i++) {
        struct alm_entitlement e = {.size = sizeof e};
        plugin->programme->entitle(state, &round->cases->cases[i], &e);
    }
    if (status == ALM_OK && plugin->stop)
        plugin->stop(state);
    return status;
}

/* With a sink of its own: that keeps what it printed with until it is freed. */
static enum alm_status round_run(const struct round *round, struct alm_error *err)
{
    struct host *host = round->programme->host;
    struct report *kept = host_options(host)->report;
    struct report_style style = {0};
    struct alm_error late = {0};
    host_report_style(host, &style);
    host_set_report(host, report_new(round->out, REPORT_JSON, &style));
    enum alm_status status = run_everything(round->programme, round->store, round->answer, err);
    report_free(host_options(host)->report, &late);
    host_set_report(host, kept);
    return status;
}

static enum alm_status round_settle(const struct round *round, struct alm_error *err)
{
    bool same;
    if (!round->programme->plugin->programme->settle)
        return ALM_OK;
    return settle_and_back(round->programme, round->store, round->offers, &same, round->answer, err);
}

/* Bytes that a round leaves behind, once it has run often enough to have filled its caches. */
static enum alm_status measure(enum alm_status (*work)(const struct round *, struct alm_error *),
                               const struct round *round, int64_t *left, struct alm_error *err)
{
    enum { WARM = 20, ROUNDS = 100 };
    const struct arena kept = round->programme->arena; /* the state may live there */
    size_t before = 0;
    enum alm_status status = ALM_OK;
    round->programme->arena = (struct arena){0};
    for (int i = 0; i < WARM + ROUNDS && status == ALM_OK; i++) {
        if (i == WARM)
            before = mallinfo2().uordblks;
        status = work(round, err);
        arena_reset(&round->programme->arena); /* host->alloc(): the host's to free */
    }
    *left = ((int64_t)mallinfo2().uordblks - (int64_t)before) / ROUNDS;
    arena_release(&round->programme->arena);
    round->programme->arena = kept;
    return status;
}

void conform_leaks(const struct conform *conform, struct sdk_answer *answer)
{
    static const struct {
        const char *what;
        enum alm_status (*work)(const struct round *, struct alm_error *);
    } works[] = {{N_("start, the rule and stop"), round_start},
                 {N_("reports and commands"), round_run},
                 {N_("settle and unsettle"), round_settle}};
    static struct offers offers;
    struct conform_cases cases = {0};
    struct host *host = NULL;
    struct host_programme *programme;
    struct store *store;
    struct alm_error err = {0};
    FILE *out = fopen("/dev/null", "we");
    enum alm_status status = start_with_store(conform, out, &host, &programme, &store, &err);
    if (status == ALM_OK)
        status = conform_cases_make(&cases, programme->plugin->programme, &err);
    for (size_t i = 0; i < COUNT_OF(works) && status == ALM_OK && answer->verdict == SDK_PASSED; i++) {
        const struct round round = {programme, store, &cases, programme->conf->own.data, answer, &offers, out};
        int64_t left = 0;
        sdk_doing(answer, "%s", _(works[i].what));
        status = measure(works[i].work, &round, &left, &err);
        if (status == ALM_OK && left > 0)
            sdk_fail(answer, _("run it under valgrind --leak-check=full"), _("%s leave %lld bytes behind each time"),
                     _(works[i].what), (long long)left);
    }
    if (status != ALM_OK)
        sdk_fail_with(answer, &err);
    host_close(host);
    if (out)
        fclose(out);
}
