/* SPDX-License-Identifier: MIT */
/* `almoner delivery` and `almoner entitlement`: record, import, list, show, reverse, decide. */
#include "cli/delivery.h"

#include <stdlib.h>

/* --with slot=lunch: the programme's own columns. */
static enum alm_status own_columns(struct cli *cli, const struct alm_args *args, struct ledger_offer *offer,
                                   struct alm_error *err)
{
    const struct alm_programme *rule = offer->programme->rule;
    const struct alm_arg *with = alm_arg(args, "with");
    enum alm_status status = ALM_OK;

    offer->detail = arena_alloc(&cli->arena, (rule->n_detail + 1) * sizeof *offer->detail);
    for (size_t i = 0; i < rule->n_detail; i++)
        offer->detail[i] = alm_null();
    for (size_t k = 0; with && k < with->count && status == ALM_OK; k++) {
        const char *pair = with->values[k].text, *equals = strchr(pair, '=');
        size_t len = equals ? (size_t)(equals - pair) : strlen(pair), i = 0;
        const char **names = arena_alloc(&cli->arena, (rule->n_detail + 1) * sizeof *names);
        const char *nearest;

        for (i = 0; i < rule->n_detail; i++)
            names[i] = rule->detail[i].name;
        for (i = 0; i < rule->n_detail; i++)
            if (strlen(names[i]) == len && memcmp(names[i], pair, len) == 0)
                break;
        if (!equals || i == rule->n_detail) {
            nearest = error_nearest(arena_strndup(&cli->arena, pair, len), names, rule->n_detail);
            return error_set(err, ALM_USAGE,
                             nearest ? arena_printf(&cli->arena, _("did you mean --with %s=...?"), nearest)
                                     : _("write --with COLUMN=VALUE"),
                             _("--with %s: %s has no such column of its own"), pair, offer->programme->name);
        }
        const struct conf_rule parse = {.type = rule->detail[i].type, .choices = rule->detail[i].choices};

        status = conf_value_parse(&parse, text_of(equals + 1), &cli->arena, &offer->detail[i], err);
        if (status != ALM_OK) {
            err->status = ALM_USAGE;
            return error_prefix(err, "--with %s", pair);
        }
    }
    return status;
}

static enum alm_status make_offer(struct cli *cli, const struct alm_args *args, struct ledger_offer *offer,
                                  struct alm_error *err)
{
    const char *name = alm_arg_text(args, "programme"), *body = alm_arg_text(args, "body"),
               *group = alm_arg_text(args, "group");
    struct host_programme *programme;
    struct register_directory *directory;
    const struct register_entry *entry;
    struct ledger *ledger;
    enum alm_status status = host_ledger(cli->host, &ledger, err);

    if (status == ALM_OK)
        status = cli_directory(cli, &directory, err);
    if (status == ALM_OK)
        status = host_programme(cli->host, name, &programme, err);
    if (status == ALM_OK)
        offer->programme = host_programme_ledger(programme, err);
    if (status != ALM_OK || !offer->programme)
        return err->status;
    struct cli_recipient recipient;

    status = cli_recipient_arg(cli, args, &recipient, err);
    if (status != ALM_OK)
        return status;
    offer->household = recipient.household;
    offer->person = recipient.person;
    offer->partner = recipient.partner;
    offer->place = recipient.place;
    if (body) {
        if (!(entry = register_by_code(directory, REGISTER_BODY, text_of(body), err)))
            return err->status;
        offer->body = entry->id;
    }
    if (!group || body)
        status = cli_own_body(cli, &offer->body, err);
    if (status == ALM_OK)
        status = cli_only_own(cli, ledger, err);
    if (status != ALM_OK)
        return status;
    if (group) {
        if (!(entry = register_by_code(directory, REGISTER_GROUP, text_of(group), err)))
            return err->status;
        offer->group = entry->id;
    }
    offer->date = (alm_date)alm_arg_number(args, "date", host_today(cli->host));
    return own_columns(cli, args, offer, err);
}

static void quantity_text(const struct ledger_offer *offer, alm_quantity quantity, char *buf, size_t size)
{
    char plain[32], grouped[48];

    number_format_thousandths(quantity, plain, sizeof plain);
    number_group(plain, grouped, sizeof grouped);
    snprintf(buf, size, "%s %s", grouped,
             quantity == ALM_UNIT ? offer->programme->rule->unit : offer->programme->rule->unit_plural);
}

