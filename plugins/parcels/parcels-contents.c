/* SPDX-License-Identifier: MIT */
/* What parcels hold, and how that compares with a ration. */
#include "parcels.h"
#include <stdlib.h>

bool parcels_content_parse(const struct parcels_settings *s, const char *text, struct parcels_content *content,
                           char *why, size_t size)
{
    size_t len = strcspn(text, " \t");
    char *end = NULL;
    *content = (struct parcels_content){0};
    for (size_t i = 0; i < s->items.count; i++)
        if (strlen(parcels_item_at(s, i)->name) == len && strncmp(parcels_item_at(s, i)->name, text, len) == 0)
            content->item = parcels_item_at(s, i);
    if (!content->item) {
        snprintf(why, size, "there is no section [item %.*s]", len < 60 ? (int)len : 60, text);
        return false;
    }
    content->grams = strtoll(text + len, &end, 10);
    if (end == text + len || *end || content->grams < 1 || content->grams > 1000000) {
        snprintf(why, size, "'%.60s' does not say how many grams", text);
        return false;
    }
    content->kcal = content->grams * content->item->kcal / 100;
    content->protein = content->grams * content->item->protein / 100;
    content->fat = content->grams * content->item->fat / 100;
    return true;
}

struct parcels_nutrition parcels_nutrition_of(const struct parcels_settings *s, const struct parcels_size *size)
{
    struct parcels_nutrition n = {0};
    for (size_t i = 0; i < size->contents.count; i++) {
        struct parcels_content content;
        char why[120];
        if (!parcels_content_parse(s, size->contents.items[i], &content, why, sizeof why))
            continue; /* check() has refused such settings */
        n.sum.grams += content.grams;
        n.sum.kcal += content.kcal;
        n.sum.protein += content.protein;
        n.sum.fat += content.fat;
    }
    n.kcal_a_day = n.sum.kcal / (size->members_up_to * s->days);
    n.of_ration = n.kcal_a_day * 100 / s->ration_kcal;
    if (n.sum.kcal) {
        n.protein_share = n.sum.protein * 4 * 100000 / n.sum.kcal;
        n.fat_share = n.sum.fat * 9 * 100000 / n.sum.kcal;
    }
    return n;
}

/* ---- commands ---- */

static enum alm_status emit_content(const struct alm_host *host, const char *size, const char *item,
                                    const struct parcels_content *c, struct alm_error *err)
{
    const struct alm_value values[] = {alm_string(size),    alm_string(item),       alm_number(c->grams),
                                       alm_number(c->kcal), alm_number(c->protein), alm_number(c->fat)};
    return host->row(host, values, err);
}

static double decimal(int64_t thousandths)
{
    return (double)thousandths / 1000;
}

static void warn_of_lack(const struct alm_host *host, const struct parcels_settings *s, const struct parcels_size *size,
                         const struct parcels_nutrition *n)
{
    char text[400];
    int64_t lack = s->ration_kcal * 1000 - n->kcal_a_day;
    if (lack > 0) {
        snprintf(text, sizeof text, "%s: %.0f kcal for each person and day, %.0f less than the ration (%.1f %% of it)",
                 size->name, decimal(n->kcal_a_day), decimal(lack), decimal(n->of_ration));
        host->warn(host, text);
    }
    if (n->protein_share < s->protein_share) {
        snprintf(text, sizeof text, "%s: %.1f %% of the energy is protein, %.1f points less than it should be",
                 size->name, decimal(n->protein_share), decimal(s->protein_share - n->protein_share));
        host->warn(host, text);
    }
    if (n->fat_share < s->fat_share) {
        snprintf(text, sizeof text, "%s: %.1f %% of the energy is fat, %.1f points less than it should be", size->name,
                 decimal(n->fat_share), decimal(s->fat_share - n->fat_share));
        host->warn(host, text);
    }
}

enum alm_status parcels_check_size(const struct parcels_settings *s, const char *name, struct alm_error *err)
{
    char known[200] = "";
    for (size_t i = 0; i < s->sizes.count; i++) {
        if (!name || strcmp(parcels_size_at(s, i)->name, name) == 0)
            return ALM_OK;
        size_t len = strlen(known);
        snprintf(known + len, sizeof known - len, "%s%s", i ? ", " : "there are ", parcels_size_at(s, i)->name);
    }
    return alm_fail(err, ALM_BAD_DATA, known, "there is no size '%.60s'", name);
}

