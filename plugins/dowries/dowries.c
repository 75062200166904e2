/* SPDX-License-Identifier: MIT */
/* dowries: settings, rule, descriptor. */
#include "dowries.h"
#include "dowries-schema.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define FIELD(member) offsetof(struct dowries_settings, member)
#define ITEM(member) offsetof(struct dowries_item, member)

const char *const dowries_states[DOWRIES_STATES + 1] = {"open", "delivered", "cancelled", NULL};

/* ---- settings ------------------------------------------------------------------------------------------------ */

static const struct alm_setting settings[] = {
    {.key = "criteria",
     .type = ALM_LIST,
     .offset = FIELD(criteria),
     .help = "Criteria of the register: one of the couple has to have one of them. By default any criterion will do."},
    {.key = "age_from",
     .type = ALM_DURATION,
     .offset = FIELD(age_from),
     .fallback = "18 years",
     .min = "0 days",
     .max = "60 years",
     .help = "How old both have to be. Whose date of birth is not known is taken for old enough."},
    {.key = "depots",
     .type = ALM_LIST,
     .offset = FIELD(depots),
     .help = "Codes of the depots out of which items are taken, in this order, where `hand` does not say one."},
};

static const char *const sources[] = {"stock", "bought", NULL};

static const struct alm_setting item_settings[] = {
    {.key = "title",
     .type = ALM_STRING,
     .offset = ITEM(title),
     .help = "Its name for people. By default the name of the section."},
    {.key = "from",
     .type = ALM_ENUM,
     .offset = ITEM(from),
     .fallback = "stock",
     .choices = sources,
     .help = "Where it comes from: out of the stock, or bought for the couple, with a receipt and a price. What the "
             "stock is short of "
             "can be bought all the same."},
    {.key = "quantity",
     .type = ALM_QUANTITY,
     .offset = ITEM(quantity),
     .fallback = "1",
     .min = "0.001",
     .max = "1000",
     .help = "How much of it belongs to a dowry, in the unit of the stock's item."},
    {.key = "item",
     .type = ALM_STRING,
     .offset = ITEM(item),
     .help = "Its code in stock. By default the name of the section."},
    {.key = "most",
     .type = ALM_MONEY,
     .offset = ITEM(most),
     .min = "0",
     .help = "More than this is not paid for all of it where it is bought. By default any price."},
    {.key = "value",
     .type = ALM_MONEY,
     .offset = ITEM(value),
     .min = "0",
     .help = "What all of it is worth where it comes out of the stock and the stock does not know what it had cost."},
};

static const struct alm_setting_group groups[] = {
    {.name = "item",
     .help = "what belongs to a dowry. Its name is one word. A change is for dowries that are opened after it.",
     .settings = item_settings,
     .n_settings = COUNT_OF(item_settings),
     .item_size = sizeof(struct dowries_item),
     .offset = FIELD(items),
     .min_count = 1,
     .max_count = 200,
     .sample = "[item carpet]\ntitle = Carpet\nquantity = 2\n\n"
               "[item cooker]\ntitle = Gas cooker\nfrom = bought\n"},
};

const struct dowries_item *dowries_item_of(const struct dowries_settings *s, const char *name)
{
    return alm_group_find(&s->items, sizeof(struct dowries_item), name, strlen(name));
}

const char *dowries_stock_code(const struct dowries_settings *s, const char *name)
{
    const struct dowries_item *item = dowries_item_of(s, name);
    return item && item->item ? item->item : name;
}

static void check(const void *data, const struct alm_check *to)
{
    const struct dowries_settings *s = data;
    char section[120];
    for (size_t i = 0; i < s->criteria.count; i++)
        if (strpbrk(s->criteria.items[i], " \t"))
            to->problem(to->context, NULL, "criteria", "a criterion is one word", "put commas between them");
    if (s->depots.count > 50)
        to->problem(to->context, NULL, "depots", "more than 50", "leave some out");
    for (size_t i = 0; i < s->items.count; i++) {
        const struct dowries_item *item = dowries_item_at(s, i);
        snprintf(section, sizeof section, "item %.100s", item->name);
        if (strpbrk(item->name, " \t,"))
            to->problem(to->context, section, NULL, "an item's name is one word", "write for example [item carpet]");
    }
}

