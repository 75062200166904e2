/* SPDX-License-Identifier: MIT */
/* appliances: settings, rule, descriptor. */
#include "appliances.h"
#include "appliances-schema.h"
#include <stdlib.h>
#include <strings.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define FIELD(member) offsetof(struct appliances_settings, member)
#define KIND(member) offsetof(struct appliances_kind, member)

/* ---- settings ------------------------------------------------------------------------------------------------ */

static const struct alm_setting settings[] = {
    {.key = "soon",
     .type = ALM_DURATION,
     .offset = FIELD(soon),
     .fallback = "60 days",
     .min = "1 day",
     .max = "2 years",
     .help = "A guarantee that ends within this time is about to run out, in reports."},
    {.key = "depots",
     .type = ALM_LIST,
     .offset = FIELD(depots),
     .help = "Codes of the depots out of which appliances with an item of the stock are taken, in this order."},
};

static const char *const serials[] = {"required", "optional", NULL};

static const struct alm_setting kind_settings[] = {
    {.key = "title",
     .type = ALM_STRING,
     .offset = KIND(title),
     .help = "Its name for people. By default the name of the section."},
    {.key = "years",
     .type = ALM_INT,
     .offset = KIND(years),
     .fallback = "5",
     .min = "1",
     .max = "20",
     .unit = "years",
     .help = "A household gets one of the kind in so many years."},
    {.key = "guarantee",
     .type = ALM_INT,
     .offset = KIND(guarantee),
     .fallback = "0",
     .min = "0",
     .max = "240",
     .unit = "months",
     .help = "How long the maker answers for it, from the day on which it is handed over. A delivery that says "
             "`guarantee` has "
             "its own last day."},
    {.key = "serial",
     .type = ALM_ENUM,
     .offset = KIND(serial),
     .fallback = "required",
     .choices = serials,
     .help = "Whether a delivery has to say the serial number."},
    {.key = "item",
     .type = ALM_STRING,
     .offset = KIND(item),
     .help = "Code of it in stock, by the piece. By default it is not drawn from stock."},
    {.key = "value",
     .type = ALM_MONEY,
     .offset = KIND(value),
     .min = "0",
     .help = "What one is worth. By default the programme's unit_cost, else what the one drawn from stock had cost."},
};

static const struct alm_setting_group groups[] = {
    {.name = "kind",
     .help = "what is given. Its name is one word, the same that stands in cases and deliveries.",
     .settings = kind_settings,
     .n_settings = COUNT_OF(kind_settings),
     .item_size = sizeof(struct appliances_kind),
     .offset = FIELD(kinds),
     .min_count = 1,
     .max_count = 100,
     .sample = "[kind refrigerator]\ntitle = Refrigerator\nyears = 10\nguarantee = 24\n\n"
               "[kind heater]\ntitle = Gas heater\nyears = 5\nguarantee = 12\nserial = optional\n"},
};

const struct appliances_kind *appliances_kind_of(const struct appliances_settings *s, const char *name)
{
    for (size_t i = 0; i < s->kinds.count; i++)
        if (strcasecmp(appliances_kind_at(s, i)->name, name) == 0)
            return appliances_kind_at(s, i);
    return NULL;
}

const char *appliances_title(const struct appliances_kind *kind)
{
    return kind->title ? kind->title : kind->name;
}

void appliances_kinds_text(const struct appliances_settings *s, char *buf, size_t size)
{
    size_t len = (size_t)snprintf(buf, size, "there are ");
    for (size_t i = 0; i < s->kinds.count && len < size; i++)
        len += (size_t)snprintf(buf + len, size - len, "%s%s", i ? ", " : "", appliances_kind_at(s, i)->name);
    if (len >= size && size > 4)
        memcpy(buf + size - 4, "...", 4);
}

static void check(const void *data, const struct alm_check *to)
{
    const struct appliances_settings *s = data;
    char section[120];
    for (size_t i = 0; i < s->kinds.count; i++) {
        const struct appliances_kind *kind = appliances_kind_at(s, i);
        snprintf(section, sizeof section, "kind %.100s", kind->name);
        if (strpbrk(kind->name, " \t,"))
            to->problem(to->context, section, NULL, "a kind's name is one word",
                        "write for example [kind refrigerator]");
        if (kind->item && !s->depots.count)
            to->problem(to->context, section, "item", "no depot is named, out of which it is taken",
                        "write depots = CODE in [appliances]");
    }
}

/* ---- state --------------------------------------------------------------------------------------------------- */

static void stop(void *state)
{
    struct appliances *self = state;
    free(self->items);
    free(self->depots);
    free(self);
}