static const struct alm_column answer_columns[] = {
    CLI_COLUMN("outcome", N_("outcome"), ALM_STRING), CLI_COLUMN("id", N_("id"), ALM_ID),
    CLI_COLUMN("quantity", N_("quantity"), ALM_QUANTITY), CLI_COLUMN("reason", N_("reason"), ALM_STRING)};
static const char *const outcome_names[] = {[LEDGER_RECORDED] = N_("recorded"),
                                            [LEDGER_SAME] = N_("there already"),
                                            [LEDGER_REFUSED] = N_("refused"),
                                            [LEDGER_HELD] = N_("held"),
                                            [LEDGER_REJECTED] = N_("rejected")};

/* Tell what became of an offer; a refusal is an error (exit 1) whose facts were kept all the same. */
static enum alm_status tell_answer(struct cli *cli, const struct ledger_offer *offer,
                                   const struct ledger_answer *answer, struct alm_error *err)
{
    const struct alm_value row[] = {alm_string(_(outcome_names[answer->outcome])),
                                    answer->line ? alm_number(answer->line) : alm_null(), alm_number(answer->quantity),
                                    alm_string(answer->reason)};
    char quantity[96];
    enum alm_status status;

    quantity_text(offer, answer->quantity, quantity, sizeof quantity);
    if (answer->outcome == LEDGER_REJECTED)
        return error_set(err, ALM_BAD_DATA, NULL, "%s", answer->reason);
    if (answer->outcome == LEDGER_HELD)
        cli_say(cli, _("held, as %lld: %s"), (long long)answer->line, answer->reason);
    if ((answer->outcome == LEDGER_RECORDED && answer->warned) || (answer->outcome == LEDGER_SAME && answer->reversal))
        cli_warn(cli, "%s", answer->reason);
    status = report_begin(cli->report, NULL, answer_columns, COUNT_OF(answer_columns), err);
    if (status == ALM_OK)
        status = report_row(cli->report, row, err);
    if (status == ALM_OK)
        status = report_end(cli->report, err);
    if (status == ALM_OK && answer->outcome == LEDGER_REFUSED)
        status = error_set(err, ALM_REFUSED, NULL, _("refused: %s"), answer->reason);
    return status;
}

struct recording {
    const struct alm_args *args;
    struct ledger_offer offer;
    struct ledger_answer answer;
};

/* A key that was refused before is refused still, one that was dropped dropped: only what was recorded is there
 * already. */
static enum alm_status answer_of_key(struct cli *cli, struct ledger *ledger, struct ledger_answer *answer,
                                     struct alm_error *err)
{
    const char *reason;
    int state = 0;
    enum alm_status status = ledger_refusal_reason(ledger, answer->line, &state, &reason, &cli->arena, err);

    if (status != ALM_OK || !reason || state == 2)
        return status;
    answer->outcome = state == 1 ? LEDGER_HELD : LEDGER_REFUSED;
    answer->reason =
        arena_printf(&cli->arena,
                     state == 3 ? _("%s; held before, and dropped: to have it judged anew, give it another --key")
                                : _("%s; offered before: to have it judged anew, give it another --key"),
                     reason);
    return ALM_OK;
}

static enum alm_status record_in_transaction(struct cli *cli, void *context, struct alm_error *err)
{
    struct recording *recording = context;
    struct ledger *ledger;
    enum alm_status status = make_offer(cli, recording->args, &recording->offer, err);

    if (status == ALM_OK)
        status = host_ledger(cli->host, &ledger, err);
    recording->offer.quantity = alm_arg_number(recording->args, "quantity", 0);
    if (status == ALM_OK && alm_arg(recording->args, "quantity")->given && recording->offer.quantity <= 0)
        return error_set(err, ALM_USAGE, _("leave it out to give all that they are entitled to"),
                         _("--quantity: more than 0 is needed"));
    recording->offer.key = text_of(alm_arg_text(recording->args, "key"));
    recording->offer.note = text_of(alm_arg_text(recording->args, "note"));
    recording->offer.anew = true;
    if (status == ALM_OK)
        status = ledger_record(ledger, &recording->offer, 1, &recording->answer, &cli->arena, &cli->entry, err);
    if (status == ALM_OK && recording->answer.outcome == LEDGER_SAME)
        status = answer_of_key(cli, ledger, &recording->answer, err);
    cli->entry.added = recording->answer.outcome == LEDGER_RECORDED;
    return status;
}

