/* SPDX-License-Identifier: MIT */
/* giftcards: settings, rule, descriptor. */
#include "giftcards.h"
#include "giftcards-schema.h"
#include <stdlib.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define FIELD(member) offsetof(struct giftcards_settings, member)

const char *const giftcards_place_names[GIFTCARDS_PLACES + 1] = {"secretariat", "group", "household",
                                                                 "void",        "lost",  NULL};

/* ---- settings ------------------------------------------------------------------------------------------------ */

static const struct alm_setting settings[] = {
    {.key = "valid_for",
     .type = ALM_DURATION,
     .offset = FIELD(valid_for),
     .fallback = "7 days",
     .min = "0 days",
     .max = "1 year",
     .help = "How long a card must still be good on the day on which it is given."},
    {.key = "members_from",
     .type = ALM_INT,
     .offset = FIELD(members_from),
     .fallback = "1",
     .min = "1",
     .max = "50",
     .unit = "persons",
     .help = "The smallest household that gets a card."},
    {.key = "criteria",
     .type = ALM_LIST,
     .offset = FIELD(criteria),
     .help = "Criteria of the register: a household gets a card if one of its members has one of them. By default "
             "every household gets one."},
};

static const struct alm_setting currency_settings[] = {
    {.key = "rate",
     .type = ALM_MONEY,
     .flags = ALM_REQUIRED,
     .offset = offsetof(struct giftcards_currency, rate),
     .min = "1",
     .help = "What one unit of it is worth in the campaign's currency."},
};

static const struct alm_setting_group groups[] = {
    {.name = "currency",
     .help =
         "another currency in which cards come, by its ISO 4217 code. Cards of a currency that is not here are kept "
         "and given, but count nothing in the value of deliveries.",
     .settings = currency_settings,
     .n_settings = COUNT_OF(currency_settings),
     .item_size = sizeof(struct giftcards_currency),
     .offset = FIELD(currencies),
     .max_count = 50,
     .sample = "[currency EUR]\nrate = 450000\n"},
};

static const struct giftcards_currency *currency_at(const struct giftcards_settings *s, size_t i)
{
    return (const struct giftcards_currency *)s->currencies.items + i;
}

static void check(const void *data, const struct alm_check *to)
{
    const struct giftcards_settings *s = data;
    char section[120];
    for (size_t i = 0; i < s->currencies.count; i++) {
        const char *name = currency_at(s, i)->name;
        snprintf(section, sizeof section, "currency %.100s", name);
        if (strlen(name) != 3 || strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
            to->problem(to->context, section, NULL, "not a currency's code", "write for example [currency EUR]");
    }
    for (size_t i = 0; i < s->criteria.count; i++)
        if (strpbrk(s->criteria.items[i], " \t"))
            to->problem(to->context, NULL, "criteria", "a criterion is one word", "put commas between them");
}

static enum alm_status start(const struct alm_host *host, const void *data, void **state, struct alm_error *err)
{
    int decimals = 0;
    if (!ALM_HOST_HAS(host, currency))
        return alm_fail(err, ALM_UNAVAILABLE, "bring almoner up to date", "gift cards need a newer almoner");
    struct giftcards *self = calloc(1, sizeof *self);
    if (!self)
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    self->settings = data;
    self->currency = host->currency(host, &decimals);
    for (self->unit = 1; decimals > 0; decimals--)
        self->unit *= 10;
    *state = self;
    return ALM_OK;
}

alm_money giftcards_value(const struct giftcards *self, int64_t face, const char *currency)
{
    alm_money rate = strcmp(currency, self->currency) == 0 ? self->unit : ALM_NULL;
    for (size_t i = 0; rate == ALM_NULL && i < self->settings->currencies.count; i++)
        if (strcmp(currency_at(self->settings, i)->name, currency) == 0)
            rate = currency_at(self->settings, i)->rate;
    if (rate == ALM_NULL)
        return ALM_NULL;
    __int128 value = ((__int128)face * rate + 500) / 1000;
    return value > INT64_MAX / 1000000 ? INT64_MAX / 1000000 : (alm_money)value;
}

int64_t giftcards_good_until(const struct giftcards *self, alm_date given)
{
    return given + self->settings->valid_for / 86400;
}

/* ---- rule ---------------------------------------------------------------------------------------------------- */

static bool meets_criteria(const struct giftcards_settings *s, const struct alm_case *c)
{
    for (size_t i = 0; i < c->n_members; i++)
        for (size_t k = 0; k < s->criteria.count; k++)
            if (alm_has_criterion(&c->members[i], s->criteria.items[k]))
                return true;
    return s->criteria.count == 0;
}

static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    const struct giftcards_settings *s = ((const struct giftcards *)state)->settings;
    e->next = ALM_NO_DATE;
    if (c->n_members == 0)
        alm_no(e, "nobody belongs to the household on that day");
    else if ((int64_t)c->n_members < s->members_from)
        alm_no(e, "cards are for households of %lld and more", (long long)s->members_from);
    else if (!meets_criteria(s, c))
        alm_no(e, "nobody in the household meets a criterion for cards");
    else
        e->quantity = ALM_UNIT;
}

