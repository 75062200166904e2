/* SPDX-License-Identifier: MIT */
/* For whom: the beneficiary that options name, and the codes by which tables show them. */
#include "cli/cli.h"

enum alm_status cli_beneficiary_arg(struct cli *cli, const struct alm_args *args, const char *option,
                                    enum alm_noun noun, alm_id *id, struct alm_error *err)
{
    const struct alm_arg *arg = alm_arg(args, option);
    struct store *store;
    enum alm_status status = ALM_OK;

    *id = 0;
    if (!arg || !arg->count)
        return ALM_OK;
    status = cli_store(cli, &store, err);
    return status == ALM_OK ? register_find(store, noun, arg->values[0].text, id, err) : status;
}

enum alm_status cli_recipient_arg(struct cli *cli, const struct alm_args *args, struct cli_recipient *out,
                                  struct alm_error *err)
{
    *out = (struct cli_recipient){0};
    enum alm_status status = cli_beneficiary_arg(cli, args, "household", ALM_NOUN_HOUSEHOLD, &out->household, err);

    if (status == ALM_OK)
        status = cli_beneficiary_arg(cli, args, "person", ALM_NOUN_PERSON, &out->person, err);
    if (status == ALM_OK)
        status = cli_beneficiary_arg(cli, args, "partner", ALM_NOUN_PERSON, &out->partner, err);
    if (status == ALM_OK)
        status = cli_beneficiary_arg(cli, args, "place", ALM_NOUN_PLACE, &out->place, err);
    if (status == ALM_OK && !out->household && !out->person && !out->partner && !out->place)
        status = error_set(err, ALM_USAGE, _("add --household CODE, --person ID or --place CODE"), _("for whom?"));
    return status;
}

enum alm_status cli_entry_arg(struct register_directory *directory, const struct alm_args *args, const char *option,
                              enum register_noun noun, alm_id *id, struct alm_error *err)
{
    const struct alm_arg *arg = alm_arg(args, option);
    const struct register_entry *entry;

    *id = 0;
    if (!arg || !arg->count)
        return ALM_OK;
    entry = register_by_code(directory, noun, text_of(arg->values[0].text), err);
    *id = entry ? entry->id : 0;
    return entry ? ALM_OK : err->status;
}

enum alm_status cli_area_arg(struct register_directory *directory, const struct alm_args *args, int32_t *area,
                             struct alm_error *err)
{
    const char *code = alm_arg_text(args, "area");

    *area = -1;
    if (!code)
        return ALM_OK;
    *area = register_area_by_code(directory, text_of(code), err);
    return *area < 0 ? err->status : ALM_OK;
}

enum alm_status cli_areas_arg(struct cli *cli, struct register_directory *directory, const struct alm_args *args,
                              const alm_id **ids, size_t *n, struct alm_error *err)
{
    int32_t within;
    enum alm_status status = cli_area_arg(directory, args, &within, err);

    return status == ALM_OK ? register_areas_within(directory, within, &cli->arena, ids, n, err) : status;
}

struct alm_value cli_entry_code(struct register_directory *directory, enum register_noun noun, alm_id id)
{
    const struct register_entry *entry = register_by_id(directory, noun, id);

    return entry ? alm_string(entry->code) : alm_null();
}

struct alm_value cli_owner_code(struct store *store, struct register_directory *directory, alm_id programme,
                                alm_id owner, struct arena *arena)
{
    const struct register_entry *entry = register_by_id(directory, REGISTER_PROGRAMME, programme);
    const enum alm_noun noun = entry && entry->recipient == ALM_PLACE ? ALM_NOUN_PLACE : ALM_NOUN_HOUSEHOLD;
    char name[256];
    struct alm_error err;

    if (register_name(store, noun, owner, name, sizeof name, &err) != ALM_OK)
        return alm_number(owner);
    return alm_string(arena_strdup(arena, name));
}
