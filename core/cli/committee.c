/* SPDX-License-Identifier: MIT */
/* `almoner committee`: one for each kind of work, and the bodies that sit in it. */
#include "cli/cli.h"

/* ---- add ---- */

static const char *given(const struct alm_args *args, const char *name)
{
    const struct alm_arg *arg = alm_arg(args, name);

    return arg && arg->given ? arg->values[0].text : NULL;
}

static enum alm_status run_add(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    struct cli *cli = state;
    struct secretariat_committee committee = {
        .code = alm_arg_text(args, "code"), .name = given(args, "name"), .sector = given(args, "sector")};
    struct register_directory *directory;
    const struct secretariat *secretariat;
    enum import_outcome outcome = IMPORT_SAME;
    enum alm_status status = host_secretariat(cli->host, &secretariat, err);

    (void)host;
    if (status == ALM_OK)
        status = cli_directory(cli, &directory, err);
    if (status == ALM_OK)
        status = cli_entry_arg(directory, args, "programme", REGISTER_PROGRAMME, &committee.programme, err);
    if (status == ALM_OK)
        status = secretariat_committee_put(secretariat, &committee, &outcome, err);
    cli->entry.subject = committee.code;
    return status == ALM_OK ? cli_tell_outcome(cli, outcome, err) : status;
}

/* ---- list, show ---- */

static const struct alm_column list_columns[] = {
    CLI_COLUMN("code", N_("code"), ALM_STRING), CLI_COLUMN("name", N_("name"), ALM_STRING),
    CLI_COLUMN("programme", N_("programme"), ALM_STRING), CLI_COLUMN("sector", N_("sector"), ALM_STRING)};

struct listing {
    struct cli *cli;
    struct register_directory *directory;
    struct report *report;
};

static enum alm_status list_row(void *context, const struct secretariat_committee *committee, struct alm_error *err)
{
    const struct listing *listing = context;
    const struct alm_value row[] = {alm_string(committee->code), alm_string(committee->name),
                                    cli_entry_code(listing->directory, REGISTER_PROGRAMME, committee->programme),
                                    alm_string(committee->sector)};

    return report_row(listing->report, row, err);
}

