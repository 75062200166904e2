/* SPDX-License-Identifier: MIT */
/* `almoner stock`: goods come, go, and are counted. */
#include "cli/stock.h"

enum alm_status cli_stock_find(struct cli *cli, const struct alm_args *args, struct stock **stock, alm_id *item,
                               alm_id *depot, struct alm_error *err)
{
    const struct alm_arg *item_arg = alm_arg(args, "item"), *depot_arg = alm_arg(args, "depot");
    enum alm_status status = host_stock(cli->host, stock, err);

    *item = *depot = 0;
    if (status == ALM_OK && item_arg && item_arg->count)
        status = stock_find(*stock, ALM_NOUN_ITEM, text_of(item_arg->values[0].text), item, err);
    if (status == ALM_OK && depot_arg && depot_arg->count)
        status = stock_find(*stock, ALM_NOUN_DEPOT, text_of(depot_arg->values[0].text), depot, err);
    return status;
}

/* ---- orders ---- */

struct ordering {
    const struct alm_args *args;
    struct stock_order order;
    struct stock_answer answer;
    alm_quantity left;
};

static struct alm_text text_arg(const struct alm_args *args, const char *name)
{
    return alm_arg(args, name) ? text_of(alm_arg_text(args, name)) : (struct alm_text){NULL, 0};
}

static enum alm_status order_in_transaction(struct cli *cli, void *context, struct alm_error *err)
{
    struct ordering *ordering = context;
    const struct alm_args *args = ordering->args;
    struct stock_order *order = &ordering->order;
    struct stock *stock;
    enum alm_status status = cli_stock_find(cli, args, &stock, &order->item, &order->depot, err);

    if (status == ALM_OK && order->kind == STOCK_MOVE)
        status = stock_find(stock, ALM_NOUN_DEPOT, text_of(alm_arg_text(args, "to")), &order->to, err);
    if (status == ALM_OK)
        status = stock_order(stock, order, cli->entry.id, &ordering->answer, err);
    if (status == ALM_OK) /* what is expired lies there too */
        status = stock_on_hand(stock, order->item, order->depot, ALM_NO_DATE, &ordering->left, err);
    cli->entry.added = status == ALM_OK && !ordering->answer.same;
    cli->entry.subject = alm_arg_text(args, "item");
    cli->entry.reason = order->reason.at;
    return status;
}

static const struct alm_column answer_columns[] = {
    CLI_COLUMN("outcome", N_("outcome"), ALM_STRING), CLI_COLUMN("id", N_("id"), ALM_ID),
    CLI_COLUMN("quantity", N_("quantity"), ALM_QUANTITY), CLI_COLUMN("left", N_("now in the depot"), ALM_QUANTITY)};

static enum alm_status tell_answer(struct cli *cli, const struct ordering *ordering, struct alm_error *err)
{
    const struct stock_answer *answer = &ordering->answer;
    const bool count = ordering->order.kind == STOCK_COUNT;
    const struct alm_value row[] = {
        alm_string(answer->same ? _("there already") : _("recorded")), alm_number(answer->movement),
        alm_number(count && !answer->same ? answer->difference : ordering->order.quantity), alm_number(ordering->left)};
    enum alm_status status = report_begin(cli->report, NULL, answer_columns, COUNT_OF(answer_columns), err);

    if (status == ALM_OK)
        status = report_row(cli->report, row, err);
    if (status == ALM_OK)
        status = report_end(cli->report, err);
    if (status == ALM_OK && answer->same)
        cli_say(cli, _("it was recorded before; if it happened once more, give this one a --key"));
    if (status == ALM_OK && count && !answer->same)
        cli_say(cli, answer->difference ? _("the quantity is the difference to the books") : _("as the books say"));
    return status;
}