static const struct alm_column detail[GIFTCARDS_DETAILS] = {
    [GIFTCARDS_DETAIL_SERIAL] = {.name = "serial", .title = "serial", .type = ALM_STRING},
};

static const struct alm_programme programme = {
    .size = sizeof(struct alm_programme),
    .recipient = ALM_HOUSEHOLD,
    .unit = "card",
    .unit_plural = "cards",
    .detail = detail,
    .n_detail = COUNT_OF(detail),
    .entitle = entitle,
    .settle = giftcards_settle,
    .unsettle = giftcards_unsettle,
};

/* ---- commands and reports ------------------------------------------------------------------------------------ */

#define SERIAL_OF_CARD                                                                                                 \
    {                                                                                                                  \
        .name = "serial", .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "SERIAL",                 \
        .help = "serial of the card"                                                                                   \
    }
#define REASON                                                                                                         \
    {                                                                                                                  \
        .name = "reason", .type = ALM_STRING, .flags = ALM_REQUIRED, .value = "TEXT", .help = "why"                    \
    }

static const struct alm_option import_options[] = {
    {.name = "file",
     .type = ALM_PATH,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "FILE",
     .help = "CSV file of the issuer; - for standard input"},
};
static const struct alm_option move_options[] = {
    {.name = "group", .type = ALM_STRING, .flags = ALM_REQUIRED, .value = "GROUP", .help = "code of the group"},
    {.name = "from", .type = ALM_STRING, .value = "SERIAL", .help = "the first card of a run of serials"},
    {.name = "to", .type = ALM_STRING, .value = "SERIAL", .help = "the last one (default: the first one alone)"},
    {.name = "count",
     .type = ALM_INT,
     .value = "N",
     .help = "so many cards, those first that expire first, instead of a run of serials"},
};
static const struct alm_option single_options[] = {SERIAL_OF_CARD, REASON};
static const struct alm_option replace_options[] = {
    SERIAL_OF_CARD,
    {.name = "by",
     .type = ALM_STRING,
     .value = "SERIAL",
     .help = "the card that the household gets for it (default: the next one of the same holder that is worth the "
             "same)"},
    REASON,
};
static const struct alm_option show_options[] = {SERIAL_OF_CARD};
static const struct alm_option list_options[] = {
    {.name = "state",
     .type = ALM_ENUM,
     .choices = giftcards_place_names,
     .value = "STATE",
     .help = "only cards that are there"},
    {.name = "group",
     .type = ALM_STRING,
     .value = "GROUP",
     .help = "only cards that this group has, or had last, by its code"},
};
static const struct alm_option check_options[] = {
    SERIAL_OF_CARD,
    {.name = "code",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .value = "-",
     .help = "the secret code: always -, for it is read from standard input"},
};

