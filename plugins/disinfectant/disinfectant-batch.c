/* SPDX-License-Identifier: MIT */
/* Batches: what goes into one, entered when it passed its check, checked again, listed, added up. */
#include "disinfectant.h"

enum { MOST_CODE = 60, DAY = 86400 };

/* Whether an item is named, so that it is kept in stock. */
static bool kept(const char *item)
{
    return item && *item;
}

/* The product that is named. */
static enum alm_status read_product(const struct disinfectant_settings *s, const char *name,
                                    const struct disinfectant_product **product, struct alm_error *err)
{
    char known[200] = "";
    *product = disinfectant_product_of(s, name);
    if (*product)
        return ALM_OK;
    for (size_t i = 0; i < s->products.count; i++) {
        const size_t len = strlen(known);
        snprintf(known + len, sizeof known - len, "%s%s", i ? ", " : "there are ", disinfectant_product_at(s, i)->name);
    }
    return alm_fail(err, ALM_BAD_DATA, known, "there is no product '%.60s'", name);
}

/* A mix as it is asked for. */
struct wanted {
    const char *product;
    const char *from; /* NULL: the product's own concentrate */
    int64_t strength; /* ALM_NULL: as it is set */
    alm_quantity litres;
};

static enum alm_status read_mix(const struct disinfectant_settings *s, const struct wanted *wanted,
                                struct disinfectant_mix *mix, struct alm_error *err)
{
    const struct disinfectant_product *product;
    enum alm_status status = read_product(s, wanted->product, &product, err);
    if (status != ALM_OK)
        return status;
    if (wanted->strength != ALM_NULL && wanted->strength <= 0)
        return alm_fail(err, ALM_BAD_DATA, "write per cent, for example 0.1", "a strength is more than 0");
    return disinfectant_mix_plan(s, product, wanted->from, wanted->strength == ALM_NULL ? 0 : wanted->strength,
                                 wanted->litres, mix, err);
}

static struct wanted wanted_of(const struct alm_args *args)
{
    return (struct wanted){.product = alm_arg_text(args, "product"),
                           .from = alm_arg_text(args, "from"),
                           .strength = alm_arg_number(args, "strength", ALM_NULL),
                           .litres = alm_arg_number(args, "litres", 0)};
}

/* ---- recipe ---- */

static const struct alm_column recipe_columns[] = {
    {.name = "ingredient", .title = "ingredient", .type = ALM_STRING},
    {.name = "strength", .title = "strength", .type = ALM_DECIMAL, .unit = "%"},
    {.name = "litres", .title = "litres", .type = ALM_QUANTITY, .flags = ALM_TOTAL},
};

enum alm_status disinfectant_recipe(const struct alm_host *host, void *state, const struct alm_args *args,
                                    struct alm_error *err)
{
    struct disinfectant_mix mix;
    char text[240], litres[32], strength[32], low[32], high[32];
    const struct wanted wanted = wanted_of(args);
    enum alm_status status = read_mix(state, &wanted, &mix, err);
    if (status == ALM_OK)
        status = host->table_begin(host, "what goes into it", recipe_columns, COUNT_OF(recipe_columns), err);
    for (size_t i = 0; status == ALM_OK && i < mix.n_parts; i++) {
        const struct disinfectant_substance *substance = mix.parts[i].substance;
        const struct alm_value values[] = {alm_string(substance->name),
                                           substance->strength ? alm_number(substance->strength) : alm_null(),
                                           alm_number(mix.parts[i].litres)};
        status = host->row(host, values, err);
    }
    const struct alm_value water[] = {alm_string("water"), alm_null(), alm_number(mix.water)};
    if (status == ALM_OK)
        status = host->row(host, water, err);
    if (status == ALM_OK)
        status = host->table_end(host, err);
    if (status != ALM_OK)
        return status;
    const int64_t tolerance = mix.strength * mix.product->tolerance / 100000;
    disinfectant_decimal(mix.litres, litres, sizeof litres);
    disinfectant_decimal(mix.strength, strength, sizeof strength);
    disinfectant_decimal(mix.strength - tolerance, low, sizeof low);
    disinfectant_decimal(mix.strength + tolerance, high, sizeof high);
    snprintf(text, sizeof text, "fill up with water to %s litres of %s %%; measured, it has to have %s to %s %%",
             litres, strength, low, high);
    host->say(host, text);
    return ALM_OK;
}