static enum alm_status import_file(struct cli *cli, const struct alm_args *args, const char *file, bool answer,
                                   struct alm_error *err);

static enum alm_status run_record(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct cli *cli = state;
    struct recording recording = {.args = args};
    enum alm_status status;

    (void)host;
    if (strcmp(alm_arg_text(args, "programme"), "-") == 0)
        return import_file(cli, args, "-", true, err);
    status = cli_write(cli, record_in_transaction, &recording, err);
    return status == ALM_OK ? tell_answer(cli, &recording.offer, &recording.answer, err) : status;
}

static enum alm_status run_entitlement(const struct alm_host *host, void *state, const struct alm_args *args,
                                       struct alm_error *err)
{
    struct cli *cli = state;
    struct ledger_offer offer = {0};
    struct ledger_answer answer = {0};
    struct ledger *ledger;
    char quantity[96], day[32], by[200] = "";
    enum alm_status status;

    (void)host;
    status = make_offer(cli, args, &offer, err);
    if (status == ALM_OK)
        status = host_ledger(cli->host, &ledger, err);
    if (status == ALM_OK)
        status = ledger_entitlement(ledger, &offer, &answer, &cli->arena, err);
    if (status != ALM_OK)
        return status;
    static const struct alm_column columns[] = {
        CLI_COLUMN("may", N_("may have it"), ALM_BOOL),        CLI_COLUMN("quantity", N_("quantity"), ALM_QUANTITY),
        CLI_COLUMN("reason", N_("reason"), ALM_STRING),        CLI_COLUMN("blocking", N_("line in the way"), ALM_ID),
        CLI_COLUMN("blocking_date", N_("given on"), ALM_DATE), CLI_COLUMN("blocking_body", N_("by"), ALM_STRING),
        CLI_COLUMN("next", N_("from when on"), ALM_DATE)};
    bool may = answer.outcome == LEDGER_RECORDED && !answer.warned;
    struct store *store;

    status = cli_store(cli, &store, err);
    if (status == ALM_OK && answer.blocking_body)
        status = register_name(store, ALM_NOUN_BODY, answer.blocking_body, by, sizeof by, err);
    if (status != ALM_OK)
        return status;
    if (answer.outcome == LEDGER_REJECTED)
        return error_set(err, ALM_BAD_DATA, NULL, "%s", answer.reason);
    const struct alm_value row[] = {alm_number(may),
                                    alm_number(answer.entitled),
                                    answer.reason && answer.reason[0] ? alm_string(answer.reason) : alm_null(),
                                    answer.blocking ? alm_number(answer.blocking) : alm_null(),
                                    answer.blocking ? alm_number(answer.blocking_date) : alm_null(),
                                    by[0] ? alm_string(by) : alm_null(),
                                    answer.next != ALM_NO_DATE && !may ? alm_number(answer.next) : alm_null()};

    status = report_begin(cli->report, NULL, columns, COUNT_OF(columns), err);
    if (status == ALM_OK)
        status = report_row(cli->report, row, err);
    if (status == ALM_OK)
        status = report_end(cli->report, err);
    quantity_text(&offer, answer.entitled, quantity, sizeof quantity);
    host_format_date(cli->host, offer.date, day, sizeof day);
    if (may)
        cli_say(cli, _("yes: %s on %s"), quantity, day);
    else
        cli_say(cli, _("no: %s"), answer.reason);
    if (may && conf_programme_find(host_conf(cli->host), offer.programme->name)->core->cases)
        cli_say(cli, _("it is asked for and decided first: a delivery needs an approved case, see almoner case list"));
    return status;
}

/* ---- import ---- */

static void answer_line(void *context, const struct import_row *row)
{
    static const char *const names[] = {
        [IMPORT_ADDED] = N_("recorded"),  [IMPORT_CHANGED] = N_("changed"), [IMPORT_SAME] = N_("there already"),
        [IMPORT_REFUSED] = N_("refused"), [IMPORT_HELD] = N_("held"),       [IMPORT_REJECTED] = N_("rejected")};
    struct cli *cli = context;

    fprintf(cli->out, "%lld\t%s\t%s\n", (long long)row->line, _(names[row->outcome]), row->reason ? row->reason : "");
    fflush(cli->out);
}

