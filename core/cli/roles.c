/* SPDX-License-Identifier: MIT */
/* Who may run what, by [roles] of almoner.ini; and `almoner roles`, which tells it. */
#include "cli/cli.h"

/* What a role is for, by the number of its bit. */
static const char *const purposes[] = {N_("divide the work: targets, capacity, committees, decisions, assignments"),
                                       N_("make plans of what is to be delivered"),
                                       N_("approve plans; never their own"),
                                       N_("monitoring rounds, visits, findings, actions"),
                                       N_("complaints, the sensitive ones too"),
                                       N_("read everything, write nothing")};

static const struct conf_roles *roles_of(struct cli *cli)
{
    return &host_conf(cli->host)->almoner->roles;
}

enum alm_status cli_my_roles(struct cli *cli, uint32_t *mine, struct alm_error *err)
{
    const char *who;
    enum alm_status status = host_who(cli->host, &who, err);

    *mine = status == ALM_OK ? conf_roles_of(roles_of(cli), who) : 0;
    return status;
}

void cli_role_names(struct strbuf *out, uint32_t roles)
{
    const char *between = "";

    for (size_t i = 0; conf_role_names[i]; i++)
        if (roles & (UINT32_C(1) << i)) {
            strbuf_addf(out, "%s%s", between, conf_role_names[i]);
            between = _(" or ");
        }
}

uint32_t cli_roles_needed(const struct alm_command *command)
{
    return CLI_ROLES_OF(command->flags) & ~(uint32_t)CONF_STAFF;
}

enum verdict { OPEN, NEEDS_ROLE, AUDITS, STAFF };

/* `core`: a plug-in's flags say nothing of roles. */
static enum verdict judge(uint32_t given, uint32_t mine, const struct alm_command *command, bool core)
{
    const uint32_t needed = core ? cli_roles_needed(command) : 0;

    if (mine == CONF_AUDITOR)
        return command->flags & (ALM_WRITES | CLI_CHANGES) ? AUDITS : OPEN;
    if (mine == CONF_STAFF)
        return (command->flags & (ALM_READS | ALM_WRITES | CLI_CHANGES | CLI_WHOLE)) &&
                       !(core && (CLI_ROLES_OF(command->flags) & CONF_STAFF))
                   ? STAFF
                   : OPEN;
    /* A role that names nobody is everybody's. */
    return !needed || (needed & ~given) || (needed & mine) ? OPEN : NEEDS_ROLE;
}

enum alm_status cli_permit(struct cli *cli, const char *path, const struct alm_command *command, bool core,
                           struct alm_error *err)
{
    const uint32_t given = conf_roles_given(roles_of(cli));
    const char *who;
    enum alm_status status;

    if (!given)
        return ALM_OK;
    status = host_who(cli->host, &who, err);
    if (status != ALM_OK)
        return status;
    const uint32_t mine = conf_roles_of(roles_of(cli), who);
    const char *file = host_conf(cli->host)->file;

    cli->staff = mine == CONF_STAFF;
    switch (judge(given, mine, command, core)) {
    case NEEDS_ROLE: {
        struct strbuf names = {0};

        cli_role_names(&names, cli_roles_needed(command));
        status = error_set(
            err, ALM_NO_PERMISSION,
            arena_printf(&cli->arena, _("[roles] in %s says who has it; almoner roles shows what you have and may run"),
                         file),
            _("almoner %s needs the role %s, which %s does not have"), path, names.at, who);
        strbuf_release(&names);
        return status;
    }
    case AUDITS:
        return error_set(
            err, ALM_NO_PERMISSION,
            arena_printf(&cli->arena, _("[roles] auditor in %s names those who only read; almoner roles"), file),
            _("almoner %s writes, and %s is an auditor, who writes nothing"), path, who);
    case STAFF:
        return error_set(err, ALM_NO_PERMISSION,
                         arena_printf(&cli->arena,
                                      _("almoner roles --commands lists what is open to you; a section [body ...] in "
                                        "%s names the staff of a body, [roles] those who see more"),
                                      file),
                         _("almoner %s is not for the staff of a body, and %s has no other role"), path, who);
    case OPEN:
        break;
    }
    return ALM_OK;
}

/* ---- staff of a body ---- */

enum alm_status cli_own_bodies(struct cli *cli, const alm_id **bodies, size_t *n, struct alm_error *err)
{
    const struct conf_roles *roles = roles_of(cli);
    const struct conf_staff *staff = roles->bodies.items;
    struct register_directory *directory;
    const struct register_entry *entry;
    const char *who;
    alm_id *ids;
    enum alm_status status = ALM_OK;

    *n = 0;
    *bodies = NULL;
    if (!cli->staff)
        return ALM_OK;
    status = host_who(cli->host, &who, err);
    if (status == ALM_OK)
        status = cli_directory(cli, &directory, err);
    if (status != ALM_OK)
        return status;
    *bodies = ids = arena_alloc(&cli->arena, (roles->bodies.count + 1) * sizeof *ids);
    for (size_t i = 0; i < roles->bodies.count; i++) {
        if (!conf_is_staff(roles, i, who))
            continue;
        if (!(entry = register_by_code(directory, REGISTER_BODY, text_of(staff[i].body), err)))
            return error_prefix(err, _("%s: [body %s]"), host_conf(cli->host)->file, staff[i].body);
        ids[(*n)++] = entry->id;
    }
    return ALM_OK;
}

enum alm_status cli_only_own(struct cli *cli, struct ledger *ledger, struct alm_error *err)
{
    const alm_id *own;
    size_t n;
    enum alm_status status = cli_own_bodies(cli, &own, &n, err);