/* ---- mix ---- */

struct batch {
    const char *code;
    struct disinfectant_mix mix;
    alm_date date;
    alm_date expires;
    alm_quantity made;
    int64_t measured; /* ALM_NULL: not */
    alm_money cost;   /* beside what is drawn from stock; then with it; ALM_NULL: not known */
};

/* What is left out of a batch is filled in, and what cannot be is refused. */
static enum alm_status read_batch(const struct alm_host *host, const struct disinfectant_settings *s,
                                  const struct wanted *wanted, struct batch *batch, struct alm_error *err)
{
    enum alm_status status = read_mix(s, wanted, &batch->mix, err);
    if (status != ALM_OK)
        return status;
    const struct disinfectant_product *product = batch->mix.product;
    batch->expires = batch->date + (alm_date)(product->shelf_life / DAY);
    if (batch->made == ALM_NULL)
        batch->made = batch->mix.litres;
    /* Without a word, what is not known stays so: a price of nothing would stand in every report. */
    if (batch->cost == ALM_NULL && kept(batch->mix.parts[0].substance->item))
        batch->cost = 0;
    char folded[MOST_CODE + 1]; /* blanks alone are no code */
    if (batch->code && (strlen(batch->code) > MOST_CODE || !alm_code(batch->code, folded, sizeof folded)))
        return alm_fail(err, ALM_BAD_DATA, "write for example B-12", "a code has 1 to %d bytes", MOST_CODE);
    if (batch->date > host->today(host))
        return alm_fail(err, ALM_BAD_DATA, "enter it when it is mixed", "the day of mixing is still to come");
    if (batch->made <= 0 || batch->made > batch->mix.litres)
        return alm_fail(err, ALM_BAD_DATA, "where more was made, --litres was more too",
                        "the yield has to be more than 0 and not more than the litres that were mixed");
    if (batch->cost != ALM_NULL && batch->cost < 0)
        return alm_fail(err, ALM_BAD_DATA, "leave it out if there was none", "the cost is less than nothing");
    if (batch->measured != ALM_NULL)
        return disinfectant_mix_check(&batch->mix, batch->measured, err);
    if (s->measure)
        return alm_fail(err, ALM_BAD_DATA, "measure its strength, and write --measured PERCENT",
                        "a batch goes into stock when its strength was measured");
    return ALM_OK;
}

static enum alm_status insert(const struct alm_host *host, const struct batch *b, bool *added, struct alm_error *err)
{
    int64_t changes = 0;
    enum alm_status status = alm_run(
        host, &changes, err,
        "INSERT INTO disinfectant_batch (programme, code, product, substance, date, expires, litres, made, used, "
        "strength, measured, measured_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
        "ON CONFLICT (programme, code) DO NOTHING",
        "itttiiiiiiii", host->programme_id(host), b->code, b->mix.product->name, b->mix.parts[0].substance->name,
        (int64_t)b->date, (int64_t)b->expires, b->mix.litres, b->made, b->mix.parts[0].litres, b->mix.strength,
        b->measured, b->measured == ALM_NULL ? ALM_NULL : (int64_t)b->date);
    *added = status == ALM_OK && changes > 0;
    return status;
}

/* PRODUCT-13990915, and with -2, -3 ... where that is taken. */
static enum alm_status insert_by_default_code(const struct alm_host *host, struct batch *b, char *code, size_t size,
                                              struct alm_error *err)
{
    int32_t year;
    int32_t month;
    int32_t day;
    bool added = false;
    enum alm_status status = ALM_OK;
    host->solar_date(b->date, &year, &month, &day);
    const size_t len = (size_t)snprintf(code, size, "%.40s-%04d%02d%02d", b->mix.product->name, year, month, day);
    b->code = code;
    for (int n = 2; status == ALM_OK && !added && n <= 1000; n++) {
        status = insert(host, b, &added, err);
        if (!added)
            snprintf(code + len, size - len, "-%d", n);
    }
    if (status == ALM_OK && !added)
        status =
            alm_fail(err, ALM_BAD_DATA, "give it a --code", "there are a thousand batches of that product and day");
    return status;
}