static enum alm_status run_list(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    struct listing listing = {.cli = cli, .report = cli->report};
    const struct secretariat *secretariat;
    enum alm_status status = host_secretariat(cli->host, &secretariat, err);

    (void)host, (void)args;
    if (status == ALM_OK)
        status = cli_directory(cli, &listing.directory, err);
    if (status == ALM_OK)
        status = report_begin(cli->report, _("committees"), list_columns, COUNT_OF(list_columns), err);
    if (status == ALM_OK)
        status = secretariat_committees(secretariat, 0, list_row, &listing, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static const struct alm_column member_columns[] = {
    CLI_COLUMN("body", N_("body"), ALM_STRING), CLI_COLUMN("name", N_("name"), ALM_STRING),
    CLI_COLUMN("role", N_("role"), ALM_STRING), CLI_COLUMN("since", N_("since"), ALM_DATE),
    CLI_COLUMN("until", N_("until"), ALM_DATE)};

static enum alm_status member_row(void *context, const struct secretariat_member *member, struct alm_error *err)
{
    const struct listing *listing = context;
    const struct register_entry *body = register_by_id(listing->directory, REGISTER_BODY, member->body);
    const struct alm_value row[] = {body ? alm_string(body->code) : alm_null(),
                                    body ? alm_string(body->name) : alm_null(),
                                    alm_string(member->chair ? _("chair") : _("member")), alm_number(member->since),
                                    member->until == ALM_NO_DATE ? alm_null() : alm_number(member->until)};

    return report_row(listing->report, row, err);
}

/* The committee's own line is for people; its members are the table. */
static enum alm_status run_show(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    struct listing listing = {.cli = cli, .report = cli->report};
    struct secretariat_committee committee;
    const struct secretariat *secretariat;
    enum alm_status status = host_secretariat(cli->host, &secretariat, err);

    (void)host;
    if (status == ALM_OK)
        status = cli_directory(cli, &listing.directory, err);
    if (status == ALM_OK)
        status = secretariat_committee_find(secretariat, alm_arg_text(args, "code"), &committee, &cli->arena, err);
    if (status != ALM_OK)
        return status;
    const struct alm_value work = committee.programme
                                      ? cli_entry_code(listing.directory, REGISTER_PROGRAMME, committee.programme)
                                      : alm_string(committee.sector);

    status = report_begin(
        cli->report,
        arena_printf(&cli->arena, _("%s: %s, for %s"), committee.code, committee.name, work.text ? work.text : "?"),
        member_columns, COUNT_OF(member_columns), err);
    if (status == ALM_OK)
        status = secretariat_members(secretariat, committee.id, member_row, &listing, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

/* ---- members ---- */

static enum alm_status read_member(struct cli *cli, const struct alm_args *args, const struct secretariat *secretariat,
                                   struct secretariat_member *member, struct alm_error *err)
{
    struct register_directory *directory;
    struct secretariat_committee committee;
    enum alm_status status =
        secretariat_committee_find(secretariat, alm_arg_text(args, "code"), &committee, &cli->arena, err);

    if (status == ALM_OK)
        status = cli_directory(cli, &directory, err);
    if (status == ALM_OK)
        status = cli_entry_arg(directory, args, "body", REGISTER_BODY, &member->body, err);
    if (status != ALM_OK)
        return status;
    member->committee = committee.id;
    cli->entry.subject = arena_printf(&cli->arena, "%s %s", committee.code, alm_arg_text(args, "body"));
    return ALM_OK;
}

static enum alm_status run_member_add(const struct alm_host *host, void *state, const struct alm_args *args,
                                      struct alm_error *err)
{
    struct cli *cli = state;
    struct secretariat_member member = {.since = (alm_date)alm_arg_number(args, "since", host_today(cli->host)),
                                        .until = ALM_NO_DATE,
                                        .chair = alm_arg_number(args, "role", 0) == 1};
    const struct secretariat *secretariat;
    enum import_outcome outcome = IMPORT_SAME;
    enum alm_status status = host_secretariat(cli->host, &secretariat, err);

    (void)host;
    if (status == ALM_OK)
        status = read_member(cli, args, secretariat, &member, err);
    if (status == ALM_OK)
        status = secretariat_member_put(secretariat, &member, &outcome, err);
    return status == ALM_OK ? cli_tell_outcome(cli, outcome, err) : status;
}

static enum alm_status run_member_end(const struct alm_host *host, void *state, const struct alm_args *args,
                                      struct alm_error *err)
{
    struct cli *cli = state;
    struct secretariat_member member = {0};
    const struct secretariat *secretariat;
    enum import_outcome outcome = IMPORT_SAME;
    enum alm_status status = host_secretariat(cli->host, &secretariat, err);

    (void)host;
    if (status == ALM_OK)
        status = read_member(cli, args, secretariat, &member, err);
    if (status == ALM_OK)
        status = secretariat_member_end(secretariat, member.committee, member.body,
                                        (alm_date)alm_arg_number(args, "until", host_today(cli->host)), &outcome, err);
    return status == ALM_OK ? cli_tell_outcome(cli, outcome, err) : status;
}

/* ---- tables ---- */

#define CODE                                                                                                           \
    {                                                                                                                  \
        .name = "code", .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "CODE",                     \
        .help = N_("the committee's code")                                                                             \
    }
#define BODY                                                                                                           \
    {                                                                                                                  \
        .name = "body", .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "BODY",                     \
        .help = N_("the body, by its code")                                                                            \
    }
static const char *const roles[] = {"member", "chair", NULL};
static const struct alm_option add_options[] = {
    CODE,
    {.name = "name", .type = ALM_STRING, .value = "NAME", .help = N_("its name; a new one needs it")},
    {.name = "programme", .type = ALM_STRING, .value = "NAME", .help = N_("its kind of work: a programme")},
    {.name = "sector", .type = ALM_STRING, .value = "TEXT", .help = N_("or a sector, in words")}};
static const struct alm_option code_options[] = {CODE};
static const struct alm_option member_options[] = {
    CODE,
    BODY,
    {.name = "role",
     .type = ALM_ENUM,
     .choices = roles,
     .value = "ROLE",
     .fallback = "member",
     .help = N_("what it is there")},
    {.name = "since", .type = ALM_DATE, .value = "DATE", .help = N_("its first day as such (default: today)")}};
static const struct alm_option end_options[] = {
    CODE,
    BODY,
    {.name = "until",
     .type = ALM_DATE,
     .value = "DATE",
     .help = N_("the first day on which it does not sit there any more (default: today)")}};

#define DESK CLI_ROLE(CONF_SECRETARY)
static const struct alm_command committee_commands[] = {
    {"add", N_("form a committee, or change what is given of one"), add_options, COUNT_OF(add_options),
     ALM_WRITES | DESK, run_add,
     "committee add C-2 --name 'کمیته بهداشت' --sector health\ncommittee add C-1 --programme parcels"},
    {"list", N_("list the committees, by code"), NULL, 0, ALM_READS | CLI_ROLE(CONF_STAFF), run_list, "committee list"},
    {"show", N_("show who sits in a committee, and who did"), code_options, COUNT_OF(code_options),
     ALM_READS | CLI_ROLE(CONF_STAFF), run_show, "committee show C-1"},
    {"member add", N_("give a body a seat, or another one"), member_options, COUNT_OF(member_options),
     ALM_WRITES | DESK, run_member_add, "committee member add C-1 yari\ncommittee member add C-1 hamdeli --role chair"},
    {"member end", N_("a body leaves a committee"), end_options, COUNT_OF(end_options), ALM_WRITES | DESK,
     run_member_end, "committee member end C-1 salamat"},
};
extern const struct cli_noun cli_committee;
const struct cli_noun cli_committee = {"committee", N_("committees, one for each kind of work, and their members"),
                                       committee_commands, COUNT_OF(committee_commands)};