static enum alm_status start(const struct alm_host *host, const void *data, void **state, struct alm_error *err)
{
    (void)data;
    (void)state; /* which is the settings */
    if (!ALM_HOST_HAS(host, deliver))
        return alm_fail(err, ALM_UNAVAILABLE, "bring almoner up to date", "dowries need a newer almoner");
    return ALM_OK;
}

/* ---- rule ---------------------------------------------------------------------------------------------------- */

bool dowries_in_need(const struct dowries_settings *s, const struct alm_member *member)
{
    for (size_t i = 0; i < s->criteria.count; i++)
        if (alm_has_criterion(member, s->criteria.items[i]))
            return true;
    return s->criteria.count == 0 && member->criteria[0];
}

static bool of_age(const struct dowries_settings *s, const struct alm_member *member, alm_date day)
{
    return member->birth_date == ALM_NO_DATE || alm_has_age(member->birth_date, day, s->age_from);
}

static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    const struct dowries_settings *s = state;
    e->next = ALM_NO_DATE;
    if (!c->person || !c->partner) {
        alm_no(e, "a dowry is for a couple: give the second person as partner");
    } else if (!of_age(s, c->person, c->date) || !of_age(s, c->partner, c->date)) {
        alm_no(e, "one of the couple is younger than %lld years", (long long)(s->age_from / 86400 / 365));
    } else if (!dowries_in_need(s, c->person) && !dowries_in_need(s, c->partner)) {
        alm_no(e, "neither of the couple is in need by the register");
    } else {
        e->quantity = ALM_UNIT;
        e->has_period = true; /* 0: once in life, for each of them */
        snprintf(e->period_name, sizeof e->period_name, "once in life");
    }
}

static const struct alm_column detail[DETAILS] = {
    [DETAIL_CERTIFICATE] = {.name = "certificate", .title = "certificate", .type = ALM_STRING},
};

static const struct alm_programme programme = {
    .size = sizeof(struct alm_programme),
    .recipient = ALM_PERSON,
    .unit = "dowry",
    .unit_plural = "dowries",
    .detail = detail,
    .n_detail = COUNT_OF(detail),
    .entitle = entitle,
    .settle = dowries_settle,
    .unsettle = dowries_unsettle,
};

/* ---- commands and reports ------------------------------------------------------------------------------------ */

#define CERTIFICATE                                                                                                    \
    {                                                                                                                  \
        .name = "certificate", .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "CERTIFICATE",       \
        .help = "number of the marriage certificate, with any digits"                                                  \
    }
#define IMPORT_FILE                                                                                                    \
    {                                                                                                                  \
        .name = "file", .type = ALM_PATH, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "FILE",                       \
        .help = "CSV file; - for standard input"                                                                       \
    }
#define REASON                                                                                                         \
    {                                                                                                                  \
        .name = "reason", .type = ALM_STRING, .flags = ALM_REQUIRED, .value = "TEXT", .help = "why"                    \
    }
#define AREA                                                                                                           \
    {                                                                                                                  \
        .name = "area", .type = ALM_STRING, .value = "AREA",                                                           \
        .help = "only where the first of the couple lives in this area or below, by its code"                          \
    }

