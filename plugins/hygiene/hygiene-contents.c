/* SPDX-License-Identifier: MIT */
/* What packs hold, and how their soap compares with the standard. */
#include "hygiene.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

bool hygiene_content(const struct hygiene_settings *s, const char *text, const struct hygiene_item **item,
                     int64_t *pieces, char *why, size_t size)
{
    size_t len;
    *pieces = alm_amount(text, &len, 10000);
    *item = alm_group_find(&s->items, sizeof(struct hygiene_item), text, len);
    if (!*item)
        snprintf(why, size, "there is no section [item %.*s]", len < 60 ? (int)len : 60, text);
    else if (!*pieces)
        snprintf(why, size, "'%.60s' does not say how many", text);
    return *item && *pieces;
}

struct hygiene_soap_grams hygiene_soap_in(const struct hygiene_settings *s, const struct alm_list *contents)
{
    struct hygiene_soap_grams sum = {0};
    for (size_t i = 0; i < contents->count; i++) {
        const struct hygiene_item *item;
        int64_t pieces;
        char why[120];
        if (!hygiene_content(s, contents->items[i], &item, &pieces, why, sizeof why))
            continue; /* check() has refused such settings */
        if (item->soap == SOAP_BATHING)
            sum.bathing += pieces * item->grams;
        if (item->soap == SOAP_LAUNDRY)
            sum.laundry += pieces * item->grams;
    }
    return sum;
}

static enum alm_status emit_contents(const struct alm_host *host, const struct hygiene_settings *s, const char *name,
                                     const struct alm_list *contents, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < contents->count; i++) {
        const struct hygiene_item *item;
        int64_t pieces;
        char why[120];
        if (!hygiene_content(s, contents->items[i], &item, &pieces, why, sizeof why))
            continue;
        const int64_t grams = pieces * item->grams;
        const struct alm_value values[] = {alm_string(name), alm_string(item->title ? item->title : item->name),
                                           alm_number(pieces),
                                           item->soap == SOAP_BATHING ? alm_number(grams) : alm_null(),
                                           item->soap == SOAP_LAUNDRY ? alm_number(grams) : alm_null()};
        status = host->row(host, values, err);
    }
    return status;
}

/* Tenths, as the ones that people are told. */
static void say_share(const struct alm_host *host, const char *pack, const char *soap, int64_t grams, int64_t members,
                      int64_t days, int64_t standard)
{
    char text[300];
    const int64_t of = members * days;
    const int64_t each = (grams * HYGIENE_MONTH * 10 + of / 2) / of;
    snprintf(text, sizeof text,
             "%s: %lld g of %s soap; for %lld %s and %lld days %lld.%lld g for each person and month, %lld less than "
             "the standard",
             pack, (long long)grams, soap, (long long)members, members == 1 ? "person" : "persons", (long long)days,
             (long long)(each / 10), (long long)(each % 10), (long long)(standard - each / 10));
    if (grams * HYGIENE_MONTH < standard * of) {
        host->warn(host, text);
        return;
    }
    char *end = strstr(text, ", ");
    if (end)
        *end = '\0';
    host->say(host, text);
}

/* Whether some pack has that name, where one is asked for. */
static enum alm_status check_pack(const struct hygiene_settings *s, const char *name, struct alm_error *err)
{
    char known[200] = "";
    for (size_t i = 0; i < s->packs.count; i++) {
        if (!name || strcmp(hygiene_pack_at(s, i)->name, name) == 0)
            return ALM_OK;
        size_t len = strlen(known);
        snprintf(known + len, sizeof known - len, "%s%s", i ? ", " : "there are ", hygiene_pack_at(s, i)->name);
    }
    return alm_fail(err, ALM_BAD_DATA, known, "there is no pack '%.60s'", name);
}

enum alm_status hygiene_contents(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    static const struct alm_column columns[] = {
        {.name = "pack", .title = "pack", .type = ALM_STRING},
        {.name = "item", .title = "item", .type = ALM_STRING},
        {.name = "pieces", .title = "pieces", .type = ALM_INT},
        {.name = "bathing", .title = "bathing soap", .type = ALM_INT, .unit = "g"},
        {.name = "laundry", .title = "laundry soap", .type = ALM_INT, .unit = "g"},
    };
    const struct hygiene *self = state;
    const struct hygiene_settings *s = self->settings;
    const char *only = alm_arg_text(args, "pack");
    enum alm_status status = check_pack(s, only, err);
    if (status == ALM_OK)
        status = host->table_begin(host, "contents of a pack", columns, COUNT_OF(columns), err);
    for (size_t i = 0; status == ALM_OK && i < s->packs.count; i++)
        if (!only || strcmp(only, hygiene_pack_at(s, i)->name) == 0)
            status = emit_contents(host, s, hygiene_pack_at(s, i)->name, &hygiene_pack_at(s, i)->contents, err);
    for (size_t i = 0; status == ALM_OK && !only && i < s->additions.count; i++) {
        char name[100];
        snprintf(name, sizeof name, "+ %.90s", hygiene_addition_at(s, i)->name);
        status = emit_contents(host, s, name, &hygiene_addition_at(s, i)->contents, err);
    }
    if (status == ALM_OK)
        status = host->table_end(host, err);
    for (size_t i = 0; status == ALM_OK && i < s->packs.count; i++) {
        const struct hygiene_pack *pack = hygiene_pack_at(s, i);
        if (only && strcmp(only, pack->name) != 0)
            continue;
        say_share(host, pack->name, "bathing", self->pack_soap[i].bathing, pack->members_up_to, s->days,
                  s->bathing_soap);
        say_share(host, pack->name, "laundry", self->pack_soap[i].laundry, pack->members_up_to, s->days,
                  s->laundry_soap);
    }
    return status;
}
