/* SPDX-License-Identifier: MIT */
/*
 * export: the lists of an approved plan for those who deliver, one for each group (or body, or all in one where nobody
 * is assigned), as a table or as a page to print.  Here, and nowhere else in plans, stands who they are and where they
 * live.
 */
#include "cli/plan.h"

#include <stdlib.h>

enum alm_status cli_plan_card(struct cli *cli, const char *code, char *buf, size_t size, struct alm_error *err)
{
    enum { MARK = 16 };
    char text[PLAN_CARD_SIZE], digits[65];

    snprintf(text, sizeof text, "beneficiary card %s", code);
    enum alm_status status = host_token(cli->host, text, digits, err);

    snprintf(buf, size, "%s:%.*s", code, MARK, digits);
    return status;
}

/* ---- whose lists ---- */

struct assignee {
    alm_id body, group;
    const char *body_code, *group_code; /* "" for none */
};
struct assignees {
    const struct plan_export *export;
    struct assignee *at;
    size_t n, capacity;
};

static const char *code_of(const struct plan_export *export, enum register_noun noun, alm_id id)
{
    const struct register_entry *entry = id ? register_by_id(export->listing.plans->directory, noun, id) : NULL;

    return entry ? entry->code : "";
}

/* Progress comes by area; a group may have several. */
static enum alm_status add_assignee(void *context, const struct plan_progress *progress, struct alm_error *err)
{
    struct assignees *assignees = context;
    const struct plan_export *export = assignees->export;

    (void)err;
    if ((export->filter.body != PLAN_ANY && export->filter.body != progress->body) ||
        (export->filter.group != PLAN_ANY && export->filter.group != progress->group))
        return ALM_OK;
    for (size_t i = 0; i < assignees->n; i++)
        if (assignees->at[i].body == progress->body && assignees->at[i].group == progress->group)
            return ALM_OK;
    ARRAY_ROOM(assignees->at, assignees->n, assignees->capacity);
    assignees->at[assignees->n++] =
        (struct assignee){progress->body, progress->group, code_of(export, REGISTER_BODY, progress->body),
                          code_of(export, REGISTER_GROUP, progress->group)};
    return ALM_OK;
}

static int compare_assignees(const void *left, const void *right)
{
    const struct assignee *a = left, *b = right;
    const int by_body = strcmp(a->body_code, b->body_code);

    return by_body ? by_body : strcmp(a->group_code, b->group_code);
}

/* ---- the table ---- */

static const struct alm_column card_columns[] = {CLI_COLUMN("body", N_("body"), ALM_STRING),
                                                 CLI_COLUMN("group", N_("group"), ALM_STRING),
                                                 CLI_COLUMN("rank", N_("rank"), ALM_INT),
                                                 CLI_COLUMN("owner", N_("household or place"), ALM_STRING),
                                                 CLI_COLUMN("person", N_("person"), ALM_ID),
                                                 CLI_COLUMN("name", N_("name"), ALM_STRING),
                                                 CLI_COLUMN("area", N_("area"), ALM_STRING),
                                                 CLI_COLUMN("address", N_("address"), ALM_STRING),
                                                 CLI_COLUMN("members", N_("members"), ALM_INT),
                                                 CLI_COLUMN("quantity", N_("quantity"), ALM_QUANTITY),
                                                 CLI_COLUMN("delivered", N_("delivered"), ALM_QUANTITY),
                                                 CLI_COLUMN("card", N_("card"), ALM_STRING)};

static enum alm_status card_row(void *context, const struct plan_card *card, struct alm_error *err)
{
    const struct plan_export *export = context;
    const struct plan_line *line = &card->line;
    char scanned[PLAN_CARD_SIZE];
    enum alm_status status = cli_plan_card(export->listing.cli, line->code, scanned, sizeof scanned, err);

