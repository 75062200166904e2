/* SPDX-License-Identifier: MIT */
/* disinfectant: mixed in batches from a concentrate, checked, put into stock as lots, and given to households by litre.
 */
#ifndef DISINFECTANT_H
#define DISINFECTANT_H

#include <almoner/plugin.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What a substance is, as far as it matters what may be mixed with it. */
enum disinfectant_kind {
    DISINFECTANT_CHLORINE, /* strength: available chlorine, % */
    DISINFECTANT_ALCOHOL,  /* strength: by volume, % */
    DISINFECTANT_PEROXIDE,
    DISINFECTANT_ACID,
    DISINFECTANT_AMMONIA,
    DISINFECTANT_INERT, /* glycerol, scent */
    DISINFECTANT_KINDS
};
extern const char *const disinfectant_kinds[DISINFECTANT_KINDS + 1];

struct disinfectant_settings {
    alm_quantity litres;     /* for a household */
    alm_quantity per_member; /* and for each of its members */
    bool measure;
    const char *depot;
    struct alm_group substances; /* struct disinfectant_substance */
    struct alm_group products;   /* struct disinfectant_product */
};

struct disinfectant_substance {
    const char *name;
    int64_t kind;
    int64_t strength; /* thousandths of a per cent; of those from which products are made */
    const char *item; /* code; NULL: not kept in stock */
};

struct disinfectant_product {
    const char *name;
    const char *title;
    const char *from;
    int64_t strength;          /* thousandths of a per cent, as the two below */
    int64_t least;             /* 0: the strength itself */
    int64_t most;              /* likewise */
    int64_t tolerance;         /* thousandths of a per cent of the strength */
    int64_t shelf_life;        /* seconds */
    struct alm_list additives; /* "glycerol 14.5": millilitres in a litre */
    const char *item;
};

/* ---- what goes into a batch (disinfectant-mix.c) ---- */

enum { DISINFECTANT_MOST_ADDITIVES = 8, DISINFECTANT_MOST_LITRES = 100000 };

struct disinfectant_part {
    const struct disinfectant_substance *substance;
    alm_quantity litres; /* thousandths; kilograms of a powder */
};

struct disinfectant_mix {
    const struct disinfectant_product *product;
    int64_t strength;                                                /* thousandths of a per cent */
    alm_quantity litres;                                             /* of the product */
    struct disinfectant_part parts[DISINFECTANT_MOST_ADDITIVES + 1]; /* the concentrate first */
    size_t n_parts;
    alm_quantity water; /* what is left to `litres`; see disinfectant_mix_plan() */
};

const struct disinfectant_substance *disinfectant_substance_of(const struct disinfectant_settings *, const char *name);
const struct disinfectant_product *disinfectant_product_of(const struct disinfectant_settings *, const char *name);
static inline const struct disinfectant_product *disinfectant_product_at(const struct disinfectant_settings *s,
                                                                         size_t i)
{
    return (const struct disinfectant_product *)s->products.items + i;
}

/* Millilitres of an additive in a litre, thousandths; false with what is wrong in `why`. */
bool disinfectant_additive(const struct disinfectant_settings *, const char *text,
                           const struct disinfectant_substance **, int64_t *ml, char *why, size_t size);
/* What comes of mixing both; NULL: nothing that harms. */
const char *disinfectant_danger(const struct disinfectant_substance *, const struct disinfectant_substance *);
/* So many litres of the product; strength 0: as it is set.  `from` NULL: the product's own concentrate.  Refuses what
 * is stronger than the concentrate, out of the product's range, or dangerous. */
enum alm_status disinfectant_mix_plan(const struct disinfectant_settings *, const struct disinfectant_product *,
                                      const char *from, int64_t strength, alm_quantity litres,
                                      struct disinfectant_mix *, struct alm_error *);
/* Whether what was measured is what was wanted, within the product's tolerance; else ALM_REFUSED, and how to mend it.
 */
enum alm_status disinfectant_mix_check(const struct disinfectant_mix *, int64_t measured, struct alm_error *);
/* Thousandths as "12" or "0.1". */
void disinfectant_decimal(int64_t thousandths, char *buf, size_t size);

/* ---- commands (disinfectant-batch.c) ---- */

enum alm_status disinfectant_recipe(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status disinfectant_run_mix(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status disinfectant_run_check(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status disinfectant_batch_import(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status disinfectant_batch_list(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status disinfectant_production(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

#endif