static enum alm_status start(const struct alm_host *host, const void *data, void **state, struct alm_error *err)
{
    const struct appliances_settings *s = data;
    struct appliances *self = calloc(1, sizeof *self);
    if (!self)
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    self->settings = s;
    self->solar_date = host->solar_date;
    self->from_solar = host->from_solar;
    self->items = calloc(s->kinds.count + 1, sizeof *self->items);
    self->depots = calloc(s->depots.count + 1, sizeof *self->depots);
    for (size_t i = 0; i < s->kinds.count; i++)
        self->draws = self->draws || appliances_kind_at(s, i)->item;
    if (!self->items || !self->depots) {
        stop(self);
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    }
    if (self->draws && !(ALM_HOST_HAS(host, stock_draw) && host->stock_draw)) {
        stop(self);
        return alm_fail(err, ALM_UNAVAILABLE, "bring almoner up to date, or leave the keys item out",
                        "this almoner keeps no stock");
    }
    *state = self;
    return ALM_OK;
}

enum alm_status appliances_resolve(const struct alm_host *host, struct appliances *self, struct alm_error *err)
{
    const struct appliances_settings *s = self->settings;
    enum alm_status status = ALM_OK;
    if (!self->draws || self->resolved)
        return ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < s->kinds.count; i++)
        if (appliances_kind_at(s, i)->item)
            status = host->find(host, ALM_NOUN_ITEM, appliances_kind_at(s, i)->item, &self->items[i], err);
    for (size_t i = 0; status == ALM_OK && i < s->depots.count; i++)
        status = host->find(host, ALM_NOUN_DEPOT, s->depots.items[i], &self->depots[i], err);
    self->resolved = status == ALM_OK;
    return status;
}

alm_date appliances_months_after(const struct appliances *self, alm_date date, int64_t months)
{
    int32_t year;
    int32_t month;
    int32_t day;
    alm_date after = ALM_NO_DATE;
    self->solar_date(date, &year, &month, &day);
    const int32_t number = year * 12 + month - 1 + (int32_t)months;
    for (; after == ALM_NO_DATE && day > 0; day--)
        after = self->from_solar(number / 12, number % 12 + 1, day);
    return after;
}

alm_date appliances_next(const struct appliances *self, const struct appliances_kind *kind, alm_date given)
{
    return appliances_months_after(self, given, kind->years * 12);
}

/* ---- rule ---------------------------------------------------------------------------------------------------- */

static const struct alm_column detail[DETAILS] = {
    [DETAIL_KIND] = {.name = "kind", .title = "kind", .type = ALM_STRING},
    [DETAIL_MODEL] = {.name = "model", .title = "model", .type = ALM_STRING},
    [DETAIL_SERIAL] = {.name = "serial", .title = "serial", .type = ALM_STRING},
    [DETAIL_GUARANTEE] = {.name = "guarantee", .title = "guarantee until", .type = ALM_DATE},
};

static const struct appliances_kind *kind_in(const struct appliances_settings *s, const struct alm_value *values,
                                             size_t n)
{
    if (n <= DETAIL_KIND || values[DETAIL_KIND].is_null || !values[DETAIL_KIND].text)
        return NULL;
    return appliances_kind_of(s, values[DETAIL_KIND].text);
}

/* From when on the household may have one of that kind, as far as its history says. */
static alm_date free_from(const struct appliances *self, const struct alm_case *c, const struct appliances_kind *kind)
{
    alm_date from = ALM_NO_DATE;
    for (size_t i = 0; i < c->n_history; i++) {
        const struct alm_line *line = &c->history[i];
        if (kind_in(self->settings, line->detail, line->n_detail) != kind)
            continue;
        const alm_date next = appliances_next(self, kind, line->date);
        from = next > from ? next : from;
    }
    return from;
}

/* A kind that is not said is that of the household's case, which settle() knows: here it is enough that some kind is
 * free. */
static void entitle_any(const struct appliances *self, const struct alm_case *c, struct alm_entitlement *e)
{
    const struct appliances_settings *s = self->settings;
    for (size_t i = 0; i < s->kinds.count; i++) {
        const alm_date from = free_from(self, c, appliances_kind_at(s, i));
        if (from <= c->date) {
            e->quantity = ALM_UNIT;
            return;
        }
        e->next = e->next == ALM_NO_DATE || from < e->next ? from : e->next;
    }
    alm_no(e, "the household has one of every kind");
}

static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    const struct appliances *self = state;
    const struct alm_value *named = c->n_detail > DETAIL_KIND ? &c->detail[DETAIL_KIND] : NULL;
    char kinds[120];
    e->next = ALM_NO_DATE;
    if (c->n_members == 0) {
        alm_no(e, "nobody belongs to the household on that day");
        return;
    }
    if (!named || named->is_null || !named->text || !*named->text) {
        entitle_any(self, c, e);
        return;
    }
    const struct appliances_kind *kind = appliances_kind_of(self->settings, named->text);
    if (!kind) {
        appliances_kinds_text(self->settings, kinds, sizeof kinds);
        alm_no(e, "there is no kind '%.40s' of appliance; %s", named->text, kinds);
        return;
    }
    const alm_date from = free_from(self, c, kind);
    if (from > c->date) {
        e->next = from;
        alm_no(e, "the household has a %.40s: one in %lld years", kind->name, (long long)kind->years);
        return;
    }
    e->quantity = ALM_UNIT;
}