/* Take what it is made of out of stock, and put it there: as far as either is kept in stock. */
static enum alm_status move_stock(const struct alm_host *host, const struct disinfectant_settings *s, const char *depot,
                                  struct batch *b, struct alm_error *err)
{
    struct alm_goods uses[DISINFECTANT_MOST_ADDITIVES + 1];
    struct alm_make make = {.key = b->code,
                            .date = b->date,
                            .uses = uses,
                            .expires = b->expires,
                            .cost = b->cost,
                            .makes.quantity = b->made};
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < b->mix.n_parts; i++) {
        const struct disinfectant_part *part = &b->mix.parts[i];
        if (!kept(part->substance->item) || part->litres == 0)
            continue;
        uses[make.n_uses].quantity = part->litres;
        status = host->find(host, ALM_NOUN_ITEM, part->substance->item, &uses[make.n_uses++].item, err);
    }
    if (status == ALM_OK && kept(b->mix.product->item))
        status = host->find(host, ALM_NOUN_ITEM, b->mix.product->item, &make.makes.item, err);
    if (status != ALM_OK)
        return status;
    if (make.n_uses == 0 && !make.makes.item)
        return ALM_OK;
    if (!kept(depot))
        depot = s->depot;
    if (!kept(depot))
        return alm_fail(err, ALM_BAD_DATA, "write --depot CODE, or depot = CODE in the programme's settings",
                        "where does its concentrate lie?");
    status = host->find(host, ALM_NOUN_DEPOT, depot, &make.depot, err);
    if (status == ALM_OK)
        status = host->stock_make(host, &make, err);
    b->cost = make.cost;
    return status;
}

/* A batch that is in the list: its goods leave the stock, and what it costs is known. */
static enum alm_status make_batch(const struct alm_host *host, const struct disinfectant_settings *s, const char *depot,
                                  struct batch *batch, struct alm_error *err)
{
    enum alm_status status = move_stock(host, s, depot, batch, err);
    return status == ALM_OK
               ? alm_run(host, NULL, err, "UPDATE disinfectant_batch SET cost = $1 WHERE programme = $2 AND code = $3",
                         "iit", batch->cost, host->programme_id(host), batch->code)
               : status;
}

enum alm_status disinfectant_run_mix(const struct alm_host *host, void *state, const struct alm_args *args,
                                     struct alm_error *err)
{
    const struct disinfectant_settings *s = state;
    const struct wanted wanted = wanted_of(args);
    struct batch batch = {.code = alm_arg_text(args, "code"),
                          .date = (alm_date)alm_arg_number(args, "date", host->today(host)),
                          .made = alm_arg_number(args, "yield", ALM_NULL),
                          .measured = alm_arg_number(args, "measured", ALM_NULL),
                          .cost = alm_arg_number(args, "cost", ALM_NULL)};
    bool added = true;
    char code[128], text[240], made[32], day[40];
    enum alm_status status = read_batch(host, s, &wanted, &batch, err);
    if (status == ALM_OK)
        status = batch.code ? insert(host, &batch, &added, err)
                            : insert_by_default_code(host, &batch, code, sizeof code, err);
    if (status == ALM_OK && !added)
        status = alm_fail(err, ALM_BAD_DATA, "leave --code out, or choose another", "there is a batch '%s' already",
                          batch.code);
    if (status == ALM_OK)
        status = make_batch(host, s, alm_arg_text(args, "depot"), &batch, err);
    if (status != ALM_OK)
        return status;
    disinfectant_decimal(batch.made, made, sizeof made);
    host->format_date(host, batch.expires, day, sizeof day);
    snprintf(text, sizeof text, "batch %s: %s litres, to be used by %s", batch.code, made, day);
    host->say(host, text);
    return ALM_OK;
}

/* ---- import ---- */

enum { CODE, PRODUCT, DATE, LITRES, STRENGTH, FROM, MEASURED, YIELD, DEPOT, COST };
static const struct alm_import_column import_columns[] = {
    [CODE] = {.name = "code", .aliases = "batch|کد|سری ساخت", .type = ALM_STRING, .flags = ALM_REQUIRED},
    [PRODUCT] = {.name = "product", .aliases = "محصول", .type = ALM_STRING, .flags = ALM_REQUIRED},
    [DATE] = {.name = "date", .aliases = "day|تاریخ", .type = ALM_DATE, .flags = ALM_REQUIRED},
    [LITRES] = {.name = "litres", .aliases = "liters|لیتر|مقدار", .type = ALM_QUANTITY, .flags = ALM_REQUIRED},
    [STRENGTH] = {.name = "strength", .aliases = "غلظت", .type = ALM_DECIMAL},
    [FROM] = {.name = "from", .aliases = "substance|concentrate|ماده", .type = ALM_STRING},
    [MEASURED] = {.name = "measured", .aliases = "غلظت سنجیده", .type = ALM_DECIMAL},
    [YIELD] = {.name = "yield", .aliases = "made|به دست آمده", .type = ALM_QUANTITY},
    [DEPOT] = {.name = "depot", .aliases = "انبار", .type = ALM_STRING},
    [COST] = {.name = "cost", .aliases = "هزینه", .type = ALM_MONEY},
};

