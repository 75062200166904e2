/* SPDX-License-Identifier: MIT */
/* The keys of [programme], the same for every programme, and what has to hold across them. */
#include "conf/parts.h"
#include <stdlib.h>

static const char *const doubles[] = {"refuse", "warn", "hold", NULL}; /* enum conf_double */

/* ---- lists whose items are a name and something after it ---- */

/* The name is cut off; the rest is what may follow it, "" if nothing does. */
static bool split(const char *item, struct conf_item *out, struct alm_text *rest)
{
    size_t len = strcspn(item, " \t");
    *out = (struct conf_item){0};
    if (!len || len >= sizeof out->name)
        return false;
    memcpy(out->name, item, len);
    *rest = text_trim(text_of(item + len));
    out->given = rest->len > 0;
    return true;
}

bool conf_item_programme(const char *item, struct conf_item *out)
{
    struct alm_error ignored;
    struct alm_text rest;
    return split(item, out, &rest) &&
           (!out->given || (number_parse_duration(rest, &out->number, &ignored) == ALM_OK && out->number > 0));
}

bool conf_item_goods(const char *item, struct conf_item *out)
{
    struct alm_error ignored;
    struct alm_text rest;
    if (!split(item, out, &rest))
        return false;
    if (!out->given)
        out->number = ALM_UNIT;
    return !out->given || (number_parse_thousandths(rest, &out->number, &ignored) == ALM_OK && out->number > 0);
}

/* ---- across keys ---- */

static void check_programmes(const struct alm_list *list, const char *key, const struct alm_check *check)
{
    char text[200];
    struct conf_item item;
    for (size_t i = 0; i < list->count; i++)
        if (!conf_item_programme(list->items[i], &item)) {
            snprintf(text, sizeof text, _("'%s' is not a programme with a duration"), list->items[i]);
            check->problem(check->context, "programme", key, text, _("write for example blankets 30 days"));
        }
}

static void check_draw(const struct conf_programme_core *core, const struct alm_check *check)
{
    char text[200];
    struct conf_item item, other;
    for (size_t i = 0; i < core->draw.count; i++) {
        if (!conf_item_goods(core->draw.items[i], &item)) {
            snprintf(text, sizeof text, _("'%s' is not an item with a quantity"), core->draw.items[i]);
            check->problem(check->context, "programme", "draw", text, _("write for example rice 5, oil 0.9"));
            continue;
        }
        for (size_t k = 0; k < i; k++)
            if (conf_item_goods(core->draw.items[k], &other) && strcmp(item.name, other.name) == 0) {
                snprintf(text, sizeof text, _("%s stands there twice"), item.name);
                check->problem(check->context, "programme", "draw", text, _("write it once, with the whole quantity"));
                break;
            }
    }
    if (core->draw.count && !core->depots.count)
        check->problem(check->context, "programme", "draw", _("where the goods lie is not said"),
                       _("name the depots, by their codes, in depots"));
}

static void check_priority(const struct conf_programme_core *core, const struct alm_check *check)
{
    char text[200];
    struct conf_item item, other;
    for (size_t i = 0; i < core->priority.count; i++) {
        if (!conf_item_goods(core->priority.items[i], &item)) {
            snprintf(text, sizeof text, _("'%s' is not a criterion with a weight"), core->priority.items[i]);
            check->problem(check->context, "programme", "priority", text, _("write for example orphan 5, disabled 3"));
            continue;
        }
        for (size_t k = 0; k < i; k++)
            if (conf_item_goods(core->priority.items[k], &other) && strcmp(item.name, other.name) == 0) {
                snprintf(text, sizeof text, _("%s stands there twice"), item.name);
                check->problem(check->context, "programme", "priority", text, _("write it once"));
                break;
            }
    }
}

static void check_programme(const void *settings, const struct alm_check *check)
{
    const struct conf_programme_core *core = settings;
    check_programmes(&core->exclude, "exclude", check);
    check_programmes(&core->require, "require", check);
    check_draw(core, check);
    check_priority(core, check);
    if (core->from && core->until && core->from > core->until)
        check->problem(check->context, "programme", "until", _("lies before from"), _("exchange the two dates"));
}

/* ---- the table ---- */