    if (status != ALM_OK)
        return status;
    const struct alm_value row[] = {alm_string(code_of(export, REGISTER_BODY, line->body)),
                                    alm_string(code_of(export, REGISTER_GROUP, line->group)),
                                    alm_number(line->rank),
                                    alm_string(line->code),
                                    line->person ? alm_number(line->person) : alm_null(),
                                    alm_string(card->name),
                                    cli_plan_area(&export->listing, line->area),
                                    alm_string(card->address),
                                    alm_number(line->members),
                                    alm_number(line->quantity),
                                    alm_number(line->delivered),
                                    alm_string(scanned)};

    return report_row(export->listing.cli->report, row, err);
}

static enum alm_status page_line(void *context, const struct plan_card *card, struct alm_error *err)
{
    return cli_plan_page_line(context, card, err);
}

/* ---- all of it ---- */

static enum alm_status read_filter(struct plan_export *export, const struct alm_args *args, struct alm_error *err)
{
    struct register_directory *directory = export->listing.plans->directory;
    alm_id body = 0, group = 0;
    enum alm_status status = cli_entry_arg(directory, args, "body", REGISTER_BODY, &body, err);

    if (status == ALM_OK)
        status = cli_own_body(export->listing.cli, &body, err);
    if (status == ALM_OK)
        status = cli_entry_arg(directory, args, "group", REGISTER_GROUP, &group, err);
    export->filter = (struct plan_filter){.plan = export->plan.id,
                                          .open = !alm_arg(args, "all")->given,
                                          .body = body ? body : PLAN_ANY,
                                          .group = group ? group : PLAN_ANY};
    return status == ALM_OK ? cli_areas_arg(export->listing.cli, export->listing.plans->directory, args,
                                            &export->filter.areas, &export->filter.n_areas, err)
                            : status;
}

static enum alm_status write_lists(struct plan_export *export, const struct assignees *assignees, bool page,
                                   struct alm_error *err)
{
    enum alm_status status = ALM_OK;

    for (size_t i = 0; i < assignees->n && status == ALM_OK; i++) {
        struct plan_filter filter = export->filter;

        filter.body = export->body = assignees->at[i].body;
        filter.group = export->group = assignees->at[i].group;
        export->n = 0;
        if (page)
            cli_plan_page_list(export);
        status = plan_cards(export->listing.plans, &filter, page ? page_line : card_row, export, err);
        if (page)
            cli_plan_page_list_end(export);
    }
    return status;
}

enum alm_status cli_plan_export(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    const bool page = cli->output == REPORT_HTML;
    struct plan_export export = {0};
    struct assignees assignees = {.export = &export};
    char card[PLAN_CARD_SIZE];
    enum alm_status status = cli_plan_open(cli, &export.listing, err);

    (void)host;
    if (status == ALM_OK)
        status = plan_read(export.listing.plans, alm_arg_number(args, "id", 0), &export.plan, &cli->arena, err);
    if (status == ALM_OK && export.plan.state != PLAN_APPROVED)
        status = error_set(err, ALM_REFUSED, export.plan.state == PLAN_DRAFT ? _("run: almoner plan approve") : NULL,
                           export.plan.state == PLAN_DRAFT
                               ? _("plan %lld is not approved: lists are handed out of what is")
                               : _("plan %lld is cancelled: lists are handed out of what is approved"),
                           (long long)export.plan.id);
    if (status == ALM_OK)
        status = read_filter(&export, args, err);
    if (status == ALM_OK) /* a key that cannot be read is told before half a list is written */
        status = cli_plan_card(cli, "", card, sizeof card, err);
    if (status == ALM_OK)
        status = plan_progress(export.listing.plans, export.plan.id, add_assignee, &assignees, err);
    if (status == ALM_OK && assignees.n > 1)
        qsort(assignees.at, assignees.n, sizeof *assignees.at, compare_assignees);
    if (status == ALM_OK && page)
        cli_plan_page_begin(&export);
    else if (status == ALM_OK)
        status = report_begin(cli->report, NULL, card_columns, COUNT_OF(card_columns), err);
    if (status == ALM_OK)
        status = write_lists(&export, &assignees, page, err);
    if (status == ALM_OK)
        status = page ? cli_plan_page_end(&export, err) : report_end(cli->report, err);
    free(assignees.at);
    strbuf_release(&export.text);
    return status;
}