static enum alm_status run_order(struct cli *cli, enum stock_kind kind, const struct alm_args *args,
                                 struct alm_error *err)
{
    const struct alm_arg *expires = alm_arg(args, "expires"), *price = alm_arg(args, "price");
    struct ordering ordering = {
        .args = args,
        .order = {.kind = kind,
                  .key = text_arg(args, "key"),
                  .lot = text_arg(args, "lot"),
                  .quantity = alm_arg_number(args, "quantity", 0),
                  .date = (alm_date)alm_arg_number(args, "date", host_today(cli->host)),
                  .today = host_today(cli->host),
                  .expires = expires && expires->count ? (alm_date)expires->values[0].number : ALM_NO_DATE,
                  .source = text_arg(args, "source"),
                  .price = price && price->count ? price->values[0].number : ALM_NULL,
                  .reason = text_arg(args, "reason")}};
    enum alm_status status = cli_write(cli, order_in_transaction, &ordering, err);

    return status == ALM_OK ? tell_answer(cli, &ordering, err) : status;
}

#define ORDER(name, kind)                                                                                              \
    static enum alm_status run_##name(const struct alm_host *host, void *state, const struct alm_args *args,           \
                                      struct alm_error *err)                                                           \
    {                                                                                                                  \
        (void)host;                                                                                                    \
        return run_order(state, kind, args, err);                                                                      \
    }
ORDER(receive, STOCK_RECEIVE)
ORDER(move, STOCK_MOVE)
ORDER(issue, STOCK_ISSUE)
ORDER(return, STOCK_RETURN)
ORDER(loss, STOCK_LOSS)
ORDER(count, STOCK_COUNT)

/* ---- import ---- */

static enum alm_status run_import(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct cli *cli = state;
    struct stock_import context = {.kind = (enum stock_kind)(STOCK_RECEIVE + alm_arg_number(args, "kind", 0)),
                                   .today = host_today(cli->host),
                                   .currency_decimals = (int)host_conf(cli->host)->almoner->currency_decimals};
    struct import import = {.command = "stock import",
                            .file = alm_arg_text(args, "file"),
                            .map = cli_map(cli, args),
                            .rejects = alm_arg_text(args, "rejects"),
                            .columns = stock_order_columns,
                            .n_columns = stock_n_order_columns,
                            .rows = stock_import_rows,
                            .again = stock_import_again,
                            .context = &context};
    struct import_counts counts = {0};
    enum alm_status status = host_stock(cli->host, &context.stock, err);

    (void)host;
    return status == ALM_OK ? cli_import(cli, &import, &counts, err) : status;
}

/* ---- tables ---- */

#define ITEM                                                                                                           \
    {                                                                                                                  \
        .name = "item", .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "ITEM",                     \
        .help = N_("its code, as `stock item list` shows it")                                                          \
    }
#define QUANTITY(h)                                                                                                    \
    {                                                                                                                  \
        .name = "quantity", .type = ALM_DECIMAL, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "QUANTITY", .help = h  \
    }
#define DEPOT(h)                                                                                                       \
    {                                                                                                                  \
        .name = "depot", .type = ALM_STRING, .flags = ALM_REQUIRED, .value = "DEPOT", .help = h                        \
    }
#define LOT(h)                                                                                                         \
    {                                                                                                                  \
        .name = "lot", .type = ALM_STRING, .value = "LOT", .help = h                                                   \
    }
#define REASON(f)                                                                                                      \
    {                                                                                                                  \
        .name = "reason", .type = ALM_STRING, .flags = f, .value = "TEXT", .help = N_("why, without personal data")    \
    }
#define DATE_AND_KEY                                                                                                   \
    {.name = "date", .type = ALM_DATE, .value = "DATE", .help = N_("when, in either calendar (default: today)")},      \
    {                                                                                                                  \
        .name = "key", .type = ALM_STRING, .value = "TEXT",                                                            \
        .help = N_("your mark for this movement, such as a receipt's number: the same key is recorded once")           \
    }