static const struct alm_command commands[] = {
    {.name = "import",
     .summary = "import the issuer's cards: serial,value,currency,expires,issuer,code",
     .options = import_options,
     .n_options = COUNT_OF(import_options),
     .flags = ALM_WRITES | ALM_BULK,
     .run = giftcards_import,
     .examples = "giftcards import cards.csv"},
    {.name = "hand",
     .summary = "hand cards of the secretariat's over to a group",
     .options = move_options,
     .n_options = COUNT_OF(move_options),
     .flags = ALM_WRITES,
     .run = giftcards_hand,
     .examples =
         "giftcards hand --group G0001 --from GC-000011 --to GC-000020\ngiftcards hand --group G0001 --count 5"},
    {.name = "return",
     .summary = "take cards of a group's back to the secretariat",
     .options = move_options,
     .n_options = COUNT_OF(move_options),
     .flags = ALM_WRITES,
     .run = giftcards_return,
     .examples = "giftcards return --group G0001 --from GC-000003\ngiftcards return --group G0001 --count 2"},
    {.name = "void",
     .summary = "make a card void that is with the secretariat or a group",
     .options = single_options,
     .n_options = COUNT_OF(single_options),
     .flags = ALM_WRITES,
     .run = giftcards_void,
     .examples = "giftcards void GC-000012 --reason 'the chip is broken'"},
    {.name = "lost",
     .summary = "note that a card was lost, by whoever had it",
     .options = single_options,
     .n_options = COUNT_OF(single_options),
     .flags = ALM_WRITES,
     .run = giftcards_lost,
     .examples = "giftcards lost GC-000012 --reason 'not found at the count'"},
    {.name = "replace",
     .summary = "give a household another card for one that is broken or lost",
     .options = replace_options,
     .n_options = COUNT_OF(replace_options),
     .flags = ALM_WRITES,
     .run = giftcards_replace,
     .examples = "giftcards replace GC-000001 --reason 'the shop refuses it'"},
    {.name = "list",
     .summary = "list cards and where they are",
     .options = list_options,
     .n_options = COUNT_OF(list_options),
     .flags = ALM_READS,
     .run = giftcards_list,
     .examples = "giftcards list --state secretariat\ngiftcards list --group G0001 --output csv"},
    {.name = "show",
     .summary = "show through whose hands a card went",
     .options = show_options,
     .n_options = COUNT_OF(show_options),
     .flags = ALM_READS,
     .run = giftcards_show,
     .examples = "giftcards show GC-000001"},
    {.name = "check",
     .summary = "tell whether a secret code is that of a card",
     .options = check_options,
     .n_options = COUNT_OF(check_options),
     .flags = ALM_READS,
     .run = giftcards_check,
     .examples = "giftcards check GC-000001 --code - <code.txt"},
};

static const struct alm_column balance_columns[] = {
    {.name = "currency", .title = "currency", .type = ALM_STRING},
    {.name = "where", .title = "where they are", .type = ALM_STRING},
    {.name = "cards", .title = "cards", .type = ALM_INT, .hxl = "#output+num"},
    {.name = "face", .title = "face value", .type = ALM_DECIMAL},
    {.name = "value", .title = "value", .type = ALM_MONEY, .hxl = "#value"},
};
static const struct alm_column custody_columns[] = {
    {.name = "group", .title = "group", .type = ALM_STRING, .hxl = "#org+impl+code"},
    {.name = "name", .title = "name", .type = ALM_STRING, .hxl = "#org+impl+name"},
    {.name = "handed", .title = "handed to it", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "returned", .title = "returned", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "given", .title = "given", .type = ALM_INT, .flags = ALM_TOTAL, .hxl = "#output+num"},
    {.name = "void", .title = "void", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "lost", .title = "lost", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "held", .title = "in its hands", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "expired", .title = "of these out of date", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "value", .title = "value in its hands", .type = ALM_MONEY, .flags = ALM_TOTAL, .hxl = "#value"},
};

static const struct alm_report reports[] = {
    {.name = "balance",
     .summary = "cards that were received, and where each of them is",
     .columns = balance_columns,
     .n_columns = COUNT_OF(balance_columns),
     .run = giftcards_balance},
    {.name = "custody",
     .summary = "what was handed to each group, and what it has still",
     .columns = custody_columns,
     .n_columns = COUNT_OF(custody_columns),
     .run = giftcards_custody},
};

ALM_PLUGIN(.name = "giftcards", .version = "1.0", .summary = "Gift cards, each given once, with their chain of custody",
           .kind = ALM_KIND_PROGRAMME,
           .settings = {.rows = settings,
                        .n_rows = COUNT_OF(settings),
                        .groups = groups,
                        .n_groups = COUNT_OF(groups),
                        .size = sizeof(struct giftcards_settings),
                        .check = check},
           .start = start, .stop = free, .commands = commands, .n_commands = COUNT_OF(commands), .reports = reports,
           .n_reports = COUNT_OF(reports), .migrations = schema, .n_migrations = COUNT_OF(schema),
           .programme = &programme)