/* Whether the batch that has this one's code is the same.  What was measured is not asked: it may be newer there. */
static enum alm_status compare(const struct alm_host *host, const struct batch *b, struct alm_error *err)
{
    struct alm_statement *st;
    bool row = false;
    enum alm_status status = alm_query(
        host, &st, err,
        "SELECT 1 FROM disinfectant_batch WHERE programme = $1 AND code = $2 AND product = $3 AND substance = $4 "
        "AND date = $5 AND litres = $6 AND made = $7 AND strength = $8",
        "itttiiii", host->programme_id(host), b->code, b->mix.product->name, b->mix.parts[0].substance->name,
        (int64_t)b->date, b->mix.litres, b->made, b->mix.strength);
    if (status == ALM_OK)
        status = host->step(host, st, &row, err);
    return status == ALM_OK && !row ? alm_fail(err, ALM_BAD_DATA, "give this one another code",
                                               "there is another batch '%s' already", b->code)
                                    : status;
}

static enum alm_status import_row(const struct alm_host *host, void *context, const struct alm_value *values,
                                  enum alm_row_outcome *outcome, struct alm_error *err)
{
    const struct disinfectant_settings *s = context;
    const struct wanted wanted = {.product = values[PRODUCT].text,
                                  .from = values[FROM].is_null ? NULL : values[FROM].text,
                                  .strength = values[STRENGTH].is_null ? ALM_NULL : values[STRENGTH].number,
                                  .litres = values[LITRES].number};
    struct batch batch = {.code = values[CODE].text,
                          .date = (alm_date)values[DATE].number,
                          .made = values[YIELD].is_null ? ALM_NULL : values[YIELD].number,
                          .measured = values[MEASURED].is_null ? ALM_NULL : values[MEASURED].number,
                          .cost = values[COST].is_null ? ALM_NULL : values[COST].number};
    bool added = false;
    enum alm_status status = read_batch(host, s, &wanted, &batch, err);
    if (status == ALM_OK)
        status = insert(host, &batch, &added, err);
    if (status != ALM_OK)
        return status;
    *outcome = added ? ALM_ROW_NEW : ALM_ROW_SAME;
    if (!added)
        return compare(host, &batch, err);
    return make_batch(host, s, values[DEPOT].is_null ? NULL : values[DEPOT].text, &batch, err);
}

enum alm_status disinfectant_batch_import(const struct alm_host *host, void *state, const struct alm_args *args,
                                          struct alm_error *err)
{
    const struct alm_import import = {.file = alm_arg_text(args, "file"),
                                      .columns = import_columns,
                                      .n_columns = COUNT_OF(import_columns),
                                      .row = import_row,
                                      .context = state};
    return host->import(host, &import, err);
}

/* ---- check ---- */

/* The lot of a batch that was measured today: too weak or too strong, it is passed over from today on, until a later
 * check finds it good.  What was given before that day and is entered late did come out of it. */
static enum alm_status judge_lot(const struct alm_host *host, alm_id item, const char *code, bool good,
                                 alm_date expires, struct alm_error *err)
{
    struct alm_statement *st;
    bool row = false;
    enum alm_status status =
        alm_query(host, &st, err, "SELECT expires FROM stock_lot WHERE item = $1 AND code = $2", "it", item, code);
    if (status == ALM_OK)
        status = host->step(host, st, &row, err);
    if (status != ALM_OK || !row) /* its product was no item of the stock when it was mixed */
        return status;
    const int64_t now = alm_column_int(host, st, 0);
    const alm_date yesterday = host->today(host) - 1;
    alm_date until = expires;
    if (!good)
        until = now != ALM_NULL && now < yesterday ? (alm_date)now : yesterday;
    return now == until ? ALM_OK : host->stock_last_day(host, item, code, until, err);
}