static const struct alm_option receive_options[] = {
    ITEM,
    QUANTITY(N_("how much came, in the item's unit")),
    DEPOT(N_("where it came to")),
    LOT(N_("the lot's code (default: the day)")),
    {.name = "expires", .type = ALM_DATE, .value = "DATE", .help = N_("the last day on which it may be used")},
    {.name = "source", .type = ALM_STRING, .value = "TEXT", .help = N_("the donor or seller")},
    {.name = "price", .type = ALM_MONEY, .value = "MONEY", .help = N_("what one unit cost, or is worth")},
    REASON(0),
    DATE_AND_KEY};
static const struct alm_option move_options[] = {
    ITEM,
    QUANTITY(N_("how much, in the item's unit")),
    DEPOT(N_("where it lies")),
    {.name = "to", .type = ALM_STRING, .flags = ALM_REQUIRED, .value = "DEPOT", .help = N_("where it goes to")},
    LOT(N_("of which lot (default: the lots that expire first)")),
    REASON(0),
    DATE_AND_KEY};
static const struct alm_option issue_options[] = {ITEM,
                                                  QUANTITY(N_("how much is given out, in the item's unit")),
                                                  DEPOT(N_("where it lies")),
                                                  LOT(N_("of which lot (default: the lots that expire first)")),
                                                  REASON(0),
                                                  DATE_AND_KEY};
static const struct alm_option return_options[] = {
    ITEM,
    QUANTITY(N_("how much comes back, in the item's unit")),
    DEPOT(N_("where it comes to")),
    LOT(N_("of which lot (default: what was given out of those that lay there and are good, those that expire first)")),
    REASON(0),
    DATE_AND_KEY};
static const struct alm_option loss_options[] = {ITEM,
                                                 QUANTITY(N_("how much is lost, in the item's unit")),
                                                 DEPOT(N_("where it lay")),
                                                 LOT(N_("of which lot (default: the lots that expire first)")),
                                                 REASON(ALM_REQUIRED),
                                                 DATE_AND_KEY};
static const struct alm_option count_options[] = {ITEM,
                                                  QUANTITY(N_("how much was found, in the item's unit")),
                                                  DEPOT(N_("where it was counted")),
                                                  LOT(N_("only this lot was counted (default: all of the item)")),
                                                  REASON(ALM_REQUIRED),
                                                  DATE_AND_KEY};
static const struct alm_option show_options[] = {
    ITEM,
    {.name = "depot", .type = ALM_STRING, .value = "DEPOT", .help = N_("only this depot")},
    {.name = "limit", .type = ALM_INT, .value = "N", .fallback = "20", .help = N_("at most so many; 0: all")}};
static const struct alm_option list_options[] = {
    {.name = "item", .type = ALM_STRING, .value = "ITEM", .help = N_("only this item")},
    {.name = "depot", .type = ALM_STRING, .value = "DEPOT", .help = N_("only this depot")},
    {.name = "lots", .type = ALM_BOOL, .help = N_("lot by lot")},
    {.name = "low", .type = ALM_BOOL, .help = N_("only items of which a depot has less than their `low`")},
    {.name = "near",
     .type = ALM_BOOL,
     .help = N_("only lots that are near their expiry by their item's `near`, or past it")},
    {.name = "days", .type = ALM_INT, .value = "N", .help = N_("only lots that expire within N days")}};
static const char *const kinds[] = {"receive", "move", "issue", "return", "loss", "count", NULL};
static const struct alm_option import_options[] = {
    CLI_IMPORT_OPTIONS,
    {.name = "kind",
     .type = ALM_ENUM,
     .choices = kinds,
     .value = "KIND",
     .fallback = "receive",
     .help = N_("what rows are that have no kind of their own")},
};
static const struct alm_option file_options[] = {CLI_IMPORT_OPTIONS};

