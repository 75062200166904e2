/* SPDX-License-Identifier: MIT */
/* `almoner stock item` and `almoner stock depot`: the small lists of the stock. */
#include "cli/stock.h"

struct list {
    const char *name;   /* as typed */
    const char *plural; /* title of the table */
    const struct register_table *table;
    const char *sql;
    const struct alm_column *columns;
    size_t n;
};

static const struct alm_column item_columns[] = {
    CLI_COLUMN("code", N_("code"), ALM_STRING),
    CLI_COLUMN("name", N_("name"), ALM_STRING),
    CLI_COLUMN("name_fa", N_("Persian name"), ALM_STRING),
    CLI_COLUMN("unit", N_("unit"), ALM_STRING),
    CLI_COLUMN("low", N_("low below"), ALM_QUANTITY),
    {.name = "near", .title = N_("near expiry"), .type = ALM_INT, .unit = N_("days")}};
static const struct alm_column depot_columns[] = {
    CLI_COLUMN("code", N_("code"), ALM_STRING), CLI_COLUMN("name", N_("name"), ALM_STRING),
    CLI_COLUMN("kind", N_("kind"), ALM_STRING), CLI_COLUMN("area", N_("area"), ALM_STRING),
    CLI_COLUMN("body", N_("body"), ALM_STRING)};

static const struct list items = {"item",
                                  N_("items"),
                                  &stock_item_table,
                                  "SELECT code, name, name_fa, unit, low, near FROM stock_item "
                                  "WHERE CAST($1 AS TEXT) IS NULL OR code = $1 ORDER BY code",
                                  item_columns,
                                  COUNT_OF(item_columns)};
static const struct list depots = {"depot",
                                   N_("depots"),
                                   &stock_depot_table,
                                   "SELECT d.code, d.name, d.kind, a.code, b.code FROM stock_depot d "
                                   "LEFT JOIN area a ON a.id = d.area LEFT JOIN body b ON b.id = d.body "
                                   "WHERE CAST($1 AS TEXT) IS NULL OR d.code = $1 ORDER BY d.code",
                                   depot_columns,
                                   COUNT_OF(depot_columns)};

static enum alm_status print(struct cli *cli, const struct list *list, struct alm_error *err)
{
    return cli_list_rows(cli, _(list->plural), list->sql, NULL, list->columns, list->n, err);
}

static enum alm_status put(struct cli *cli, const struct list *list, const struct alm_args *args, bool must_exist,
                           struct alm_error *err)
{
    struct alm_text values[REGISTER_CELLS_MAX] = {0};
    struct register_directory *directory;
    struct store *store;
    alm_id id;
    enum alm_status status = cli_store(cli, &store, err);

    if (status == ALM_OK)
        status = cli_directory(cli, &directory, err);
    if (status != ALM_OK)
        return status;
    cli_list_values(list->table->columns, list->table->n_cells, args, values);
    cli->entry.subject = alm_arg_text(args, "code");
    cli->entry.added = !must_exist;
    cli->entry.changed = must_exist;
    return register_table_put(list->table, store, directory, host_today(cli->host), values, must_exist, &id, err);
}

static enum alm_status import_list(struct cli *cli, const struct list *list, const struct alm_args *args,
                                   struct alm_error *err)
{
    struct import import = {.command = arena_printf(&cli->arena, "stock %s import", list->name),
                            .file = alm_arg_text(args, "file"),
                            .map = cli_map(cli, args),
                            .rejects = alm_arg_text(args, "rejects"),
                            .columns = list->table->columns,
                            .n_columns = list->table->n_cells,
                            .rows = register_importer_rows};
    struct import_counts counts = {0};
    struct register_importer *importer;
    struct register_directory *directory;
    struct store *store;
    enum alm_status status = cli_store(cli, &store, err);

    if (status == ALM_OK)
        status = cli_directory(cli, &directory, err);
    if (status != ALM_OK)
        return status;
    import.context = importer = register_table_importer_new(list->table, store, directory, host_today(cli->host));
    status = cli_import(cli, &import, &counts, err);
    register_importer_free(importer);
    return status;
}

#define RUNS(list)                                                                                                     \
    enum alm_status cli_stock_##list##_list(const struct alm_host *host, void *state, const struct alm_args *args,     \
                                            struct alm_error *err)                                                     \
    {                                                                                                                  \
        (void)host, (void)args;                                                                                        \
        return print(state, &list##s, err);                                                                            \
    }                                                                                                                  \
    enum alm_status cli_stock_##list##_add(const struct alm_host *host, void *state, const struct alm_args *args,      \
                                           struct alm_error *err)                                                      \
    {                                                                                                                  \
        (void)host;                                                                                                    \
        return put(state, &list##s, args, false, err);                                                                 \
    }                                                                                                                  \
    enum alm_status cli_stock_##list##_edit(const struct alm_host *host, void *state, const struct alm_args *args,     \
                                            struct alm_error *err)                                                     \
    {                                                                                                                  \
        (void)host;                                                                                                    \
        return put(state, &list##s, args, true, err);                                                                  \
    }                                                                                                                  \
    enum alm_status cli_stock_##list##_import(const struct alm_host *host, void *state, const struct alm_args *args,   \
                                              struct alm_error *err)                                                   \
    {                                                                                                                  \
        (void)host;                                                                                                    \
        return import_list(state, &list##s, args, err);                                                                \
    }
RUNS(item)
RUNS(depot)

#define FIELD(n, v, h)                                                                                                 \
    {                                                                                                                  \
        .name = n, .type = ALM_STRING, .value = v, .help = h                                                           \
    }
#define CODE                                                                                                           \
    {                                                                                                                  \
        .name = "code", .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "CODE",                     \
        .help = N_("its code")                                                                                         \
    }
const struct alm_option cli_stock_item_options[CLI_STOCK_ITEM_OPTIONS] = {
    CODE,
    FIELD("name", "NAME", N_("its name")),
    FIELD("name_fa", "NAME", N_("its Persian name")),
    FIELD("unit", "WORD", N_("what it is counted in: kg, litre, piece")),
    FIELD("low", "N", N_("a depot that has less of it is low")),
    FIELD("near", "DAYS", N_("a lot that expires within so many days is near its expiry"))};
const struct alm_option cli_stock_depot_options[CLI_STOCK_DEPOT_OPTIONS] = {
    CODE, FIELD("name", "NAME", N_("its name")), FIELD("kind", "KIND", N_("warehouse, kitchen, base")),
    FIELD("area", "CODE", N_("where it lies")), FIELD("body", "CODE", N_("the body that keeps it"))};