enum alm_status parcels_contents(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    static const struct alm_column columns[] = {
        {.name = "size", .title = "size", .type = ALM_STRING},
        {.name = "item", .title = "item", .type = ALM_STRING},
        {.name = "grams", .title = "weight", .type = ALM_INT, .unit = "g"},
        {.name = "kcal", .title = "energy", .type = ALM_DECIMAL, .unit = "kcal"},
        {.name = "protein", .title = "protein", .type = ALM_DECIMAL, .unit = "g"},
        {.name = "fat", .title = "fat", .type = ALM_DECIMAL, .unit = "g"},
    };
    const struct parcels_settings *s = ((const struct parcels *)state)->settings;
    const char *only = alm_arg_text(args, "size");
    enum alm_status status = parcels_check_size(s, only, err);
    if (status == ALM_OK)
        status = host->table_begin(host, "contents of a parcel", columns, COUNT_OF(columns), err);
    for (size_t i = 0; status == ALM_OK && i < s->sizes.count; i++) {
        const struct parcels_size *size = parcels_size_at(s, i);
        for (size_t k = 0; status == ALM_OK && (!only || strcmp(size->name, only) == 0) && k < size->contents.count;
             k++) {
            struct parcels_content content;
            char why[120];
            if (parcels_content_parse(s, size->contents.items[k], &content, why, sizeof why))
                status = emit_content(host, size->name, content.item->title ? content.item->title : content.item->name,
                                      &content, err);
        }
    }
    if (status == ALM_OK)
        status = host->table_end(host, err);
    for (size_t i = 0; status == ALM_OK && i < s->sizes.count; i++) {
        const struct parcels_size *size = parcels_size_at(s, i);
        char text[400];
        if (only && strcmp(size->name, only) != 0)
            continue;
        struct parcels_nutrition n = parcels_nutrition_of(s, size);
        snprintf(text, sizeof text,
                 "%s: %.1f kg; for %lld persons and %lld days %.0f kcal for each person and day, %.1f %% of %lld; "
                 "protein %.1f %%, fat %.1f %% of the energy",
                 size->name, decimal(n.sum.grams), (long long)size->members_up_to, (long long)s->days,
                 decimal(n.kcal_a_day), decimal(n.of_ration), (long long)s->ration_kcal, decimal(n.protein_share),
                 decimal(n.fat_share));
        host->say(host, text);
        warn_of_lack(host, s, size, &n);
    }
    return status;
}

enum alm_status parcels_rations(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    static const struct alm_column columns[] = {
        {.name = "size", .title = "size", .type = ALM_STRING},
        {.name = "members_up_to", .title = "members up to", .type = ALM_INT},
        {.name = "grams", .title = "weight", .type = ALM_INT, .unit = "g"},
        {.name = "kcal_a_day", .title = "energy per person and day", .type = ALM_DECIMAL, .unit = "kcal"},
        {.name = "of_ration", .title = "of the ration", .type = ALM_DECIMAL, .unit = "%"},
        {.name = "protein_share", .title = "protein", .type = ALM_DECIMAL, .unit = "% of the energy"},
        {.name = "fat_share", .title = "fat", .type = ALM_DECIMAL, .unit = "% of the energy"},
        {.name = "cost", .title = "cost", .type = ALM_MONEY},
    };
    (void)args;
    const struct parcels_settings *s = ((const struct parcels *)state)->settings;
    enum alm_status status = host->table_begin(host, "rations", columns, COUNT_OF(columns), err);
    for (size_t i = 0; status == ALM_OK && i < s->sizes.count; i++) {
        const struct parcels_size *size = parcels_size_at(s, i);
        struct parcels_nutrition n = parcels_nutrition_of(s, size);
        const struct alm_value values[] = {alm_string(size->name),  alm_number(size->members_up_to),
                                           alm_number(n.sum.grams), alm_number(n.kcal_a_day),
                                           alm_number(n.of_ration), alm_number(n.protein_share),
                                           alm_number(n.fat_share), size->cost ? alm_number(size->cost) : alm_null()};
        status = host->row(host, values, err);
        warn_of_lack(host, s, size, &n);
    }
    return status == ALM_OK ? host->table_end(host, err) : status;
}