static const struct alm_option open_options[] = {
    CERTIFICATE,
    {.name = "person",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .value = "ID",
     .help = "one of the couple: id, national ID or mobile number"},
    {.name = "partner", .type = ALM_STRING, .flags = ALM_REQUIRED, .value = "ID", .help = "the other, likewise"},
    {.name = "body", .type = ALM_STRING, .value = "BODY", .help = "code of the body that gives it"},
    {.name = "group", .type = ALM_STRING, .value = "GROUP", .help = "code of the group that gives it"},
    {.name = "date", .type = ALM_DATE, .value = "DATE", .help = "day on which it is opened (default: today)"},
};
static const struct alm_option hand_options[] = {
    CERTIFICATE,
    {.name = "item",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REQUIRED | ALM_REPEATED,
     .value = "ITEM",
     .help = "what is handed over: names of sections"},
    {.name = "depot",
     .type = ALM_STRING,
     .value = "DEPOT",
     .help = "code of the depot out of which it is taken (default: as set)"},
    {.name = "receipt", .type = ALM_STRING, .value = "NUMBER", .help = "the shop's receipt, of what was bought"},
    {.name = "price", .type = ALM_MONEY, .value = "MONEY", .help = "what was paid for all of it"},
    {.name = "date", .type = ALM_DATE, .value = "DATE", .help = "day on which it was handed over (default: today)"},
};
static const struct alm_option import_options[] = {IMPORT_FILE};
static const struct alm_option return_options[] = {
    CERTIFICATE,
    {.name = "item",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "ITEM",
     .help = "what came back"},
    {.name = "date", .type = ALM_DATE, .value = "DATE", .help = "day on which it came back (default: today)"},
    REASON,
};
static const struct alm_option cancel_options[] = {CERTIFICATE, REASON};
static const struct alm_option show_options[] = {CERTIFICATE};
static const struct alm_option list_options[] = {
    {.name = "state",
     .type = ALM_ENUM,
     .choices = dowries_states,
     .value = "STATE",
     .help = "only those that are open, delivered or cancelled"},
    AREA,
};
static const struct alm_option area_options[] = {AREA};
static const struct alm_option handed_options[] = {
    {.name = "from", .type = ALM_DATE, .value = "DATE", .help = "delivered on this day or later"},
    {.name = "to", .type = ALM_DATE, .value = "DATE", .help = "delivered up to this day"},
    AREA,
};

static const struct alm_command commands[] = {
    {.name = "open",
     .summary = "open a dowry for a couple, by their marriage certificate",
     .options = open_options,
     .n_options = COUNT_OF(open_options),
     .flags = ALM_WRITES,
     .run = dowries_open,
     .examples = "dowries open 5512 --person 4170001052 --partner 4170001060 --group G0001"},
    {.name = "import",
     .summary = "open many: certificate,person,partner,body,group,date",
     .options = import_options,
     .n_options = COUNT_OF(import_options),
     .flags = ALM_WRITES | ALM_BULK,
     .run = dowries_import,
     .examples = "dowries import dowries.csv"},
    {.name = "hand",
     .summary = "hand items over to the couple; with the last one the dowry is delivered",
     .options = hand_options,
     .n_options = COUNT_OF(hand_options),
     .flags = ALM_WRITES,
     .run = dowries_hand,
     .examples = "dowries hand 5511 carpet blanket\n"
                 "dowries hand 5511 cooker --receipt R-118 --price 48000000"},
    {.name = "hand import",
     .summary = "hand many items over: certificate,item,date,depot,receipt,price",
     .options = import_options,
     .n_options = COUNT_OF(import_options),
     .flags = ALM_WRITES | ALM_BULK,
     .run = dowries_hand_import,
     .examples = "dowries hand import handed.csv"},
    {.name = "return",
     .summary = "take an item back from the couple: what came out of the stock goes back to it",
     .options = return_options,
     .n_options = COUNT_OF(return_options),
     .flags = ALM_WRITES,
     .run = dowries_return,
     .examples = "dowries return 5510 carpet --reason 'the wrong size'"},
    {.name = "cancel",
     .summary = "give a dowry up of which nothing is handed over: certificate and couple are free again",
     .options = cancel_options,
     .n_options = COUNT_OF(cancel_options),
     .flags = ALM_WRITES,
     .run = dowries_cancel,
     .examples = "dowries cancel 5511 --reason 'the wedding is off'"},
    {.name = "show",
     .summary = "show the items of a dowry, and which of them are handed over",
     .options = show_options,
     .n_options = COUNT_OF(show_options),
     .flags = ALM_READS,
     .run = dowries_show,
     .examples = "dowries show 5510"},
    {.name = "list",
     .summary = "list dowries",
     .options = list_options,
     .n_options = COUNT_OF(list_options),
     .flags = ALM_READS,
     .run = dowries_list,
     .examples = "dowries list --state open"},
};