/* The commands that take out of stock what is left of a batch. */
static enum alm_status tell_losses(const struct alm_host *host, const char *item_code, alm_id item, const char *code,
                                   struct alm_error *err)
{
    struct alm_statement *st;
    char quantity[32], text[400];
    enum alm_status status =
        alm_query(host, &st, err,
                  "SELECT d.code, b.quantity FROM stock_lot l JOIN stock_balance b ON b.item = l.item AND b.lot = l.id "
                  "JOIN stock_depot d ON d.id = b.depot WHERE l.item = $1 AND l.code = $2 AND b.quantity > 0 "
                  "ORDER BY d.code COLLATE \"C\"",
                  "it", item, code);
    while (alm_next(host, st, &status, err)) {
        disinfectant_decimal(host->column_int(host, st, 1), quantity, sizeof quantity);
        snprintf(text, sizeof text, "almoner stock loss %s %s --depot %s --lot '%s' --reason 'failed its check'",
                 item_code, quantity, host->column_text(host, st, 0), code);
        host->say(host, text);
    }
    return status;
}

enum alm_status disinfectant_run_check(const struct alm_host *host, void *state, const struct alm_args *args,
                                       struct alm_error *err)
{
    const struct disinfectant_settings *s = state;
    const char *code = alm_arg_text(args, "batch");
    const int64_t measured = alm_arg_number(args, "measured", 0);
    struct alm_statement *st;
    struct alm_error fault = {0};
    struct disinfectant_mix mix = {0};
    char hint[200], text[900];
    bool row = false;
    alm_id item = 0;
    enum alm_status status = alm_query(host, &st, err,
                                       "SELECT product, substance, strength, made, expires FROM disinfectant_batch "
                                       "WHERE programme = $1 AND code = $2",
                                       "it", host->programme_id(host), code);
    if (status == ALM_OK)
        status = host->step(host, st, &row, err);
    if (status != ALM_OK)
        return status;
    if (!row) {
        snprintf(hint, sizeof hint, "almoner %s batch list shows them", host->programme_name(host));
        return alm_fail(err, ALM_BAD_DATA, hint, "there is no batch '%.60s'", code);
    }
    mix.product = disinfectant_product_of(s, host->column_text(host, st, 0));
    mix.parts[0].substance = disinfectant_substance_of(s, host->column_text(host, st, 1));
    mix.strength = host->column_int(host, st, 2);
    mix.litres = host->column_int(host, st, 3);
    const alm_date expires = (alm_date)host->column_int(host, st, 4);
    if (!mix.product || !mix.parts[0].substance)
        return alm_fail(err, ALM_BAD_CONFIG, "put its sections back into the programme's settings",
                        "batch %.60s is of a product or substance that is not set up any more", code);
    const enum alm_status verdict = disinfectant_mix_check(&mix, measured, &fault);
    if (verdict == ALM_BAD_DATA) {
        *err = fault;
        return verdict;
    }
    status = alm_run(host, NULL, err,
                     "UPDATE disinfectant_batch SET measured = $1, measured_on = $2 WHERE programme = $3 AND code = $4",
                     "iiit", measured, (int64_t)host->today(host), host->programme_id(host), code);
    if (status == ALM_OK && kept(mix.product->item))
        status = host->find(host, ALM_NOUN_ITEM, mix.product->item, &item, err);
    if (status == ALM_OK && item)
        status = judge_lot(host, item, code, verdict == ALM_OK, expires, err);
    if (status != ALM_OK || verdict == ALM_OK)
        return status;
    /* What was measured is a fact, to be kept; so this is no failure of the command. */
    snprintf(text, sizeof text, "%s; what is left of it is not to be given%s", fault.text,
             item ? ", and draws pass it over from today on" : "");
    host->warn(host, text);
    return item ? tell_losses(host, mix.product->item, item, code, err) : ALM_OK;
}

/* ---- list and report ---- */