static const struct alm_programme programme = {
    .size = sizeof(struct alm_programme),
    .recipient = ALM_HOUSEHOLD,
    .unit = "appliance",
    .unit_plural = "appliances",
    .look_back_days = APPLIANCES_MOST_YEARS * 366,
    .detail = detail,
    .n_detail = COUNT_OF(detail),
    .entitle = entitle,
    .settle = appliances_settle,
    .unsettle = appliances_unsettle,
};

/* ---- commands and reports ------------------------------------------------------------------------------------ */

static const struct alm_option show_options[] = {
    {.name = "serial",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "SERIAL",
     .help = "serial number, with any digits"},
};
static const struct alm_option list_options[] = {
    {.name = "kind", .type = ALM_STRING, .value = "KIND", .help = "only of this kind, the name of its section"},
    {.name = "household",
     .type = ALM_STRING,
     .value = "HOUSEHOLD",
     .help = "only what this household has, by its code"},
    {.name = "area", .type = ALM_STRING, .value = "AREA", .help = "only in this area and below, by its code"},
};
static const struct alm_option guarantees_options[] = {
    {.name = "within",
     .type = ALM_DURATION,
     .value = "TIME",
     .help = "that end within this time (default: as `soon` is set)"},
    {.name = "area", .type = ALM_STRING, .value = "AREA", .help = "only in this area and below, by its code"},
};

static const struct alm_command commands[] = {
    {.name = "show",
     .summary = "tell which household has the appliance of a serial number, and until when its guarantee is",
     .options = show_options,
     .n_options = COUNT_OF(show_options),
     .flags = ALM_READS,
     .run = appliances_show,
     .examples = "appliances show RF-000001"},
    {.name = "list",
     .summary = "list appliances that households have",
     .options = list_options,
     .n_options = COUNT_OF(list_options),
     .flags = ALM_READS,
     .run = appliances_list,
     .examples = "appliances list --kind refrigerator\nappliances list --household H0000001"},
};

static const struct alm_column kinds_columns[] = {
    {.name = "kind", .title = "kind", .type = ALM_STRING, .hxl = "#item+code"},
    {.name = "title", .title = "title", .type = ALM_STRING, .hxl = "#item+name"},
    {.name = "waiting", .title = "asked for", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "approved", .title = "approved", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "given", .title = "given", .type = ALM_INT, .flags = ALM_TOTAL, .hxl = "#output+num"},
    {.name = "guaranteed", .title = "guaranteed", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "ending", .title = "guarantee ends soon", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "in_stock", .title = "in stock", .type = ALM_QUANTITY},
    {.name = "to_buy", .title = "to buy", .type = ALM_QUANTITY},
};

static const struct alm_column guarantees_columns[] = {
    {.name = "until", .title = "guarantee until", .type = ALM_DATE, .hxl = "#date+end"},
    {.name = "kind", .title = "kind", .type = ALM_STRING, .hxl = "#item+code"},
    {.name = "model", .title = "model", .type = ALM_STRING},
    {.name = "serial", .title = "serial", .type = ALM_STRING},
    {.name = "household", .title = "household", .type = ALM_STRING},
    {.name = "area", .title = "area", .type = ALM_STRING},
    {.name = "given", .title = "given on", .type = ALM_DATE, .hxl = "#date+start"},
};

static const struct alm_report reports[] = {
    {.name = "kinds",
     .summary = "of each kind, what was asked for, approved, given and is under guarantee, and what is to be bought",
     .columns = kinds_columns,
     .n_columns = COUNT_OF(kinds_columns),
     .run = appliances_kinds},
    {.name = "guarantees",
     .summary = "appliances whose guarantee is about to run out, the next one first",
     .columns = guarantees_columns,
     .n_columns = COUNT_OF(guarantees_columns),
     .options = guarantees_options,
     .n_options = COUNT_OF(guarantees_options),
     .run = appliances_guarantees},
};

ALM_PLUGIN(.name = "appliances", .version = "1.0",
           .summary = "Home appliances, one of a kind in so many years for a household, with serial and guarantee",
           .kind = ALM_KIND_PROGRAMME,
           .settings = {.rows = settings,
                        .n_rows = COUNT_OF(settings),
                        .groups = groups,
                        .n_groups = COUNT_OF(groups),
                        .size = sizeof(struct appliances_settings),
                        .check = check},
           .start = start, .stop = stop, .commands = commands, .n_commands = COUNT_OF(commands), .reports = reports,
           .n_reports = COUNT_OF(reports), .migrations = schema, .n_migrations = COUNT_OF(schema),
           .programme = &programme)