    if (status == ALM_OK)
        ledger_only(ledger, own, n);
    return status;
}

enum alm_status cli_own_body(struct cli *cli, alm_id *body, struct alm_error *err)
{
    struct register_directory *directory;
    const alm_id *own;
    size_t n;
    enum alm_status status = cli_own_bodies(cli, &own, &n, err);

    if (status != ALM_OK || !cli->staff)
        return status;
    if (!*body && n == 1)
        *body = own[0];
    for (size_t i = 0; i < n; i++)
        if (own[i] == *body)
            return ALM_OK;
    if (!*body)
        return error_set(err, ALM_USAGE, NULL, _("you are staff of several bodies: say --body CODE"));
    status = cli_directory(cli, &directory, err);
    if (status != ALM_OK)
        return status;
    return error_set(err, ALM_NO_PERMISSION, _("almoner roles tells of which body you are staff"),
                     _("%s is another body: its staff alone enters and sees what is that body's"),
                     register_by_id(directory, REGISTER_BODY, *body)->code);
}

/* ---- almoner roles ---- */

static const struct alm_column role_columns[] = {
    CLI_COLUMN("role", N_("role"), ALM_STRING), CLI_COLUMN("yours", N_("yours"), ALM_STRING),
    CLI_COLUMN("users", N_("users"), ALM_INT), CLI_COLUMN("key", N_("key"), ALM_STRING),
    CLI_COLUMN("purpose", N_("for"), ALM_STRING)};

static enum alm_status list_roles(struct cli *cli, const char *who, struct alm_error *err)
{
    const struct conf_roles *roles = roles_of(cli);
    const struct conf_staff *staff = roles->bodies.items;
    const uint32_t mine = conf_roles_of(roles, who);
    const bool limited = mine == CONF_AUDITOR || mine == CONF_STAFF;
    enum alm_status status = report_begin(cli->report, _("roles"), role_columns, COUNT_OF(role_columns), err);

    for (size_t i = 0; conf_role_names[i] && status == ALM_OK; i++) {
        const uint32_t bit = UINT32_C(1) << i;
        const bool open = !limited && bit != CONF_AUDITOR && !conf_role_users(roles, i);
        const struct alm_value row[] = {alm_string(conf_role_names[i]),
                                        alm_string(mine & bit ? _("yes")
                                                   : open     ? _("everybody's")
                                                              : _("no")),
                                        alm_number((int64_t)conf_role_users(roles, i)),
                                        alm_string(arena_printf(&cli->arena, "[roles] %s", conf_role_names[i])),
                                        alm_string(_(purposes[i]))};

        status = report_row(cli->report, row, err);
    }
    for (size_t i = 0; i < roles->bodies.count && status == ALM_OK; i++) {
        const struct alm_value row[] = {alm_string(arena_printf(&cli->arena, "body:%s", staff[i].body)),
                                        alm_string(conf_is_staff(roles, i, who) ? _("yes") : _("no")),
                                        alm_number((int64_t)staff[i].staff.count),
                                        alm_string(arena_printf(&cli->arena, "[body %s] staff", staff[i].body)),
                                        alm_string(_("record and see what this body gives"))};

        status = report_row(cli->report, row, err);
    }
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static const struct alm_column command_columns[] = {CLI_COLUMN("command", N_("command"), ALM_STRING),
                                                    CLI_COLUMN("open", N_("open to you"), ALM_BOOL),
                                                    CLI_COLUMN("role", N_("role"), ALM_STRING)};

static enum alm_status list_commands(struct cli *cli, const char *who, struct alm_error *err)
{
    const uint32_t given = conf_roles_given(roles_of(cli)), mine = conf_roles_of(roles_of(cli), who);
    enum alm_status status = report_begin(cli->report, _("commands"), command_columns, COUNT_OF(command_columns), err);

    for (size_t i = 0; cli_nouns[i]; i++)
        for (size_t k = 0; k < cli_nouns[i]->n_commands && status == ALM_OK; k++) {
            const struct alm_command *command = &cli_nouns[i]->commands[k];
            struct strbuf names = {0};

            cli_role_names(&names, cli_roles_needed(command));
            const struct alm_value row[] = {alm_string(cli_command_path(cli, cli_nouns[i]->name, command)),
                                            alm_number(judge(given, mine, command, true) == OPEN),
                                            names.at ? alm_string(names.at) : alm_null()};

            status = report_row(cli->report, row, err);
            strbuf_release(&names);
        }
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static enum alm_status run_roles(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    struct cli *cli = state;
    const char *who;
    enum alm_status status = host_who(cli->host, &who, err);

    (void)host;
    if (status == ALM_OK)
        status = alm_arg(args, "commands")->count ? list_commands(cli, who, err) : list_roles(cli, who, err);
    if (status != ALM_OK)
        return status;
    cli_say(cli, _("you are %s, as the journal says"), who);
    if (!conf_roles_given(roles_of(cli)))
        cli_say(cli,
                _("no role is given to anybody in %s: every command is open to whoever can read and write the store"),
                host_conf(cli->host)->file);
    return ALM_OK;
}

static const struct alm_option options[] = {
    {.name = "commands",
     .type = ALM_BOOL,
     .help = N_("list the core's commands, which of them are open to you, and the role that one needs")}};
static const struct alm_command commands[] = {{"", N_("who you are, which roles you have, and what is open to you"),
                                               options, COUNT_OF(options), 0, run_roles,
                                               "roles\nroles --commands --output csv"}};
extern const struct cli_noun cli_roles;
const struct cli_noun cli_roles = {"roles", N_("who is who at the desk, and what they may run"), commands,
                                   COUNT_OF(commands)};