static const struct alm_column batch_columns[] = {
    {.name = "batch", .title = "batch", .type = ALM_STRING},
    {.name = "product", .title = "product", .type = ALM_STRING},
    {.name = "date", .title = "date", .type = ALM_DATE},
    {.name = "expires", .title = "expires", .type = ALM_DATE},
    {.name = "litres", .title = "mixed", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .unit = "l"},
    {.name = "made", .title = "yield", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .unit = "l"},
    {.name = "substance", .title = "concentrate", .type = ALM_STRING},
    {.name = "used", .title = "used of it", .type = ALM_QUANTITY, .unit = "l"},
    {.name = "strength", .title = "strength", .type = ALM_DECIMAL, .unit = "%"},
    {.name = "measured", .title = "measured", .type = ALM_DECIMAL, .unit = "%"},
    {.name = "measured_on", .title = "measured on", .type = ALM_DATE},
    {.name = "cost", .title = "cost", .type = ALM_MONEY, .flags = ALM_TOTAL},
};

enum alm_status disinfectant_batch_list(const struct alm_host *host, void *state, const struct alm_args *args,
                                        struct alm_error *err)
{
    const struct disinfectant_product *product;
    struct alm_statement *st;
    const char *only = alm_arg_text(args, "product");
    bool known = !only || disinfectant_product_of(state, only);
    enum alm_status status = ALM_OK;
    if (!known) { /* it may have been set up once */
        status =
            alm_query(host, &st, err, "SELECT 1 FROM disinfectant_batch WHERE programme = $1 AND product = $2 LIMIT 1",
                      "it", host->programme_id(host), only);
        known = alm_next(host, st, &status, err);
    }
    if (status == ALM_OK && !known)
        status = read_product(state, only, &product, err);
    if (status != ALM_OK)
        return status;
    status = alm_query(
        host, &st, err,
        "SELECT code, product, date, expires, litres, made, substance, used, strength, measured, measured_on, "
        "cost FROM disinfectant_batch WHERE programme = $1 AND date BETWEEN $2 AND $3 "
        "ORDER BY date DESC, code COLLATE \"C\" DESC",
        "iii", host->programme_id(host), alm_arg_number(args, "from", INT32_MIN),
        alm_arg_number(args, "to", INT32_MAX));
    if (status == ALM_OK)
        status = host->table_begin(host, "batches", batch_columns, COUNT_OF(batch_columns), err);
    while (alm_next(host, st, &status, err)) {
        struct alm_value values[COUNT_OF(batch_columns)];
        if (only && strcmp(host->column_text(host, st, 1), only) != 0)
            continue;
        for (int i = 0; i < (int)COUNT_OF(batch_columns); i++)
            values[i] = batch_columns[i].type == ALM_STRING ? alm_string(host->column_text(host, st, i))
                                                            : alm_number_or_null(alm_column_int(host, st, i));
        status = host->row(host, values, err);
    }
    return status == ALM_OK ? host->table_end(host, err) : status;
}

enum alm_status disinfectant_production(const struct alm_host *host, void *state, const struct alm_args *args,
                                        struct alm_error *err)
{
    const struct disinfectant_settings *s = state;
    struct alm_statement *st;
    enum alm_status status =
        alm_query(host, &st, err,
                  "SELECT product, COUNT(*), CAST(SUM(litres) AS BIGINT), CAST(SUM(made) AS BIGINT), "
                  "CAST(SUM(cost) AS BIGINT), CAST(SUM(CASE WHEN cost IS NULL THEN 0 ELSE made END) AS BIGINT) "
                  "FROM disinfectant_batch WHERE programme = $1 AND date BETWEEN $2 AND $3 "
                  "GROUP BY product ORDER BY product COLLATE \"C\"",
                  "iii", host->programme_id(host), alm_arg_number(args, "from", INT32_MIN),
                  alm_arg_number(args, "to", INT32_MAX));
    while (alm_next(host, st, &status, err)) {
        const char *name = host->column_text(host, st, 0);
        const struct disinfectant_product *product = disinfectant_product_of(s, name);
        const int64_t litres = host->column_int(host, st, 2);
        const int64_t made = host->column_int(host, st, 3);
        const int64_t cost = alm_column_int(host, st, 4);
        const int64_t costed = host->column_int(host, st, 5);
        const struct alm_value values[] = {
            alm_string(product && product->title ? product->title : name),
            alm_number(host->column_int(host, st, 1)),
            alm_number(litres),
            alm_number(made),
            alm_number((int64_t)((__int128)made * 100000 / litres)),
            alm_number_or_null(cost),
            cost == ALM_NULL || !costed
                ? alm_null()
                : alm_number((int64_t)(((__int128)cost * ALM_UNIT * 2 + costed) / ((__int128)costed * 2)))};
        status = host->row(host, values, err);
    }
    return status;
}
