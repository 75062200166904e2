/* SPDX-License-Identifier: MIT */
/* parcels: food parcels by size of household, packed out of the stock and drawn from it. */
#ifndef PARCELS_H
#define PARCELS_H

#include <almoner/plugin.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { PARCELS_MOST_SIZES = 50, PARCELS_MOST_ITEMS = 200 };

struct parcels_settings {
    int64_t days;
    int64_t ration_kcal;
    int64_t protein_share; /* thousandths of a per cent, as the two below */
    int64_t fat_share;
    int64_t child_under;    /* seconds; 0: every household */
    struct alm_list depots; /* codes, out of which parcels with an item of the stock are drawn */
    struct alm_group items; /* struct parcels_item */
    struct alm_group sizes; /* struct parcels_size */
};

/* What 100 g of it hold, in thousandths. */
struct parcels_item {
    const char *name;
    const char *title;
    int64_t kcal;
    int64_t protein;
    int64_t fat;
    const char *stock;  /* code in the stock; NULL: the name */
    int64_t unit_grams; /* what one unit of it there weighs */
};

struct parcels_size {
    const char *name;
    int64_t members_up_to;
    struct alm_list contents; /* "rice 5000": item and grams */
    int64_t cost;
    const char *item; /* of the stock, as which it is packed and drawn; NULL: it is not kept there */
};

/* State of one programme. */
struct parcels {
    const struct parcels_settings *settings;
    bool draws;         /* some size is an item of the stock */
    bool resolved;      /* the ids below are known */
    alm_id *size_items; /* 0: none */
    alm_id *depots;
};

static inline const struct parcels_item *parcels_item_at(const struct parcels_settings *s, size_t i)
{
    return (const struct parcels_item *)s->items.items + i;
}

static inline const struct parcels_size *parcels_size_at(const struct parcels_settings *s, size_t i)
{
    return (const struct parcels_size *)s->sizes.items + i;
}

/* The class of so many members: the first that holds them, the largest for those above all. */
size_t parcels_size_of(const struct parcels_settings *, size_t members);

/* ---- contents (parcels-contents.c) ---- */

/* One line of a parcel; amounts of nutrients in thousandths. */
struct parcels_content {
    const struct parcels_item *item;
    int64_t grams;
    int64_t kcal;
    int64_t protein;
    int64_t fat;
};

/* What a parcel holds in all, and what that is for each person of the class's largest household and day; thousandths.
 */
struct parcels_nutrition {
    struct parcels_content sum;
    int64_t kcal_a_day;
    int64_t of_ration;     /* per cent */
    int64_t protein_share; /* per cent of the energy: 4 kcal for a gram of protein, 9 for one of fat */
    int64_t fat_share;
};

/* "rice 5000" into `content`; what is wrong with it goes to `why`. */
bool parcels_content_parse(const struct parcels_settings *, const char *text, struct parcels_content *content,
                           char *why, size_t size);
struct parcels_nutrition parcels_nutrition_of(const struct parcels_settings *, const struct parcels_size *);
/* Whether some class has that name, where one is asked for. */
enum alm_status parcels_check_size(const struct parcels_settings *, const char *name, struct alm_error *);
enum alm_status parcels_contents(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status parcels_rations(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

/* ---- stock (parcels-stock.c) ---- */

enum alm_status parcels_assemble(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status parcels_settle(const struct alm_host *, void *, struct alm_line *, size_t n, struct alm_verdict *,
                               struct alm_error *);
enum alm_status parcels_unsettle(const struct alm_host *, void *, const struct alm_line *, size_t n,
                                 struct alm_error *);

#endif