#define ORDER_FLAGS (ALM_WRITES | ALM_BULK) /* the table comes after the transaction, see cli_write() */
static const struct alm_command commands[] = {
    {"receive", N_("take in goods that were given or bought"), receive_options, COUNT_OF(receive_options), ORDER_FLAGS,
     run_receive,
     "stock receive rice 500 --depot W1 --date 1399/09/15 --expires 1400/06/31 --source 'بنیاد همدلی' --price 320000 "
     "--key R-1001\n"
     "stock receive soap 1200 --depot W1"},
    {"move", N_("move goods from one depot to another"), move_options, COUNT_OF(move_options), ORDER_FLAGS, run_move,
     "stock move rice 100 --depot W1 --to K1"},
    {"issue", N_("give out goods for aid that the ledger does not know line by line"), issue_options,
     COUNT_OF(issue_options), ORDER_FLAGS, run_issue, "stock issue rice 20 --depot W1 --reason 'school kitchen'"},
    {"return", N_("take back goods that were given out"), return_options, COUNT_OF(return_options), ORDER_FLAGS,
     run_return, "stock return rice 5 --depot W1 --reason 'left over'"},
    {"loss", N_("write off what is spoilt, expired or stolen"), loss_options, COUNT_OF(loss_options), ORDER_FLAGS,
     run_loss, "stock loss oil 4 --depot W1 --reason 'broken bottles'"},
    {"count", N_("say what was counted; the difference to the books is written with its reason"), count_options,
     COUNT_OF(count_options), ORDER_FLAGS, run_count, "stock count soap 295 --depot W1 --reason 'monthly count'"},
    {"show", N_("show the movements of an item, newest first"), show_options, COUNT_OF(show_options), ALM_READS,
     cli_stock_show, "stock show rice --limit 10"},
    {"list", N_("list what lies where; what is low; what is near its expiry"), list_options, COUNT_OF(list_options),
     ALM_READS, cli_stock_list, "stock list\nstock list --lots --item rice\nstock list --low\nstock list --near"},
    {"import", N_("record the movements of a CSV file"), import_options, COUNT_OF(import_options),
     ALM_WRITES | ALM_BULK, run_import, "stock import stock.csv\nstock import stock.csv --dry-run"},
    {"item add", N_("add an item"), cli_stock_item_options, CLI_STOCK_ITEM_OPTIONS, ALM_WRITES, cli_stock_item_add,
     "stock item add beans --name Beans --name_fa لوبیا --unit kg --low 50 --near 60"},
    {"item edit", N_("change what is given; the rest stays"), cli_stock_item_options, CLI_STOCK_ITEM_OPTIONS,
     ALM_WRITES, cli_stock_item_edit, "stock item edit rice --low 250"},
    {"item list", N_("list all items, by code"), NULL, 0, ALM_READS, cli_stock_item_list, "stock item list"},
    {"item import", N_("import or update items from a CSV file"), file_options, COUNT_OF(file_options),
     ALM_WRITES | ALM_BULK, cli_stock_item_import, "stock item import items.csv"},
    {"depot add", N_("add a depot: a warehouse, a kitchen, a base"), cli_stock_depot_options, CLI_STOCK_DEPOT_OPTIONS,
     ALM_WRITES, cli_stock_depot_add, "stock depot add W9 --name 'انبار شمال' --kind warehouse --area 1501"},
    {"depot edit", N_("change what is given; the rest stays"), cli_stock_depot_options, CLI_STOCK_DEPOT_OPTIONS,
     ALM_WRITES, cli_stock_depot_edit, "stock depot edit K1 --body hamdeli"},
    {"depot list", N_("list all depots, by code"), NULL, 0, ALM_READS, cli_stock_depot_list, "stock depot list"},
    {"depot import", N_("import or update depots from a CSV file"), file_options, COUNT_OF(file_options),
     ALM_WRITES | ALM_BULK, cli_stock_depot_import, "stock depot import depots.csv"},
};
extern const struct cli_noun cli_stock;
const struct cli_noun cli_stock = {"stock", N_("goods: receive, move, issue, return, loss, count, show, list, import"),
                                   commands, COUNT_OF(commands)};
