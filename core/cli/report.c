/* SPDX-License-Identifier: MIT */
/* `almoner report`: the common report, the same for every programme; and the table of those beside it. */
#include "cli/report.h"

struct dimension {
    const char *name;
    uint32_t bit;
    struct alm_column column;
};

static const struct dimension dimensions[] = {
    {"programme", CUT_PROGRAMME, CLI_COLUMN("programme", N_("programme"), ALM_STRING)},
    {"stage", CUT_STAGE, CLI_COLUMN("stage", N_("stage"), ALM_STRING)},
    {"area", CUT_AREA, CLI_COLUMN("area", N_("area"), ALM_STRING)},
    {"body", CUT_BODY, CLI_COLUMN("body", N_("body"), ALM_STRING)},
    {"group", CUT_GROUP, CLI_COLUMN("group", N_("group"), ALM_STRING)},
    {"month", CUT_MONTH, CLI_COLUMN("month", N_("month"), ALM_MONTH)},
    {"day", CUT_DAY, CLI_COLUMN("day", N_("day"), ALM_DATE)},
};

static const char *const dimension_names[] = {"programme", "stage", "area", "body", "group",
                                              "month",     "day",   "all",  NULL};

static const struct alm_column measures[] = {
    CLI_COLUMN("quantity", N_("quantity"), ALM_QUANTITY), CLI_COLUMN("unit", N_("unit"), ALM_STRING),
    CLI_COLUMN("deliveries", N_("deliveries"), ALM_INT),  CLI_COLUMN("households", N_("unique households"), ALM_INT),
    CLI_COLUMN("persons", N_("unique persons"), ALM_INT), CLI_COLUMN("value", N_("value"), ALM_MONEY),
};

enum { CODE_AND_NAME = 2, MAX_COLUMNS = 7 * CODE_AND_NAME + 6 };

struct printing {
    struct cli *cli;
    struct register_directory *directory;
    uint32_t by;
    alm_id one_programme;
    const char *currency;
};

static enum alm_status parse_by(struct cli *cli, const char *text, uint32_t *by, struct alm_error *err)
{
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, ",");
        const struct alm_text word = text_trim((struct alm_text){at, len});
        bool known = text_equal(word, "all");

        for (size_t i = 0; i < COUNT_OF(dimensions); i++)
            if (text_equal(word, dimensions[i].name)) {
                *by |= dimensions[i].bit;
                known = true;
            }
        if (!known) {
            const char *names[COUNT_OF(dimensions)], *nearest;
            const char *given = arena_strndup(&cli->arena, word.at, word.len);

            for (size_t i = 0; i < COUNT_OF(dimensions); i++)
                names[i] = dimensions[i].name;
            nearest = error_nearest(given, names, COUNT_OF(dimensions));
            return error_set(
                err, ALM_USAGE,
                nearest ? arena_printf(&cli->arena, _("did you mean '%s'?"), nearest)
                        : _("any of programme, area, body, group, stage, month, day, with commas between them; or all"),
                _("--by: '%s' is not a way to cut the report"), given);
        }
        at += len;
        at += *at == ',';
    }
    return ALM_OK;
}

static struct alm_value name_value(const struct printing *printing, enum register_noun noun, alm_id id)
{
    const struct register_entry *entry = register_by_id(printing->directory, noun, id);

    return entry ? alm_string(noun == REGISTER_PROGRAMME ? entry->code : entry->name) : alm_null();
}

static struct alm_value dimension_value(const struct printing *printing, const struct dimension *dimension,
                                        const struct ledger_cell *cell)
{
    const struct register_area *areas;
    struct alm_error err;
    size_t n;
    int32_t area;

    switch (dimension->bit) {
    case CUT_PROGRAMME:
        return name_value(printing, REGISTER_PROGRAMME, cell->programme);
    case CUT_STAGE:
        return name_value(printing, REGISTER_STAGE, cell->stage);
    case CUT_BODY:
        return name_value(printing, REGISTER_BODY, cell->body);
    case CUT_GROUP:
        return name_value(printing, REGISTER_GROUP, cell->group);
    case CUT_AREA:
        area = register_area_by_id(printing->directory, cell->area);
        if (area < 0 || register_areas(printing->directory, &areas, &n, &err) != ALM_OK)
            return alm_null();
        return alm_string(areas[area].name);
    case CUT_MONTH:
        return alm_number(cell->month);
    default:
        return alm_number(cell->day);
    }
}

static enum alm_status print_cell(void *context, const struct ledger_cell *cell, bool total, struct alm_error *err)
{
    const struct printing *printing = context;
    const struct register_entry *programme = register_by_id(
        printing->directory, REGISTER_PROGRAMME, cell->programme ? cell->programme : printing->one_programme);
    struct alm_value values[MAX_COLUMNS];
    size_t n = 0;
    /* Units of several programmes do not add up to anything. */
    bool mixed = !programme;

    for (size_t i = 0; i < COUNT_OF(dimensions); i++)
        if (printing->by & dimensions[i].bit)
            values[n++] = total ? alm_null() : dimension_value(printing, &dimensions[i], cell);
    values[n++] = mixed ? alm_null() : alm_number(cell->quantity);
    values[n++] = mixed ? alm_null() : alm_string(programme->unit_plural);
    values[n++] = alm_number(cell->deliveries);
    values[n++] = alm_number(cell->households);
    values[n++] = alm_number(cell->persons);
    values[n++] = alm_number(cell->value);
    if (!total)
        return report_row(printing->cli->report, values, err);
    return printing->by ? report_total(printing->cli->report, values, err)
                        : report_row(printing->cli->report, values, err);
}