/* The columns of a delivery, and those of every enabled programme that declares its own (or of the one that is named).
 */
static enum alm_status import_columns(struct cli *cli, struct host_programme *only, struct import_column **columns,
                                      size_t *n, struct alm_error *err)
{
    const struct conf *conf = host_conf(cli->host);
    size_t capacity = ledger_n_columns + 64;
    struct host_programme *programme;
    enum alm_status status = ALM_OK;

    *columns = arena_alloc(&cli->arena, capacity * sizeof **columns);
    memcpy(*columns, ledger_columns, ledger_n_columns * sizeof **columns);
    *n = ledger_n_columns;
    for (size_t i = 0; i < conf->n_programmes && status == ALM_OK; i++) {
        if (!conf->programmes[i].core->enabled || (only && only->conf != &conf->programmes[i]))
            continue;
        status = host_programme(cli->host, conf->programmes[i].name, &programme, err);
        if (status != ALM_OK)
            return status;
        const struct alm_programme *rule = programme->plugin->programme;

        for (size_t k = 0; k < rule->n_detail; k++) {
            bool known = false;

            for (size_t c = 0; c < *n; c++)
                known = known || strcmp((*columns)[c].name, rule->detail[k].name) == 0;
            if (!known && *n < capacity)
                (*columns)[(*n)++] = (struct import_column){rule->detail[k].name, rule->detail[k].title, false};
        }
    }
    return status;
}

static enum alm_status import_file(struct cli *cli, const struct alm_args *args, const char *file, bool answer,
                                   struct alm_error *err)
{
    const char *name = answer ? NULL : alm_arg_text(args, "programme");
    struct host_programme *programme = NULL;
    struct ledger_import context = {0};
    struct import import = {.command = answer ? "delivery record" : "delivery import",
                            .file = file,
                            .rejects = alm_arg_text(args, "rejects"),
                            .keyed = true,
                            .rows = ledger_import_rows,
                            .again = ledger_import_again,
                            .context = &context,
                            .answer = answer ? answer_line : NULL,
                            .answer_context = cli};
    struct import_column *columns;
    struct import_counts counts = {0};
    enum alm_status status = host_ledger(cli->host, &context.ledger, err);

    if (status == ALM_OK && name) {
        status = host_programme(cli->host, name, &programme, err);
        if (status == ALM_OK && !(context.programme = host_programme_ledger(programme, err)))
            status = err->status;
    }
    if (status == ALM_OK)
        status = cli_only_own(cli, context.ledger, err);
    if (status == ALM_OK)
        status = import_columns(cli, programme, &columns, &context.n_columns, err);
    if (status != ALM_OK)
        return status;
    context.columns = import.columns = columns;
    import.n_columns = context.n_columns;
    import.map = cli_map(cli, args);
    status = cli_import(cli, &import, &counts, err);
    if (context.counts.warned)
        cli_warn(cli,
                 ngettext("%lld row was recorded although it repeats aid (on_double or on_excess is warn)",
                          "%lld rows were recorded although they repeat aid (on_double or on_excess is warn)",
                          (unsigned long)context.counts.warned),
                 (long long)context.counts.warned);
    if (context.counts.taken_back)
        cli_warn(cli,
                 ngettext("%lld row that is there already was taken back since (to record it anew, give it another "
                          "key, or use almoner delivery record)",
                          "%lld rows that are there already were taken back since (to record them anew, give them "
                          "other keys, or use almoner delivery record)",
                          (unsigned long)context.counts.taken_back),
                 (long long)context.counts.taken_back);
    if (counts.refused && !cli->dry_run)
        cli_say(cli, _("refused rows are kept as facts: almoner delivery list --refused"));
    return status;
}

static enum alm_status run_import(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    (void)host;
    return import_file(state, args, alm_arg_text(args, "file"), false, err);
}

/* ---- reverse, held ---- */

static enum alm_status run_reverse(const struct alm_host *host, void *state, const struct alm_args *args,
                                   struct alm_error *err)
{
    struct cli *cli = state;
    struct ledger *ledger;
    alm_id reversal = 0;
    enum alm_status status = host_ledger(cli->host, &ledger, err);