#define AT(field) offsetof(struct conf_programme_core, field)
static const struct alm_setting programme_rows[] = {
    {.key = "enabled",
     .type = ALM_BOOL,
     .offset = AT(enabled),
     .fallback = "no",
     .help = N_("Whether aid may be recorded under this programme.")},
    {.key = "plugin",
     .type = ALM_STRING,
     .offset = AT(plugin),
     .help = N_("The plug-in that knows this kind of aid. By default the one with this file's name.")},
    {.key = "title",
     .type = ALM_STRING,
     .offset = AT(title),
     .help = N_("The programme's name for people. By default this file's name.")},
    {.key = "title_fa", .type = ALM_STRING, .offset = AT(title_fa), .help = N_("The same in Persian.")},
    {.key = "window",
     .type = ALM_DURATION,
     .offset = AT(window),
     .min = "0 days",
     .max = "100 years",
     .help =
         N_("How long after a delivery a beneficiary has no new entitlement under this programme, whoever gave it.")},
    {.key = "exclude",
     .type = ALM_LIST,
     .offset = AT(exclude),
     .help = N_("Programmes under which the beneficiary may not have been served: not while that one's window runs, or "
                "with a duration not for that long (blankets, coats 30 days).")},
    {.key = "require",
     .type = ALM_LIST,
     .offset = AT(require),
     .help =
         N_("Programmes under which the beneficiary must have been served before, ever or with a duration not longer "
            "ago than that (registration, visits 90 days).")},
    {.key = "cases",
     .type = ALM_BOOL,
     .offset = AT(cases),
     .fallback = "no",
     .help = N_("Whether this aid is asked for and decided on: a delivery then needs an approved case.")},
    {.key = "visit",
     .type = ALM_BOOL,
     .offset = AT(visit),
     .fallback = "yes",
     .help = N_("With cases: whether the need has to be seen at a visit before it can be approved.")},
    {.key = "draw",
     .type = ALM_LIST,
     .offset = AT(draw),
     .help =
         N_("Items that one unit takes out of stock, each with how much of it, by default 1 (rice 5, oil 0.9, box). A "
            "delivery for which the stock is short is refused.")},
    {.key = "depots",
     .type = ALM_LIST,
     .offset = AT(depots),
     .help = N_("Codes of the depots from which that is taken, tried in this order.")},
    {.key = "bodies",
     .type = ALM_LIST,
     .offset = AT(bodies),
     .help = N_("Codes of the bodies that may give under this programme. By default all may.")},
    {.key = "unit_cost",
     .type = ALM_MONEY,
     .offset = AT(unit_cost),
     .min = "0",
     .help =
         N_("The worth of one unit, where the plug-in does not know better. Without it, what the goods had cost that "
            "were drawn from stock.")},
    {.key = "sector",
     .type = ALM_STRING,
     .offset = AT(sector),
     .help = N_("The humanitarian sector, for exchange with others (Food Security).")},
    {.key = "priority",
     .type = ALM_LIST,
     .offset = AT(priority),
     .help = N_("Who comes first in a plan: criteria of the register, each with its weight, by default 1 (orphan 5, "
                "disabled 3, widow). They add up over the members of a household.")},
    {.key = "priority_waiting_day",
     .type = ALM_DECIMAL,
     .offset = AT(priority_waiting_day),
     .fallback = "0",
     .min = "0",
     .max = "1000000",
     .help = N_("The weight of each day since the last delivery under this programme, for at most 365 days, which count "
                "for those who never had one.")},
    {.key = "priority_member",
     .type = ALM_DECIMAL,
     .offset = AT(priority_member),
     .fallback = "0",
     .min = "0",
     .max = "1000000",
     .help = N_("The weight of each member of the household.")},
    {.key = "on_double",
     .type = ALM_ENUM,
     .offset = AT(on_double),
     .fallback = "refuse",
     .choices = doubles,
     .help = N_("What becomes of a second helping inside the window: it is refused, recorded with a warning, or held "
                "until someone decides.")},
    {.key = "on_excess",
     .type = ALM_ENUM,
     .offset = AT(on_excess),
     .fallback = "refuse",
     .choices = doubles,
     .help = N_("What becomes of more than the entitlement.")},
    {.key = "from", .type = ALM_DATE, .offset = AT(from), .help = N_("The first day on which deliveries may lie.")},
    {.key = "until", .type = ALM_DATE, .offset = AT(until), .help = N_("The last day on which deliveries may lie.")},
};
#undef AT

const struct alm_settings conf_programme_table = {.rows = programme_rows,
                                                  .n_rows = COUNT_OF(programme_rows),
                                                  .size = sizeof(struct conf_programme_core),
                                                  .check = check_programme};

/* ---- across files ---- */

static void check_links(struct conf *conf, const struct conf_programme *programme, const struct alm_list *list,
                        const char *key, const char *text, const char *mend)
{
    const struct conf_entry *entry = conf_ini_entry(&programme->ini, "programme", key);
    const char **names = xcalloc(conf->n_programmes, sizeof *names);
    for (size_t i = 0; i < conf->n_programmes; i++)
        names[i] = conf->programmes[i].name;
    for (size_t i = 0; entry && i < list->count; i++) {
        struct conf_item item;
        if (!conf_item_programme(list->items[i], &item))
            continue; /* said already */
        char hint[120] = "";
        const char *nearest = error_nearest(item.name, names, conf->n_programmes);
        if (nearest)
            snprintf(hint, sizeof hint, _("did you mean %s?"), nearest);
        if (strcmp(item.name, programme->name) == 0)
            conf_problem_add(&conf->problems, programme->file, entry->line, mend, "[programme] %s: %s", key, text);
        else if (!conf_programme_find(conf, item.name))
            conf_problem_add(&conf->problems, programme->file, entry->line, hint,
                             _("[programme] %s: there is no programme %s"), key, item.name);
    }
    free(names);
}

void conf_check_links(struct conf *conf, const struct conf_programme *programme)
{
    check_links(conf, programme, &programme->core->exclude, "exclude", _("a programme cannot exclude itself"),
                _("that is what window is for"));
    check_links(conf, programme, &programme->core->require, "require", _("a programme cannot require itself"),
                _("name the programme that comes before it"));
}