static enum alm_status resolve(struct cli *cli, const struct alm_args *args, struct ledger_cut *cut,
                               struct register_directory *directory, struct alm_error *err)
{
    const char *programme = alm_arg_text(args, "programme"), *body = alm_arg_text(args, "body"),
               *area = alm_arg_text(args, "area");
    const struct register_entry *entry;
    const struct register_area *areas;
    size_t n;
    int32_t number;
    enum alm_status status = parse_by(cli, alm_arg_text(args, "by"), &cut->by, err);

    if (status != ALM_OK)
        return status;
    if (programme) {
        if (!(entry = register_by_code(directory, REGISTER_PROGRAMME, text_of(programme), err)))
            return err->status;
        cut->programme = entry->id;
    }
    if (body) {
        if (!(entry = register_by_code(directory, REGISTER_BODY, text_of(body), err)))
            return err->status;
        cut->body = entry->id;
    }
    if (area) {
        number = register_area_by_code(directory, text_of(area), err);
        if (number < 0)
            return err->status;
        status = register_areas(directory, &areas, &n, err);
        if (status == ALM_OK)
            cut->area = areas[number].id;
    }
    if (status == ALM_OK)
        status = cli_own_body(cli, &cut->body, err);
    if (status != ALM_OK)
        return status;
    cut->from = (alm_date)alm_arg_number(args, "from", ALM_NO_DATE);
    cut->to = (alm_date)alm_arg_number(args, "to", ALM_NO_DATE);
    if (cut->from != ALM_NO_DATE && cut->to != ALM_NO_DATE && cut->from > cut->to)
        return error_set(err, ALM_USAGE, _("exchange them"), _("--from is later than --to"));
    return status;
}

static enum alm_status run_report(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct cli *cli = state;
    struct printing printing = {.cli = cli};
    struct alm_column columns[MAX_COLUMNS];
    struct ledger_cut cut = {0};
    struct ledger *ledger;
    size_t n = 0;
    enum alm_status status;

    (void)host;
    status = host_ledger(cli->host, &ledger, err);
    if (status == ALM_OK)
        status = cli_directory(cli, &printing.directory, err);
    if (status == ALM_OK)
        status = resolve(cli, args, &cut, printing.directory, err);
    if (status != ALM_OK)
        return status;
    printing.by = cut.by;
    printing.one_programme = cut.programme;
    for (size_t i = 0; i < COUNT_OF(dimensions); i++)
        if (cut.by & dimensions[i].bit)
            columns[n++] = dimensions[i].column;
    for (size_t i = 0; i < COUNT_OF(measures); i++) {
        columns[n] = measures[i];
        if (measures[i].type == ALM_MONEY)
            columns[n].unit = host_conf(cli->host)->almoner->currency;
        n++;
    }
    status = report_begin(cli->report, _("aid given"), columns, n, err);
    if (status == ALM_OK)
        status = ledger_report(ledger, &cut, print_cell, &printing, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static const struct alm_option options[] = {
    {.name = "by",
     .type = ALM_STRING,
     .fallback = "programme",
     .choices = dimension_names,
     .value = "WORDS",
     .help = N_("one or several with commas; all: one row, the total")},
    {.name = "area",
     .type = ALM_STRING,
     .value = "CODE",
     .help = N_("only this area; --by area shows what lies directly in it")},
    {.name = "programme", .type = ALM_STRING, .value = "NAME", .help = N_("only this programme")},
    {.name = "body", .type = ALM_STRING, .value = "CODE", .help = N_("only this body")},
    {.name = "from", .type = ALM_DATE, .value = "DATE", .help = N_("first day, in either calendar")},
    {.name = "to", .type = ALM_DATE, .value = "DATE", .help = N_("last day")},
};
static const struct alm_command commands[] = {
    {"", N_("what was given: quantity, deliveries, unique households and persons, value"), options, COUNT_OF(options),
     ALM_READS | CLI_ROLE(CONF_STAFF), run_report,
     "report\nreport --by area\nreport --by month --programme meals\nreport --by body,month --output csv"},
    {"targets", N_("what a stage aimed at, and what was given: by stage, programme and area"),
     cli_report_targets_options, CLI_REPORT_TARGETS_OPTIONS, ALM_READS, cli_report_targets,
     "report targets\nreport targets --stage S1 --programme parcels --area 1503 --output csv"},
    {"coverage", N_("how many live in each area, and how many of them were served"), cli_report_coverage_options,
     CLI_REPORT_COVERAGE_OPTIONS, ALM_READS, cli_report_coverage,
     "report coverage\nreport coverage --area 1501 --programme parcels --stage S1"},
    {"complaints", N_("how many complaints came, how many are open or overdue, and how fast they were answered"),
     cli_report_complaints_options, CLI_REPORT_COMPLAINTS_OPTIONS, ALM_READS, cli_report_complaints,
     "report complaints\nreport complaints --area 1501 --programme meals --output csv"},
};
extern const struct cli_noun cli_report;
const struct cli_noun cli_report = {"report", N_("the campaign's figures; a programme's own: report PROGRAMME NAME"),
                                    commands, COUNT_OF(commands)};