    (void)host;
    if (status == ALM_OK)
        status = ledger_reverse(ledger, alm_arg_number(args, "id", 0), alm_arg_text(args, "reason"), &reversal,
                                &cli->entry, err);
    if (status != ALM_OK)
        return status;
    cli->entry.added = 1;
    cli->entry.subject = arena_printf(&cli->arena, "%lld", (long long)alm_arg_number(args, "id", 0));
    cli->entry.reason = alm_arg_text(args, "reason");
    cli_say(cli, _("reversed by line %lld"), (long long)reversal);
    return ALM_OK;
}

static enum alm_status decide(struct cli *cli, const struct alm_args *args, bool accept, struct alm_error *err)
{
    struct ledger_answer answer = {0};
    struct ledger *ledger;
    enum alm_status status = host_ledger(cli->host, &ledger, err);

    if (status == ALM_OK)
        status =
            ledger_held_decide(ledger, alm_arg_number(args, "id", 0), accept, &answer, &cli->arena, &cli->entry, err);
    if (status != ALM_OK)
        return status;
    cli->entry.changed = 1;
    cli->entry.subject = arena_printf(&cli->arena, "%lld", (long long)alm_arg_number(args, "id", 0));
    if (accept)
        cli_say(cli, _("accepted: line %lld"), (long long)answer.line);
    else
        cli_say(cli, _("dropped"));
    return ALM_OK;
}

static enum alm_status run_accept(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    (void)host;
    return decide(state, args, true, err);
}

static enum alm_status run_drop(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    (void)host;
    return decide(state, args, false, err);
}

/* ---- tables ---- */

#define WITH                                                                                                           \
    {                                                                                                                  \
        .name = "with", .type = ALM_STRING, .flags = ALM_REPEATED, .value = "COLUMN=VALUE",                            \
        .help = N_("a column of the programme's own, such as slot=lunch")                                              \
    }
#define ID                                                                                                             \
    {                                                                                                                  \
        .name = "id", .type = ALM_ID, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "ID",                             \
        .help = N_("as `delivery list` shows it")                                                                      \
    }

#define PARTNER                                                                                                        \
    {                                                                                                                  \
        .name = "partner", .type = ALM_STRING, .value = "ID", .help = N_("the second person, where a couple receives") \
    }

static const struct alm_option record_options[] = {
    {.name = "programme",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "PROGRAMME",
     .help = N_("what is given; - reads CSV rows from standard input, each committed and answered")},
    CLI_RECIPIENT_OPTIONS,
    PARTNER,
    {.name = "quantity",
     .type = ALM_QUANTITY,
     .value = "N",
     .help = N_("how much (default: all that they are entitled to)")},
    {.name = "date",
     .type = ALM_DATE,
     .value = "DATE",
     .help = N_("when it was given, in either calendar (default: today)")},
    {.name = "body", .type = ALM_STRING, .value = "CODE", .help = N_("the body that gives (default: the group's)")},
    {.name = "group", .type = ALM_STRING, .value = "CODE", .help = N_("the group that brought it")},
    {.name = "key",
     .type = ALM_STRING,
     .value = "TEXT",
     .help = N_("your mark for this delivery: the same key is recorded once")},
    {.name = "note", .type = ALM_STRING, .value = "TEXT", .help = N_("a remark, without personal data")},
    WITH,
};
static const struct alm_option entitlement_options[] = {
    {.name = "programme",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "PROGRAMME",
     .help = N_("what they ask for")},
    CLI_RECIPIENT_OPTIONS,
    PARTNER,
    {.name = "date", .type = ALM_DATE, .value = "DATE", .help = N_("the day in question (default: today)")},
    {.name = "body", .type = ALM_STRING, .value = "CODE", .help = N_("the body that would give")},
    {.name = "group", .type = ALM_STRING, .value = "CODE", .help = N_("the group that would bring it")},
    WITH,
};
static const struct alm_option import_options[] = {
    CLI_IMPORT_OPTIONS,
    {.name = "programme", .type = ALM_STRING, .value = "NAME", .help = N_("for files without a programme column")},
};
static const struct alm_option list_options[] = {
    {.name = "household", .type = ALM_STRING, .value = "CODE", .help = N_("only this household")},
    {.name = "person", .type = ALM_STRING, .value = "ID", .help = N_("only this person")},
    {.name = "place", .type = ALM_STRING, .value = "CODE", .help = N_("only this place")},
    {.name = "programme", .type = ALM_STRING, .value = "NAME", .help = N_("only this programme")},
    {.name = "body", .type = ALM_STRING, .value = "CODE", .help = N_("only this body")},
    {.name = "area", .type = ALM_STRING, .value = "CODE", .help = N_("only this area and what lies in it")},
    {.name = "from", .type = ALM_DATE, .value = "DATE", .help = N_("first day")},
    {.name = "to", .type = ALM_DATE, .value = "DATE", .help = N_("last day")},
    {.name = "limit", .type = ALM_INT, .value = "N", .fallback = "100", .help = N_("at most so many; 0: all")},
    {.name = "refused", .type = ALM_BOOL, .help = N_("the offers that were refused, and what stood in their way")},
};
static const struct alm_option held_options[] = {
    {.name = "limit", .type = ALM_INT, .value = "N", .fallback = "100", .help = N_("at most so many; 0: all")}};