static const struct alm_column open_columns[] = {
    {.name = "certificate", .title = "certificate", .type = ALM_STRING},
    {.name = "couple", .title = "couple", .type = ALM_STRING},
    {.name = "household", .title = "household", .type = ALM_STRING},
    {.name = "opened", .title = "opened", .type = ALM_DATE},
    {.name = "days", .title = "open for", .type = ALM_INT, .unit = "days"},
    {.name = "items", .title = "items", .type = ALM_INT},
    {.name = "handed", .title = "handed over", .type = ALM_INT},
    {.name = "missing", .title = "missing", .type = ALM_STRING},
};
static const struct alm_column handed_columns[] = {
    {.name = "certificate", .title = "certificate", .type = ALM_STRING},
    {.name = "couple", .title = "couple", .type = ALM_STRING},
    {.name = "household", .title = "household", .type = ALM_STRING},
    {.name = "opened", .title = "opened", .type = ALM_DATE, .hxl = "#date+start"},
    {.name = "delivered", .title = "delivered", .type = ALM_DATE, .hxl = "#date+end"},
    {.name = "items", .title = "items", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "bought", .title = "bought for", .type = ALM_MONEY, .flags = ALM_TOTAL},
    {.name = "value", .title = "value", .type = ALM_MONEY, .flags = ALM_TOTAL, .hxl = "#value"},
};
static const struct alm_column missing_columns[] = {
    {.name = "item", .title = "item", .type = ALM_STRING, .hxl = "#item+code"},
    {.name = "title", .title = "title", .type = ALM_STRING, .hxl = "#item+name"},
    {.name = "dowries", .title = "dowries that lack it", .type = ALM_INT},
    {.name = "quantity", .title = "missing", .type = ALM_QUANTITY, .hxl = "#output+num"},
    {.name = "in_stock", .title = "in stock", .type = ALM_QUANTITY},
    {.name = "short", .title = "short", .type = ALM_QUANTITY},
};

static const struct alm_report reports[] = {
    {.name = "open",
     .summary = "dowries that are open, and what each of them lacks",
     .columns = open_columns,
     .n_columns = COUNT_OF(open_columns),
     .options = area_options,
     .n_options = COUNT_OF(area_options),
     .run = dowries_report_open},
    {.name = "handed",
     .summary = "dowries that were delivered, and what they were worth",
     .columns = handed_columns,
     .n_columns = COUNT_OF(handed_columns),
     .options = handed_options,
     .n_options = COUNT_OF(handed_options),
     .run = dowries_report_handed},
    {.name = "missing",
     .summary = "of each item, how much the open dowries lack, and what the stock is short of",
     .columns = missing_columns,
     .n_columns = COUNT_OF(missing_columns),
     .run = dowries_report_missing},
};

ALM_PLUGIN(.name = "dowries", .version = "1.0",
           .summary = "Dowries for couples about to marry: a list of items, handed over one by one",
           .kind = ALM_KIND_PROGRAMME,
           .settings = {.rows = settings,
                        .n_rows = COUNT_OF(settings),
                        .groups = groups,
                        .n_groups = COUNT_OF(groups),
                        .size = sizeof(struct dowries_settings),
                        .check = check},
           .start = start, .commands = commands, .n_commands = COUNT_OF(commands), .reports = reports,
           .n_reports = COUNT_OF(reports), .migrations = schema, .n_migrations = COUNT_OF(schema),
           .programme = &programme)