static const struct alm_option id_options[] = {ID};
static const struct alm_option reverse_options[] = {ID,
                                                    {.name = "reason",
                                                     .type = ALM_STRING,
                                                     .flags = ALM_REQUIRED,
                                                     .value = "TEXT",
                                                     .help = N_("why it is taken back, without personal data")}};

static const struct alm_command delivery_commands[] = {
    {"record", N_("record aid given to one household, person or place"), record_options, COUNT_OF(record_options),
     ALM_WRITES | ALM_BULK | CLI_ROLE(CONF_STAFF), run_record,
     "delivery record parcels --household H0000001 --body hamdeli\n"
     "delivery record stationery --person 3020672635 --date 1400/07/01 --body hamdeli"},
    {"import", N_("record the deliveries of a CSV file"), import_options, COUNT_OF(import_options),
     ALM_WRITES | ALM_BULK | CLI_ROLE(CONF_STAFF), run_import,
     "delivery import parcels.csv\ndelivery import parcels.csv --dry-run"},
    {"list", N_("list deliveries, or what was refused, the last recorded first"), list_options, COUNT_OF(list_options),
     ALM_READS | CLI_ROLE(CONF_STAFF), cli_delivery_list,
     "delivery list --limit 10\ndelivery list --refused --limit 10"},
    {"show", N_("show one delivery in full"), id_options, COUNT_OF(id_options), ALM_READS, cli_delivery_show,
     "delivery show \"$(almoner delivery list --limit 1 --output plain | cut -f 1)\""},
    {"reverse", N_("take a delivery back by a line of its own"), reverse_options, COUNT_OF(reverse_options), ALM_WRITES,
     run_reverse,
     "delivery reverse \"$(almoner delivery list --limit 1 --output plain | cut -f 1)\" --reason 'entered twice'"},
    {"held list", N_("list offers that wait for a decision, the last recorded first"), held_options,
     COUNT_OF(held_options), ALM_READS, cli_delivery_held, "delivery held list"},
    {"held accept", N_("record a held offer"), id_options, COUNT_OF(id_options), ALM_WRITES, run_accept,
     "delivery held accept \"$(almoner delivery held list --limit 1 --output plain | cut -f 1)\""},
    {"held drop", N_("drop a held offer"), id_options, COUNT_OF(id_options), ALM_WRITES, run_drop,
     "delivery held drop \"$(almoner delivery held list --limit 1 --output plain | cut -f 1)\""},
};
extern const struct cli_noun cli_delivery;
const struct cli_noun cli_delivery = {"delivery", N_("record, import, list, show and reverse aid given"),
                                      delivery_commands, COUNT_OF(delivery_commands)};

static const struct alm_command entitlement_commands[] = {
    {"show", N_("may they have it now? if not, why, and from when on"), entitlement_options,
     COUNT_OF(entitlement_options), ALM_READS, run_entitlement,
     "entitlement show parcels --household H0000001\nentitlement show stationery --person 3020672635 --date "
     "1400/07/01"}};
extern const struct cli_noun cli_entitlement;
const struct cli_noun cli_entitlement = {"entitlement", N_("what a household, person or place may have now"),
                                         entitlement_commands, COUNT_OF(entitlement_commands)};
